"""The package as a shop uses it, from the data frame to the list."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

import endcap

TEA = [f"煎茶{n}" for n in range(8)]
INK = [f"잉크{n}" for n in range(8)]


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Customers who stay within their own eight items, one purchase a day."""
    random = np.random.default_rng(1)
    rows = []
    for user in range(80):
        circle = TEA if user % 2 else INK
        for day, item in enumerate(random.choice(8, 6)):
            time = pd.Timestamp("2025-01-01") + pd.Timedelta(days=10 * day + user % 5)
            rows.append((f"u{user}", circle[item], "purchase", time, 1.0 + item))
    return pd.DataFrame(rows, columns=["user", "item", "kind", "time", "price"])


@pytest.fixture(scope="session")
def catalog() -> endcap.Catalog:
    items = [*TEA, *INK, "新茶"]
    titles = [f"宇治の緑茶 {n}" for n in range(8)] + [f"검은 잉크 {n}" for n in range(8)]
    return endcap.Catalog.from_frame(
        pd.DataFrame(
            {
                "item": items,
                "title": [*titles, "宇治の緑茶 新物"],
                "price": [*range(8), *range(8), 3.0],
                "in_stock": [True] * 16 + [False],
            }
        )
    )


@pytest.fixture(scope="session")
def shop(frame: pd.DataFrame, catalog: endcap.Catalog) -> endcap.Recommender:
    return endcap.Recommender.fit(endcap.Events.from_frame(frame), catalog, progress=False)


def test_every_frame_gives_the_same_events(frame: pd.DataFrame) -> None:
    frames = [frame, pl.from_pandas(frame), pa.Table.from_pandas(frame)]
    lists = []
    for each in frames:
        shop = endcap.Recommender.fit(endcap.Events.from_frame(each), progress=False)
        lists.append(shop.recommend_many(["u1", "u2"], 5).lists())
    assert lists[0] == lists[1] == lists[2]


def test_lists_hold_what_the_circle_likes(shop: endcap.Recommender) -> None:
    assert set(shop.next(TEA[:3], 4).items) <= set(TEA)
    assert set(shop.similar(INK[0], 4).items) <= set(INK)
    assert set(shop.bought_together([INK[0]], 4).items) <= set(INK)


def test_reasons_speak_of_what_the_log_holds(shop: endcap.Recommender) -> None:
    for pick in shop.similar(TEA[0], 4):
        assert [reason.kind for reason in pick.reasons] == ["purchase"]


def test_a_list_gives_each_reason_once(shop: endcap.Recommender) -> None:
    for pick in shop.recommend("u3", k=5):
        items = [reason.item for reason in pick.reasons]
        assert len(items) == len(set(items))
        assert sum(reason.value for reason in pick.reasons) <= pick.score + 1e-4


def test_a_new_product_is_placed_by_its_title(shop: endcap.Recommender) -> None:
    assert set(shop.similar("新茶", 4).items) <= set(TEA)


def test_repeats_are_left_out_or_wanted_alone(shop: endcap.Recommender) -> None:
    had = {item for item, _, _ in shop.history("u3")}
    assert not had & set(shop.recommend("u3", 17).items)
    assert set(shop.buy_again("u3", 17).items) == had
    assert len(shop.recommend("u3", 17, repeats="include")) == 17


def test_filters_allow_and_block_act_inside_the_list(shop: endcap.Recommender) -> None:
    cheap = shop.next([], 4, filter="in_stock and price < 2")
    assert len(cheap) == 4
    assert all(shop.catalog.value(pick.item, "price") < 2 for pick in cheap)
    picks = shop.recommend("u3", 5, allow=INK, block=INK[:2], repeats="include")
    assert set(picks.items) <= set(INK[2:])
    assert len(shop.recommend("u3", 5, diversity=0.5)) == 5


def test_an_event_counts_in_that_visitors_next_answer_only(
    frame: pd.DataFrame, catalog: endcap.Catalog
) -> None:
    shop = endcap.Recommender.fit(endcap.Events.from_frame(frame), catalog, progress=False)
    before = shop.recommend("u2", 5).items
    shop.observe("guest", TEA[0], time=datetime.datetime(2025, 3, 1))
    assert set(shop.recommend("guest", 3).items) <= set(TEA)
    assert shop.recommend("u2", 5).items == before


def test_reasons_add_up_to_the_score(shop: endcap.Recommender) -> None:
    for pick in shop.recommend("u3", 5):
        why = shop.explain("u3", pick.item)
        total = why.base + sum(reason.value for reason in why.reasons)
        assert total == pytest.approx(why.score, rel=1e-5)
        assert why.score == pytest.approx(pick.score, rel=1e-5)


def test_a_saved_shop_answers_the_same(shop: endcap.Recommender, tmp_path: Path) -> None:
    shop.save(tmp_path / "shop.endcap")
    loaded = endcap.Recommender.load(tmp_path / "shop.endcap")
    ours, theirs = (s.recommend_many(["u1", "u2"], 5) for s in (shop, loaded))
    assert ours.lists() == theirs.lists()
    np.testing.assert_array_equal(ours.scores, theirs.scores)
    assert loaded.catalog.title("新茶") == "宇治の緑茶 新物"


