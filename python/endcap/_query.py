"""One question to a recommender, checked and handed to the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from endcap import _core
from endcap._arguments import choice, integer, item_id, item_ids, number, size, text
from endcap._times import time_us_or_none
from endcap.rules import Rules

Repeats = Literal["exclude", "include", "only"]


def scenario_name(name: str | None) -> str:
    """Return what the core takes for a scenario: an empty name for none."""
    return "" if name is None else text("scenario", name)


def condition(filter: str | None) -> str:
    """Return what the core takes for a filter: an empty text for none."""
    return "" if filter is None else text("filter", filter)


def core_query(
    *,
    user: Any = None,
    k: int = 10,
    repeats: Repeats = "exclude",
    filter: str | None = None,
    diversity: float = 0.0,
    session: Sequence[Any] = (),
    allow: Iterable[Any] | None = None,
    block: Iterable[Any] | None = None,
    scenario: str | None = None,
    rules: Rules | Mapping[str, Any] | None = None,
    seed: int = 0,
    time: Any = None,
) -> Any:
    """Return the core's form of the arguments of `Recommender.recommend`. Raises ValueError."""
    query = _core.Query()
    query.user = None if user is None else item_id("user", user)
    query.session = item_ids("items", session)
    query.k = size("k", k)
    query.repeats = choice(_core.Repeats, "repeats", repeats)
    query.filter = condition(filter)
    query.allow = item_ids("allow", () if allow is None else allow)
    if allow is not None and not query.allow:
        msg = "allow must hold an item, got none"
        raise ValueError(msg)
    query.block = item_ids("block", () if block is None else block)
    query.diversity = number("diversity", diversity)
    query.scenario = scenario_name(scenario)
    query.rules = None if rules is None else Rules.of(rules)._to_core()
    query.seed = integer("seed", seed, 0, 2**64, "an integer in [0, 2**64)")
    query.time_us = time_us_or_none("time", time)
    return query
