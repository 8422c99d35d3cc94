"""Wrong input is refused, and the message names what was wrong."""

import pandas as pd
import polars as pl
import pytest

import endcap
from endcap import Events, Recommender

USERS = ["an", "bo"]
ITEMS = ["x", "y"]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize(
    ("columns", "names", "message"),
    [
        ({"user": USERS, "item": ITEMS}, {"user": "usr"}, "user must be a column .* got 'usr'"),
        ({"user": USERS, "item": ITEMS}, {"time": "when"}, "time must be a column"),
        ({"user": USERS, "item": ["x", None]}, {}, "item must be an id .* row 1"),
        ({"user": [1.0, float("nan")], "item": ITEMS}, {}, "user must be an id .* row 1"),
        ({"user": [1.5, 2.5], "item": ITEMS}, {}, "user must be all text or all 64-bit"),
        ({"user": USERS, "item": ITEMS, "kind": ["view", "steal"]}, {}, "kind must be .* steal"),
        ({"user": USERS, "item": ITEMS, "time": [0, 1_700_000_000_000]}, {}, "milliseconds"),
        ({"user": USERS, "item": ITEMS, "time": [0, -1]}, {}, "time"),
        ({"user": USERS, "item": ITEMS, "time": [0.0, float("nan")]}, {}, "time must .* row 1"),
        ({"user": USERS, "item": ITEMS, "time": ["now", "then"]}, {}, "time must hold"),
        ({"user": USERS, "item": ITEMS, "quantity": ["1", "2"]}, {}, "quantity must hold numbers"),
        ({"user": USERS, "item": ITEMS, "quantity": [1, None]}, {}, "quantity must .* row 1"),
        ({"user": USERS, "item": ITEMS, "quantity": [1, 0]}, {}, "quantity must be positive"),
        ({"user": USERS, "item": ITEMS, "price": [1, -1]}, {}, "price must be 0 or more"),
        ({"user": USERS, "item": ITEMS, "kind": ["view", None]}, {}, "kind must .* row 1"),
        ({"user": [], "item": []}, {}, "events must not be empty"),
    ],
)
def test_a_wrong_column_is_refused(frame, columns, names, message):
    with pytest.raises(ValueError, match=message):
        Events.from_frame(frame(columns), **names)


def test_ids_of_mixed_types_are_refused():
    with pytest.raises(ValueError, match="user must be all text or all 64-bit integers, got 2"):
        Events.from_frame(pd.DataFrame({"user": ["an", 2], "item": ITEMS}))


def test_integers_beyond_64_bits_are_refused():
    users = pl.Series([1, 2**64 - 1], dtype=pl.UInt64)
    with pytest.raises(ValueError, match="user must be all text or all 64-bit integers, got 1844"):
        Events.from_frame(pl.DataFrame({"user": users, "item": ITEMS}))


def test_a_missing_nullable_integer_is_refused():
    users = pd.array([1, None], dtype="Int64")
    with pytest.raises(ValueError, match=r"user must be an id in every row, .* row 1"):
        Events.from_frame(pd.DataFrame({"user": users, "item": ITEMS}))


@pytest.mark.parametrize("frame", [pl.LazyFrame({"user": ["an"]}), {"user": ["an"]}, None])
@pytest.mark.parametrize("read", [Events.from_frame, endcap.Catalog.from_frame])
def test_what_is_no_data_frame_is_refused(read, frame):
    with pytest.raises(ValueError, match=r"frame must be a data frame .* got"):
        read(frame)


@pytest.mark.parametrize("read", [Events.from_frame, endcap.Catalog.from_frame])
def test_a_column_that_stands_twice_is_refused(read):
    with pytest.raises(ValueError, match="frame must have a name of its own for each column"):
        read(pd.DataFrame([["an", "x", "y"]], columns=["user", "item", "item"]))


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({"view": "much"}, "weight of kind view must be a number, got 'much'"),
        ({"view": 0}, "weight of kind view must be finite, not 0"),
        ({3: 1.0}, "name of a kind must be a text, got 3"),
    ],
)
def test_wrong_kinds_are_refused(kinds, message):
    with pytest.raises(ValueError, match=message):
        Events.from_frame(pd.DataFrame({"user": USERS, "item": ITEMS}), kinds=kinds)


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        (["xy"], "sequences must hold lists of items, got the text 'xy'"),
        ([["x", "\ud800"]], "item must be text that UTF-8 can hold"),
        ([], "events must not be empty"),
        ([[]], "events must not be empty"),
        ([["x", None]], "item must be an id .* row 1"),
        ([[1, float("nan")]], "item must be an id .* row 1"),
        ([["x", 1]], "item must be all text or all 64-bit integers"),
        ([[1, 2**70]], "item must be all text or all 64-bit integers, got 11805"),
    ],
)
def test_wrong_sequences_are_refused(sequences, message):
    with pytest.raises(ValueError, match=message):
        Events.from_sequences(sequences)