def test_a_damaged_file_is_refused(shop: endcap.Recommender, tmp_path: Path) -> None:
    path = tmp_path / "shop.endcap"
    shop.save(path)
    clean = path.read_bytes()
    for place in range(0, len(clean), 997):
        path.write_bytes(clean[:place] + bytes([clean[place] ^ 0x41]) + clean[place + 1 :])
        with pytest.raises(endcap.CorruptFileError):
            endcap.Recommender.load(path)
    for size in range(0, len(clean), 2011):
        path.write_bytes(clean[:size])
        with pytest.raises(endcap.CorruptFileError):
            endcap.Recommender.load(path)


def test_short_lists_end_in_none_and_nan(shop: endcap.Recommender) -> None:
    picks = shop.recommend_many(["u3"], 20)
    count = int(picks.counts[0])
    assert count < 20
    assert picks.items[0, count] is None
    assert np.isnan(picks.scores[0, count:]).all()
    table = picks.to_frame()
    assert list(table.columns) == ["query", "rank", "item", "score", "probability"]
    assert len(table) == count


def test_everything_shows_itself(shop: endcap.Recommender, frame: pd.DataFrame) -> None:
    events = endcap.Events.from_frame(frame)
    shown: list[Any] = [events, shop, shop.catalog, shop.next(TEA[:2]), shop.explain("u1", TEA[0])]
    for each in [*shown, shop.recommend_many(["u1"])]:
        assert len(repr(each)) > 20
        assert "<table>" in each._repr_html_()
    assert "宇治の緑茶" in repr(shop.next(TEA[:2]))


def test_sequences_and_sets_need_no_times() -> None:
    sequences = [[n % 7, (n + 1) % 7, (n + 2) % 7] for n in range(70)]
    by_order = endcap.Recommender.fit(endcap.Events.from_sequences(sequences), progress=False)
    assert by_order.next([3], 1).items == [4]
    matrix = sp.csr_matrix(np.kron(np.eye(2), np.ones((20, 5))) * (np.arange(10) != 3))
    as_sets = endcap.Recommender.fit(endcap.Events.from_csr(matrix), progress=False)
    assert set(as_sets.next([0, 1], 2).items) <= {2, 4}


@pytest.mark.parametrize("model", [endcap.Popularity(), endcap.Rp3Beta()])
def test_single_models_have_the_calls_of_implicit(model: endcap.Popularity) -> None:
    matrix = sp.csr_matrix(np.kron(np.eye(2), np.ones((20, 5))))
    matrix[0, 0] = 0
    matrix.eliminate_zeros()
    model.fit(matrix)
    ids, scores = model.recommend(0, matrix[0], N=3)
    assert not set(ids) & set(matrix[0].indices)
    assert len(scores) == len(ids)
    ids, _ = model.recommend([0, 1], matrix[:2], N=3, filter_items=[0])
    assert ids.shape == (2, 3)
    assert 0 not in ids


BAD_FRAMES = {
    "column": ({"user": ["a"], "thing": ["x"]}, "item"),
    "missing": ({"user": ["a", None], "item": ["x", "y"]}, "user"),
    "mixed": ({"user": ["a", 1], "item": ["x", "y"]}, "user"),
    "fraction": ({"user": [1.5], "item": ["x"]}, "user"),
    "kind": ({"user": ["a"], "item": ["x"], "kind": ["clicked"]}, "kind"),
    "milliseconds": ({"user": ["a"], "item": ["x"], "time": [1.7e12]}, "seconds"),
    "quantity": ({"user": ["a"], "item": ["x"], "quantity": [float("nan")]}, "quantity"),
    "empty": ({"user": np.array([], str), "item": np.array([], str)}, "empty"),
}


@pytest.mark.parametrize("case", BAD_FRAMES)
def test_a_bad_frame_is_named(case: str) -> None:
    columns, named = BAD_FRAMES[case]
    with pytest.raises(ValueError, match=named):
        endcap.Events.from_frame(pd.DataFrame(columns))


def test_a_bad_question_is_named(shop: endcap.Recommender) -> None:
    for k in (0, -1, "3", 2.5):
        with pytest.raises(ValueError, match="k must be a positive integer"):
            shop.recommend("u1", k)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="nobody"):
        shop.recommend("nobody")
    with pytest.raises(KeyError):
        shop.similar("nothing")
    with pytest.raises(ValueError, match="repeats"):
        shop.recommend("u1", repeats="some")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at character 1"):
        shop.recommend("u1", filter="colour = 1")
    with pytest.raises(ValueError, match="kind"):
        shop.observe("u1", TEA[0], "clicked")
    with pytest.raises(OSError, match="absent"):
        endcap.Recommender.load("absent.endcap")


def test_a_row_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("user,item,kind,time\na,x,view,2025-01-01\nb,y,view,yesterday\nb,x,cart,5\n")
    events = endcap.Events.from_csv(path)
    assert len(events) == 2
    assert events.bad_rows[0][0] == 3
    with pytest.raises(ValueError, match="3"):
        endcap.Events.from_csv(path, max_bad_rows=0)
