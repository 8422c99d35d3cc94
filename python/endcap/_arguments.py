"""What arguments must be; a wrong one is a ValueError naming argument, rule and value."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import numpy as np


def _wrong(name: str, rule: str, value: Any) -> ValueError:
    return ValueError(f"{name} must be {rule}, got {value!r}")


def integer(name: str, value: Any, first: int, end: int, rule: str) -> int:
    """Return an integer in [first, end)."""
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, np.integer))
        or not (first <= value < end)
    ):
        raise _wrong(name, rule, value)
    return int(value)


def size(name: str, value: Any) -> int:
    """Return a number of items."""
    return integer(name, value, 1, 2**31, "a positive integer below 2**31")


def number(name: str, value: Any) -> float:
    """Return any real number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise _wrong(name, "a number", value)
    return float(value)


def text(name: str, value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise _wrong(name, "a text", value)
    return value


def time_us(name: str, value: Any) -> int:
    """Return a moment, as microseconds since 1970 UTC; no zone means UTC."""
    rule = "a datetime or date, a text such as '2024-05-31' or seconds between 1970 and 9999"
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise _wrong(name, rule, value) from None
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return round(aware.timestamp() * 1e6)
    if isinstance(value, (int, float, np.number)) and 0 <= value < 253_402_300_800:
        return round(float(value) * 1e6)
    raise _wrong(name, rule, value)


def choice(enum: Any, name: str, value: Any) -> Any:
    """Return the member of an enumeration of the core."""
    if isinstance(value, str) and value in enum.__members__:
        return enum.__members__[value]
    raise _wrong(name, f"one of {', '.join(enum.__members__)}", value)


def item_id(name: str, value: Any) -> int | str:
    """Return an id of the shop: a text or an integer."""
    if isinstance(value, str):
        return value
    return integer(name, value, -(2**63), 2**63, "a text or a 64-bit integer")


def item_ids(name: str, values: Iterable[Any]) -> list[int | str]:
    """Return the ids of a list."""
    if isinstance(values, str):
        msg = f"{name} must be a list of ids, got the text {values!r}"
        raise ValueError(msg)
    if not isinstance(values, Iterable):
        raise _wrong(name, "a list of ids", values)
    return [item_id(name, value) for value in values]


def texts(name: str, values: Any) -> list[str]:
    """Return the texts of a list."""
    if isinstance(values, str):
        raise _wrong(name, "a list of texts", values)
    return [text(name, value) for value in values]
