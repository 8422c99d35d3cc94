"""Promises about the future are kept: of items shown with probability p, p are bought."""

import numpy as np
import pandas as pd
import pytest

import endcap


def shop_log(n=12_000, seed=3):
    """Ten tastes, some far more loyal than others."""
    rng = np.random.default_rng(seed)
    user = rng.integers(0, 600, n)
    loyal = rng.random(n) < (user % 10) / 10
    item = np.where(loyal, (user % 10) * 10 + rng.integers(0, 10, n), rng.integers(0, 100, n))
    frame = pd.DataFrame({"user": user, "item": item, "kind": "purchase"})
    frame["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), unit="h")
    return frame


@pytest.fixture(scope="module")
def split():
    return endcap.evaluation.split_by_time(endcap.Events.from_frame(shop_log()), "2025-04-01")


@pytest.fixture(scope="module")
def shop(split):
    return endcap.Recommender.fit(split.train, progress=False)


@pytest.mark.parametrize("repeats", ["exclude", "include"])
def test_promises_are_kept_on_later_days(shop, split, repeats):
    report = endcap.evaluate(shop, split, k=10, repeats=repeats)
    assert report["ece@10"] < 0.03
    assert report.intervals["ece@10"][0] <= report["ece@10"]
    assert report.reliability[0]["predicted"] < report.reliability[-1]["predicted"]


def test_every_list_names_the_chance(shop):
    picks = shop.recommend(5, k=4)
    assert 0 < picks[3].probability <= picks[0].probability < 1
    assert "chance" in repr(picks)
    table = shop.recommend_many([5], k=4)
    assert table.probabilities[0].tolist() == [pick.probability for pick in picks]
    assert table.to_frame()["probability"].tolist() == table.probabilities[0].tolist()


def test_explanations_still_add_up_to_the_score(shop):
    pick = shop.recommend(5, k=1)[0]
    explanation = shop.explain(5, pick.item)
    total = explanation.base + sum(reason.value for reason in explanation.reasons)
    assert total == pytest.approx(pick.score, rel=1e-4)


def test_a_shop_of_few_days_promises_nothing():
    shop = endcap.Recommender.fit(endcap.Events.from_sequences([[1, 2], [2, 3]]), progress=False)
    assert np.isnan(shop.next([1], k=1)[0].probability)
    assert "chance" not in repr(shop.next([1]))


def test_lists_that_promise_nothing_are_measured_too():
    shop = endcap.Recommender.fit(endcap.Events.from_sequences([[1, 2], [2, 3]]), progress=False)
    table = shop.recommend_many([0, 1], k=2)
    report = endcap.evaluation.evaluate(table, [[3], [1]], k=2)
    assert report["recall@2"] > 0
    assert report.reliability == []
