"""Points in time between Python and the core, where there may be none."""

from __future__ import annotations

import datetime
from typing import Any

from endcap._arguments import time_us

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def time_us_or_none(name: str, value: Any) -> int | None:
    """Return a moment, as microseconds since 1970 UTC; None stays."""
    return None if value is None else time_us(name, value)


def datetime_of(microseconds: int | None) -> datetime.datetime | None:
    """Return a datetime in UTC; None stays."""
    if microseconds is None:
        return None
    return _EPOCH + datetime.timedelta(microseconds=microseconds)
