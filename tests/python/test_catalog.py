"""The catalogue from every data frame, with values of every type."""

import datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import endcap
from endcap import Catalog

ITEMS = {
    "item": ["a", "b", "c", "d"],
    "title": ["りんご", "사과 <b>", None, "pear"],
    "price": [1.5, None, 3.0, 0.0],
    "sold": [True, False, True, True],
    "since": [datetime.datetime(2024, 1, 1)] * 3 + [None],
    "shelf": ["x"] * 4,
}


@pytest.fixture(params=[pd.DataFrame, pl.DataFrame, pa.table])
def catalog(request):
    return Catalog.from_frame(request.param(ITEMS))


def test_values_come_back(catalog):
    assert len(catalog) == 4
    assert catalog.items == ["a", "b", "c", "d"]
    assert [catalog.value(item, "title") for item in "abcd"] == ITEMS["title"]
    assert [catalog.value(item, "price") for item in "abcd"] == ITEMS["price"]
    assert catalog.value("b", "sold") == 0
    assert catalog.value("a", "since") == 1_704_067_200_000_000
    assert catalog.value("d", "since") is None
    assert catalog.value("unknown", "price") is None


def test_types_are_told(catalog):
    types = [line.split() for line in repr(catalog).splitlines()[1:]]
    assert types == [
        ["items", "4"],
        ["title", "text"],
        ["price", "number"],
        ["sold", "boolean"],
        ["since", "time"],
        ["shelf", "category"],
    ]


def test_the_title_is_the_first_column_that_names_an_item():
    named = Catalog.from_frame(pd.DataFrame({"item": [1], "price": [2.0], "name": ["사과"]}))
    assert named.title(1) == "사과"
    assert Catalog().title(1) is None


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, None, False], "boolean"),
        ([datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 2)], "time"),
        ([True, "yes", None], "text"),
    ],
)
def test_objects_of_pandas_keep_their_type(values, kind):
    frame = pd.DataFrame({"item": [1, 2, 3], "fact": pd.Series(values, dtype=object)})
    assert repr(Catalog.from_frame(frame)).split()[-1] == kind


@pytest.mark.parametrize(
    ("values", "dtype", "kind"),
    [
        ([1, None], "Int64", "number"),
        ([1.5, None], "Float64", "number"),
        ([True, None], "boolean", "boolean"),
        (["りんご", None], "string", "text"),
        (["りんご", None], "category", "category"),
        (["2024-01-01", None], "datetime64[ns]", "time"),
        ([pd.NA, pd.NaT], object, "text"),
    ],
)
def test_what_pandas_calls_missing_is_missing(values, dtype, kind):
    catalog = Catalog.from_frame(
        pd.DataFrame({"item": [1, 2], "fact": pd.Series(values, dtype=dtype)})
    )
    assert repr(catalog).split()[-1] == kind
    assert catalog.value(2, "fact") is None


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
def test_lists_are_tags(frame):
    tags = Catalog.from_frame(frame({"item": [1, 2], "tags": [["red", "새"], None]}))
    assert tags.value(1, "tags") == ["red", "새"]
    assert tags.value(2, "tags") == []


@pytest.mark.parametrize(
    ("name", "texts", "kind"),
    [
        ("shelf", ["tea", "ink", "tea", "ink"], "category"),
        ("shelf", ["tea", "ink", "cup", "tea"], "text"),
        ("title", ["tea", "tea", "tea", "tea"], "text"),
    ],
)
def test_texts_that_repeat_are_categories_but_for_titles(name, texts, kind):
    frame = pd.DataFrame({"item": [1, 2, 3, 4], name: texts})
    assert repr(Catalog.from_frame(frame)).split()[-1] == kind


def test_the_item_column_may_have_another_name():
    frame = pl.DataFrame({"sku": [5, 3], "price": [1, 2]})
    assert Catalog.from_frame(frame, item="sku").items == [3, 5]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"sku": [1]}, "item must be a column of the frame, got 'item'"),
        ({"item": [1, 1]}, "item must stand in one row only, got 1"),
        ({"item": ["a", None]}, "item must be an id in every row"),
        ({"item": ["a", 1]}, "item must be all text or all 64-bit integers"),
    ],
)
def test_a_wrong_frame_is_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        Catalog.from_frame(pd.DataFrame(columns))


def test_html_is_escaped():
    html = Catalog.from_frame(pd.DataFrame({"item": [1], "<i>": [1]}))._repr_html_()
    assert "&lt;i&gt;" in html
    assert "<i>" not in html


def test_an_item_of_the_catalogue_alone_can_be_recommended():
    catalog = Catalog.from_frame(pd.DataFrame({"item": [1, 2, 3], "title": ["a", "b", "new"]}))
    events = endcap.Events.from_sequences([[1, 2], [2, 1]])
    shop = endcap.Recommender.fit(events, catalog, effort="fast", progress=False)
    assert shop.recommend(0).items == [3]
