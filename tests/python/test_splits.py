"""Splits end to end: fit on one part, ask about the other."""

import datetime

import numpy as np
import pandas as pd
import pytest

import endcap
from endcap import evaluation


def shop_log(n=3000, seed=0):
    """Two tastes with 20 items each; visitors buy mostly of their own."""
    rng = np.random.default_rng(seed)
    user = rng.integers(0, 100, n)
    own = rng.random(n) < 0.9
    item = rng.integers(0, 20, n) + 20 * ((user % 2) ^ ~own & 1)
    day = np.sort(rng.integers(0, 100, n))
    frame = pd.DataFrame({"user": user, "item": [f"i{i:02}" for i in item], "kind": "purchase"})
    frame["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        day * 86_400 + np.arange(n), unit="s"
    )
    frame["price"] = 1.0 + item
    return frame


@pytest.fixture(scope="module")
def events():
    return endcap.Events.from_frame(shop_log())


@pytest.fixture(scope="module")
def catalog():
    items = [f"i{i:02}" for i in range(40)]
    taste = ["tea" if i < 20 else "ink" for i in range(40)]
    frame = pd.DataFrame({"item": items, "taste": taste})
    return endcap.Catalog.from_frame(frame)


def fit(split, catalog=None, **options):
    return endcap.Recommender.fit(split.train, catalog, effort="fast", progress=False, **options)


def test_a_split_by_time_examines_a_shop(events, catalog):
    split = evaluation.split_by_time(events, "2024-03-20")
    assert split.known
    assert len(split.train) + sum(map(len, split.relevant)) <= len(events)
    report = endcap.evaluate(fit(split, catalog), split, k=5, repeats="include")
    assert report["recall@5"] > 0.05
    for metric in ("revenue@5", "diversity@5", "novelty@5", "coverage@5", "gini@5"):
        low, high = report.intervals[metric]
        assert low <= report[metric] <= high
    assert set(report.to_frame().columns) == {"metric", "mean", "low", "high"}


def test_moments_are_dates_texts_or_seconds(events):
    day = datetime.datetime(2024, 3, 20, tzinfo=datetime.timezone.utc)
    relevant = evaluation.split_by_time(events, "2024-03-20").relevant
    for cut in (day, day.replace(tzinfo=None), day.timestamp()):
        assert evaluation.split_by_time(events, cut).relevant == relevant


def test_a_shop_that_saw_the_answers_is_refused(events):
    split = evaluation.split_by_time(events, "2024-03-20")
    cheat = endcap.Recommender.fit(events, effort="fast", progress=False)
    with pytest.raises(ValueError, match="shop must be fitted on the train part alone"):
        endcap.evaluate(cheat, split)


@pytest.mark.parametrize(
    "split",
    [
        evaluation.split_last,
        evaluation.split_baskets,
        lambda events: evaluation.split_users(events, 1),
        evaluation.split_sessions,
        evaluation.split_at_random,
    ],
)
def test_every_split_can_be_asked(events, split):
    parts = split(events)
    report = endcap.evaluate(fit(parts), parts, k=10, repeats="include")
    assert 0 < report["hit_rate@10"] <= 1
    assert len(parts) == len(parts.queries) == len(parts.relevant)
    assert "to learn from" in repr(parts)


def test_cold_items_are_found_by_their_catalogue(events, catalog):
    split = evaluation.split_cold_items(events, 0.2, seed=1)
    cold = {item for items in split.relevant for item in items}
    assert cold.isdisjoint(split.train.items)
    assert endcap.evaluate(fit(split), split, k=20)["recall@20"] == 0
    assert endcap.evaluate(fit(split, catalog), split, k=20)["recall@20"] > 0


def test_repeats_decide_what_is_right(events):
    split = evaluation.split_by_time(events, "2024-03-20")
    shop = fit(split)
    only = endcap.evaluate(shop, split, k=40, repeats="only")
    assert only["recall@40"] == 1  # all that is had is listed, and nothing else is right
    new = endcap.evaluate(shop, split, k=40, repeats="exclude")
    assert new["recall@40"] == 1
    both = endcap.evaluate(shop, split, k=40, repeats="include")
    assert len(both.values["ndcg@40"]) == len(split)


def test_two_shops_are_compared_query_by_query(events):
    split = evaluation.split_by_time(events, "2024-03-20")
    good = endcap.evaluate(fit(split), split, k=10, repeats="include")
    plain = fit(split, models=["popularity"])
    gain = good.compare(endcap.evaluate(plain, split, k=10, repeats="include"))
    assert gain["recall@10"]["p_value"] < 0.05
    assert gain["recall@10"]["low"] > 0
    assert "coverage@10" in gain.to_dict()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e: evaluation.split_by_time(e, "soon"), "cut must be a datetime or date"),
        (lambda e: evaluation.split_by_time(e, "2030-01-01"), "events must leave a visitor"),
        (lambda e: evaluation.split_last(e, 0), "n must be 1 or more, got 0"),
        (lambda e: evaluation.split_sessions(e, 2), "share must be in"),
        (lambda e: evaluation.split_users(e, 7), "fold must be in"),
        (lambda e: evaluation.split_last(e, target="hug"), "kind must be one of"),
    ],
)
def test_wrong_arguments_are_refused(events, call, message):
    with pytest.raises(ValueError, match=message):
        call(events)


def test_a_shop_is_examined_by_a_split(events):
    shop = fit(evaluation.split_last(events))
    with pytest.raises(ValueError, match="relevant must be a Split"):
        endcap.evaluate(shop, [["i00"]])
