"""What the answers look like."""

import sys

import numpy as np
import pytest

import endcap


@pytest.fixture
def short(shop):
    """Return two lists that have fewer than 30 items."""
    return shop.recommend_many(["u0", "u1"], 30)


def test_short_lists_end_in_none_and_nan(short):
    assert short.items.shape == short.scores.shape == (2, 30)
    for items, scores, count in zip(short.items, short.scores, short.counts, strict=True):
        assert 0 < count < 20
        assert all(item is not None for item in items[:count])
        assert np.isfinite(scores[:count]).all()
        assert all(item is None for item in items[count:])
        assert np.isnan(scores[count:]).all()


def test_lists_are_as_long_as_they_are(short):
    assert [len(items) for items in short.lists()] == short.counts.tolist()


@pytest.mark.parametrize("hidden", [(), ("pandas",), ("pandas", "polars")])
def test_a_table_is_made_by_what_is_there(short, monkeypatch, hidden):
    for name in hidden:
        monkeypatch.setitem(sys.modules, name, None)
    frame = short.to_frame()
    library = ("pandas", "polars", "pyarrow")[len(hidden)]
    assert type(frame).__module__.startswith(library)
    first = short.counts[0]
    assert list(frame["rank"])[:first] == list(range(1, first + 1)) or library == "pyarrow"
    assert len(frame) == short.counts.sum()


def test_a_table_needs_some_library(short, monkeypatch):
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match="needs pandas, polars or pyarrow"):
        short.to_frame()


def test_a_list_is_a_sequence(shop):
    picks = shop.recommend("u0", 5)
    assert len(picks) == 5
    assert [pick.item for pick in picks] == picks.items
    assert picks[1:3].items == picks.items[1:3]
    assert picks[-1].item == picks.items[-1]


def test_reprs_show_titles_and_reasons(shop):
    picks = shop.recommend("u0", 3)
    assert f"りんご <{picks.items[0]}> & 사과" in repr(picks)
    assert "because of" in repr(picks)
    assert repr(shop.recommend("u0", filter="price < 0")) == "no items"
    assert "popularity" in repr(shop.explain("u0", 3))
    assert repr(shop.recommend_many(shop.users, 2)).endswith("... 35 more")
    assert repr(shop).startswith("Recommender: 40 users, 20 items, 320 events\n")


def test_columns_are_aligned_by_the_width_of_letters(shop):
    head, *rows = repr(shop.recommend("u0", 3)).splitlines()
    # Each title has 3 wide kana and 2 wide hangul: 5 places more than letters.
    assert all(row[head.index("score") - 5 - 1] == " " for row in rows)
    assert all(row[head.index("score") - 5].isdigit() for row in rows)


def test_html_is_escaped(shop):
    answers = [shop.recommend("u0", 3), shop.explain("u0", 3), shop.similar(3), shop]
    for answer in answers:
        html = answer._repr_html_()
        assert html.startswith("<table>")
        assert "りんご <" not in html
    assert "りんご &lt;3&gt; &amp; 사과" in answers[1]._repr_html_()
    many = endcap.Recommender.fit(
        endcap.Events.from_sequences([["<i>", "b"], ["b", "c"]]), effort="fast", progress=False
    ).recommend_many([1], 2)
    assert "&lt;i&gt;" in many._repr_html_()
