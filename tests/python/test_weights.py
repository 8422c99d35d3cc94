"""Weights of the models, read and set by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

import endcap

HABITS = [["tea", "pot", "cup"], ["tea", "cup"], ["ink", "pen"], ["pen", "ink", "pad"]] * 20


def shop() -> endcap.Recommender:
    events = endcap.Events.from_sequences(HABITS)
    return endcap.Recommender.fit(events, models=["popularity", "rp3beta"], progress=False)


def test_what_is_not_named_stays_as_it_is() -> None:
    own = shop()
    learned = own.weights
    assert list(learned)[:2] == ["popularity", "rp3beta"]
    own.weights = {"rp3beta": {"explore": 7}}
    assert own.weights["rp3beta"] == learned["rp3beta"] | {"explore": 7}
    assert own.weights["popularity"] == learned["popularity"]


def test_without_its_weight_a_model_says_nothing() -> None:
    own = shop()
    own.weights = {"popularity": 0, "rp3beta": 1}
    parts = own.next_many([["tea"]], k=4)
    own.weights = {"rp3beta": 2}
    assert own.next_many([["tea"]], k=4).scores[0][0] == pytest.approx(2 * parts.scores[0][0])
    own.weights = {"rp3beta": 0}
    assert own.next_many([["tea"]], k=1).scores[0][0] == 0
    assert math.isnan(own.next_many([["tea"]], k=1).probabilities[0][0])


@pytest.mark.parametrize(
    ("weights", "error"),
    [
        (1, "weights must be a dict by model, got 1"),
        ({2: 1}, "weights must be a text, got 2"),
        ({"ease": 1}, "weights must name models that the shop uses, got ease"),
        ({"rp3beta": math.inf}, "weights must be finite, got inf"),
        ({"rp3beta": "1"}, "weights must be a number, got '1'"),
        ({"rp3beta": {"new": 1}}, "weights must be for explore, include, .*, got 'new'"),
    ],
)
def test_a_wrong_weight_changes_nothing(weights: Any, error: str) -> None:
    own = shop()
    learned = own.weights
    with pytest.raises(ValueError, match=error):
        own.weights = weights
    assert own.weights == learned
