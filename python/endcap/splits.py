"""Honest examinations: what a model may learn from, what it is asked, what was right."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from endcap import _core
from endcap._arguments import integer, number, text, time_us
from endcap.events import Events


class Split:
    """A log in two parts. Fit on `train`, then `endcap.evaluate(shop, split)`.

    train: Events that name nothing that only answers have. histories: Events of what each query's
    visitor had done when asked. queries: (n_queries,) their ids, in that order; relevant: what each
    did then, (n_queries,) lists of item ids. known: whether train knows the queries' visitors.
    """

    def __init__(self, core: Any) -> None:
        self._core = core

    @cached_property
    def train(self) -> Events:
        return Events(self._core.train)

    @cached_property
    def histories(self) -> Events:
        return Events(self._core.histories)

    @cached_property
    def queries(self) -> list[Any]:
        return self.histories.users

    @cached_property
    def relevant(self) -> list[list[Any]]:
        return list(self._core.relevant)

    @property
    def known(self) -> bool:
        return bool(self._core.known)

    def __len__(self) -> int:
        return len(self.relevant)

    def __repr__(self) -> str:
        answers = sum(map(len, self.relevant))
        who = "known visitors" if self.known else "strangers"
        return (
            f"Split: {len(self.train):,} events to learn from, {len(self):,} {who} to ask, "
            f"{answers:,} right answers"
        )


def split_by_time(events: Events, cut: Any, *, target: str = "purchase") -> Split:
    """Train on all events before a moment, ask known visitors for those from then on.

    The strictest split: as the shop stood then. cut: a datetime (no zone meaning UTC), a text such
    as "2011-11-01", or seconds since 1970. target: the kind that is asked for; any kind where the
    log has none of it. Raises ValueError for a log without times or with nothing on one side.

    >>> split = endcap.evaluation.split_by_time(events, "2011-11-01")
    """
    return Split(_core.split_by_time(events._core, time_us("cut", cut), text("target", target)))


def split_last(events: Events, n: int = 1, *, target: str = "purchase") -> Split:
    """Ask for each visitor's newest n events, with all at the time of the oldest of them.

    Train holds newer events of others. Raises ValueError for a log without order.
    """
    return Split(_core.split_last(events._core, _count("n", n, 1), text("target", target)))


def split_baskets(events: Events, n: int = 1, *, target: str = "purchase") -> Split:
    """Ask for each visitor's newest n baskets: sessions, or days where the log has only times.

    Train holds newer events of others. Raises ValueError for a log with neither.
    """
    return Split(_core.split_baskets(events._core, _count("n", n, 1), text("target", target)))


def split_sessions(
    events: Events, share: float = 0.1, *, target: str = "purchase", seed: int = 0
) -> Split:
    """Ask strangers for the last event of each of the newest visits, given those before it.

    A visit is a session, or a visitor's day; without times or sessions it is a visitor, and a
    random share is asked. Raises ValueError for a log without order.
    """
    core = _core.split_sessions(
        events._core, number("share", share), text("target", target), _seed(seed)
    )
    return Split(core)


def split_cold_items(
    events: Events,
    share: float = 0.1,
    cut: Any = None,
    *,
    target: str = "purchase",
    seed: int = 0,
) -> Split:
    """Take a random share of the items out of train, and ask for them.

    With times, train ends at `cut` (default: nine tenths of the log's span) and answers are from
    then on. Fit with a catalogue that names the items.
    """
    core = _core.split_cold_items(
        events._core,
        number("share", share),
        None if cut is None else time_us("cut", cut),
        text("target", target),
        _seed(seed),
    )
    return Split(core)


def split_users(
    events: Events,
    fold: int,
    folds: int = 5,
    share: float = 0.2,
    *,
    target: str = "purchase",
    seed: int = 0,
) -> Split:
    """Take one fold of the visitors out of train; ask for the newest share of each one's events.

    Over all folds every visitor is asked once, as a stranger. Where there is no order, the share
    is random.
    """
    core = _core.split_users(
        events._core,
        _count("fold", fold, 0),
        _count("folds", folds, 2),
        number("share", share),
        text("target", target),
        _seed(seed),
    )
    return Split(core)


def split_at_random(
    events: Events, share: float = 0.2, *, target: str = "purchase", seed: int = 0
) -> Split:
    """Ask for each event with this probability: for logs without times or order."""
    core = _core.split_at_random(
        events._core, number("share", share), text("target", target), _seed(seed)
    )
    return Split(core)


def _count(name: str, value: int, least: int) -> int:
    return integer(name, value, least, 2**31, f"{least} or more")


def _seed(seed: int) -> int:
    return integer("seed", seed, 0, 2**64, "an integer in [0, 2**64)")
