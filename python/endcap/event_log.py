"""The growing record of what visitors did: in a file that survives a power cut, or in memory."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, NamedTuple

from endcap import _core
from endcap._arguments import item_id, number, text
from endcap._times import datetime_of, time_us_or_none
from endcap.events import Events


class LoggedEvent(NamedTuple):
    """One event of a log; `event_id` tells a repeated delivery from a new event."""

    user: int | str
    item: int | str
    kind: str = "view"
    time: datetime.datetime | None = None
    quantity: float = 1.0
    price: float | None = None
    session: int | str | None = None
    event_id: str = ""


class EventLog:
    """A log of events: `EventLog.open(path)` is durable, `EventLog()` lives in memory.

    Any number of threads may use it at once. After a failed write it can only be read: `health()`
    says why, what would write raises OSError. Once closed, all calls raise ValueError.
    """

    def __init__(self) -> None:
        self._core = _core.EventLog()

    @classmethod
    def open(cls, path: str | PathLike[str]) -> EventLog:
        """Open the log in a file, or make a new one.

        Raises OSError if that fails or the file is open already, CorruptFileError if it is damaged
        or no event log.

        >>> with EventLog.open("events.db") as log:
        ...     log.append([{"user": "an", "item": "sku-1", "event_id": "e1"}], durable=True)
        1
        """
        log = cls.__new__(cls)
        log._core = _core.EventLog.open(path)
        return log

    def append(
        self, events: Events | Iterable[Mapping[str, Any] | Sequence[Any]], *, durable: bool = False
    ) -> int:
        """Accept events and return how many were new; with durable=True once they are on disk.

        An event is a dict with the names of `LoggedEvent` (user and item needed), or a sequence in
        its order. One whose event_id was seen before is left out. time: a datetime, no zone meaning
        UTC, or seconds since 1970. Raises ValueError naming event, argument, rule and value; then
        none is accepted.
        """
        if isinstance(events, Events):
            return self._core.append_events(events._core, durable)
        return self._core.append(rows_of(events), durable)

    def flush(self) -> None:
        """Return once all accepted events are on disk."""
        self._core.flush()

    def replay(self) -> list[LoggedEvent]:
        """Return all events in the order of acceptance."""
        return [_event(row) for row in self._core.replay()]

    def events_of(self, user: Any) -> list[LoggedEvent]:
        """Return one user's events in the order of acceptance; none if the user is unknown."""
        return [_event(row) for row in self._core.events_of(item_id("user", user))]

    def erase_user(self, user: Any) -> int:
        """Take a user's events out, without a trace in any file; return how many there were."""
        return self._core.erase_user(item_id("user", user))

    def health(self) -> _core.LogHealth:
        """Return `writable`, `n_events` and the `problem` that ended the writing."""
        return self._core.health()

    def verify(self) -> None:
        """Read everything back. Raises CorruptFileError naming what is wrong."""
        self._core.verify()

    def compact(self) -> None:
        """Give the room of erased events back to the file system."""
        self._core.compact()

    def close(self) -> None:
        """Flush and let go of the file. Raises OSError if accepted events cannot be written."""
        self._core.close()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def rows_of(events: Iterable[Mapping[str, Any] | Sequence[Any]]) -> list[Any]:
    """Return events as the core takes them. Raises ValueError naming event, rule and value."""
    if isinstance(events, (str, Mapping)):
        msg = f"events must be a list of events, got {events!r}"
        raise ValueError(msg)
    return [_row(place, event) for place, event in enumerate(events)]


def _row(place: int, event: Mapping[str, Any] | Sequence[Any]) -> Any:
    try:
        if isinstance(event, str):
            raise TypeError("a text")
        given = LoggedEvent(**event) if isinstance(event, Mapping) else LoggedEvent(*event)
    except TypeError as wrong:
        fields = ", ".join(LoggedEvent._fields)
        msg = f"event {place} must give user and item and no more than {fields}, got {event!r}"
        raise ValueError(msg) from wrong
    try:
        return (
            item_id("user", given.user),
            item_id("item", given.item),
            text("kind", given.kind),
            time_us_or_none("time", given.time),
            number("quantity", given.quantity),
            None if given.price is None else number("price", given.price),
            None if given.session is None else item_id("session", given.session),
            text("event_id", given.event_id),
        )
    except ValueError as wrong:
        msg = f"event {place}: {wrong}"
        raise ValueError(msg) from wrong


def _event(row: Any) -> LoggedEvent:
    return LoggedEvent(*row)._replace(time=datetime_of(row[3]))