@pytest.mark.parametrize("k", [0, -1, "3", 2.0, True, None])
def test_k_must_be_a_positive_integer(shop, k):
    for ask in [lambda: shop.recommend("u0", k), lambda: shop.recommend_many(["u0"], k)]:
        with pytest.raises(ValueError, match="k must be a positive integer"):
            ask()


@pytest.mark.parametrize(
    "ask",
    [
        lambda shop: shop.recommend("nobody"),
        lambda shop: shop.recommend(0),
        lambda shop: shop.recommend_many(["u0", "nobody"]),
        lambda shop: shop.buy_again("nobody"),
        lambda shop: shop.history("nobody"),
        lambda shop: shop.similar(99),
        lambda shop: shop.bought_together([99]),
        lambda shop: shop.explain("u0", 99),
        lambda shop: shop.explain("nobody", 1),
    ],
)
def test_unknown_ids_are_key_errors(shop, ask):
    with pytest.raises(KeyError, match="must"):
        ask(shop)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda shop: shop.recommend(None), "user must be a text or a 64-bit integer, got None"),
        (lambda shop: shop.recommend(2**63), "user must be a text or a 64-bit integer"),
        (lambda shop: shop.recommend("u0", 2**31), "k must be a positive integer below"),
        (lambda shop: shop.next("abc"), "items must be a list of ids, got the text 'abc'"),
        (lambda shop: shop.next(3), "items must be a list of ids, got 3"),
        (lambda shop: shop.next_many(3), r"histories must be lists of items .* got int"),
        (lambda shop: shop.next_many(pd.DataFrame()), r"histories must be .* got DataFrame"),
        (lambda shop: shop.next_many(["abc"]), "histories must be a list of ids, got the text"),
        (lambda shop: shop.recommend_many(None), "users must be a list of ids, got None"),
        (lambda shop: shop.next(None), "items must be a list of ids, got None"),
        (lambda shop: shop.recommend("u0", repeats="never"), "repeats must be one of"),
        (lambda shop: shop.recommend("u0", filter="price <"), "filter must be a condition"),
        (lambda shop: shop.recommend("u0", filter="colour == 1"), "colour"),
        (lambda shop: shop.recommend("u0", diversity=1.5), r"diversity must be in \[0, 1\]"),
        (lambda shop: shop.recommend("u0", filter=3), "filter must be a text, got 3"),
        (lambda shop: shop.recommend("u0", diversity="x"), "diversity must be a number, got 'x'"),
        (lambda shop: shop.recommend("u0", repeats=[1]), "repeats must be one of"),
        (lambda shop: shop.observe("u0", 1, 3), "kind must be a text, got 3"),
        (lambda shop: shop.observe("u0", 1, "steal"), "kind must be one of .* steal"),
        (lambda shop: shop.observe("u0", 1, time=1.7e12), "time must be a datetime or date"),
        (lambda shop: shop.catalog.value(1, "colour"), "column must be one of"),
    ],
)
def test_wrong_arguments_are_value_errors(shop, ask, message):
    with pytest.raises(ValueError, match=message):
        ask(shop)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"effort": "huge"}, "effort must be one of fast, balanced, best"),
        ({"time_budget": 60}, 'time_budget must go with effort "best", got 60'),
        ({"effort": "best", "time_budget": 0}, r"time_budget must be positive \(seconds\), got 0"),
        ({"models": ["magic"]}, "models must be among .* magic"),
        ({"target": "steal"}, "kind must be one of .* steal"),
        ({"threads": -1}, "threads must be 0"),
        ({"threads": "2"}, "threads must be 0"),
        ({"seed": -1}, "seed must be an integer in"),
        ({"models": "popularity"}, "models must be a list of texts, got 'popularity'"),
        ({"target": None}, "target must be a text, got None"),
    ],
)
def test_wrong_fit_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Recommender.fit(Events.from_sequences([[1, 2], [2, 3]]), progress=False, **options)


def test_a_frame_is_no_events(log):
    with pytest.raises(ValueError, match=r"events must be endcap.Events, got DataFrame"):
        Recommender.fit(log)


def test_files_that_are_not_there_are_os_errors(shop, tmp_path):
    with pytest.raises(FileNotFoundError):
        Recommender.load(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        shop.save(tmp_path / "none" / "shop.endcap")
    with pytest.raises(FileNotFoundError):
        Events.from_csv(tmp_path / "none")


def test_a_cut_model_file_is_refused(shop, tmp_path):
    path = tmp_path / "shop.endcap"
    shop.save(path)
    whole = path.read_bytes()
    for size in range(0, len(whole), 101):
        path.write_bytes(whole[:size])
        with pytest.raises(endcap.CorruptFileError):
            Recommender.load(path)


def test_an_altered_model_file_is_refused(shop, tmp_path):
    path = tmp_path / "shop.endcap"
    shop.save(path)
    whole = path.read_bytes()
    unnoticed = []
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])
        try:
            Recommender.load(path)
        except endcap.CorruptFileError:
            continue
        unnoticed.append(place)
    assert unnoticed == []
