"""From the columns of any data frame to what the core takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from endcap import _core

_MICROSECONDS_PER_SECOND = 1_000_000


def table(frame: Any) -> Any:
    """Return any data frame as one of narwhals. Raises ValueError if it is none."""
    import narwhals as nw

    try:
        return nw.from_native(frame, eager_only=True)
    except TypeError:
        kind = type(frame).__name__
        msg = f"frame must be a data frame of pandas, polars or pyarrow in memory, got {kind}"
        raise ValueError(msg) from None
    except nw.exceptions.DuplicateError as error:
        msg = f"frame must have a name of its own for each column, got: {error}"
        raise ValueError(msg) from None


def series(frame: Any, name: str, argument: str, *, required: bool) -> Any | None:
    """Return the column `name` of a narwhals frame, or None if it is absent and not required."""
    if name in frame.columns:
        return frame[name]
    if required:
        msg = f"{argument} must be a column of the frame, got {name!r} among {frame.columns}"
        raise ValueError(msg)
    return None


def missing_in(column: Any) -> NDArray[np.bool_]:
    """Say of each value whether it is missing: None, NaN, NaT, NA."""
    missing = np.asarray(column.is_null().to_numpy(), bool)
    return missing | np.isnan(column.to_numpy()) if column.dtype.is_float() else missing


def _first_missing(column: Any) -> int | None:
    missing = missing_in(column)
    return int(np.argmax(missing)) if missing.any() else None


def ids(column: Any, argument: str) -> tuple[Any, NDArray[np.int32]]:
    """Turn a column of ids into a vocabulary and its codes, (n,)."""
    if (row := _first_missing(column)) is not None:
        raise _no_id(argument, row)
    if column.dtype.is_integer():
        return _numbers(column.to_numpy(), argument)
    return ids_of_values(column.to_list(), argument)


def sessions(column: Any | None) -> NDArray[np.int32]:
    """Turn an optional column of sessions into their keys, (n,) or (0,): -1 for none."""
    if column is None:
        return np.empty(0, np.int32)
    there = ~missing_in(column)
    keys = np.full(len(column), -1, np.int32)
    if there.any():
        values = column.filter(there.tolist())
        if values.dtype.is_float():  # 1.0, 2.0: what a missing one makes of integers in pandas
            numbers = values.to_numpy()
            is_whole = bool(np.all((numbers == np.round(numbers)) & (np.abs(numbers) < 2**53)))
            each = numbers.astype(np.int64) if is_whole else numbers.astype(str)
            keys[there] = _core.session_keys(*ids_of_values(each.tolist(), "session"))
        else:
            keys[there] = _core.session_keys(*ids(values, "session"))
    return keys


def ids_of_values(values: list[Any], argument: str) -> tuple[Any, NDArray[np.int32]]:
    """Turn a list of ids into a vocabulary and its codes, (n,)."""
    for row, value in enumerate(values):
        if value is None or (isinstance(value, float) and np.isnan(value)):
            raise _no_id(argument, row)
    if all(
        isinstance(value, (int, np.integer)) and not isinstance(value, bool) for value in values
    ):
        return _numbers(values, argument)
    for row, value in enumerate(values):
        if not isinstance(value, str):
            rule = "be all text or all 64-bit integers"
            msg = f"{argument} must {rule}, got {value!r} ({type(value).__name__}) in row {row}"
            raise ValueError(msg)
    texts = _sorted_texts(set(values), argument)
    code = {text: index for index, text in enumerate(texts)}
    codes = np.fromiter((code[value] for value in values), np.int32, len(values))
    return _core.Vocabulary.of_texts(texts), codes


def _sorted_texts(texts: set[str], argument: str) -> list[str]:
    try:
        return sorted(texts, key=lambda text: text.encode())
    except UnicodeEncodeError as error:
        msg = f"{argument} must be text that UTF-8 can hold, got {error.object!r}"
        raise ValueError(msg) from None


def _no_id(argument: str, row: int) -> ValueError:
    return ValueError(f"{argument} must be an id in every row, got a missing value in row {row}")


def _numbers(values: Any, argument: str) -> tuple[Any, NDArray[np.int32]]:
    distinct, codes = np.unique(np.asarray(values), return_inverse=True)
    for end in distinct[:1], distinct[-1:]:
        if any(not -(2**63) <= int(number) < 2**63 for number in end):
            msg = f"{argument} must be all text or all 64-bit integers, got {end[0]}"
            raise ValueError(msg)
    return _core.Vocabulary.of_numbers(distinct.astype(np.int64)), codes.astype(np.int32)


def microseconds(column: Any, argument: str) -> NDArray[np.int64]:
    """Turn datetimes, dates or seconds into microseconds since 1970 UTC, (n,)."""
    import narwhals as nw

    check_complete(column, argument)
    if column.dtype == nw.Datetime:
        if getattr(column.dtype, "time_zone", None):
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return np.asarray(column.dt.timestamp("us").to_numpy(), np.int64)
    if column.dtype == nw.Date:
        return np.asarray(column.cast(nw.Datetime("us")).dt.timestamp("us").to_numpy(), np.int64)
    if column.dtype.is_numeric():
        seconds = column.to_numpy()
        if np.any(np.abs(seconds) >= 253_402_300_800):
            worst = seconds[np.argmax(np.abs(seconds))]
            rule = "lie between the years 1970 and 9999 (seconds, not milliseconds?)"
            msg = f"{argument} must {rule}, got {worst}"
            raise ValueError(msg)
        if column.dtype.is_integer():
            return np.asarray(seconds, np.int64) * _MICROSECONDS_PER_SECOND
        return np.asarray(np.round(seconds * _MICROSECONDS_PER_SECOND), np.int64)
    if column.dtype == nw.Object:
        return microseconds(_as_datetimes(column, argument), argument)
    msg = f"{argument} must hold datetimes, dates or seconds, got {column.dtype}"
    raise ValueError(msg)


def _as_datetimes(column: Any, argument: str) -> Any:
    import datetime

    import narwhals as nw

    values = column.to_list()
    for row, value in enumerate(values):
        if not isinstance(value, datetime.date):
            msg = f"{argument} must hold datetimes, dates or seconds, got {value!r} in row {row}"
            raise ValueError(msg)
    times = np.array([np.datetime64(_without_zone(value), "us") for value in values])
    return nw.new_series("time", times, backend=nw.get_native_namespace(column))


def _without_zone(value: Any) -> Any:
    import datetime

    if getattr(value, "tzinfo", None) is None:
        return value
    return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)


def check_complete(column: Any, argument: str) -> None:
    """Raise ValueError if a value of the column is missing."""
    if (row := _first_missing(column)) is not None:
        msg = f"{argument} must be given in every row or not at all, got none in row {row}"
        raise ValueError(msg)


def floats(column: Any | None, argument: str, *, complete: bool = False) -> NDArray[np.float32]:
    """Turn an optional column of numbers into float32, (n,) or (0,)."""
    if column is None:
        return np.empty(0, np.float32)
    if not column.dtype.is_numeric():
        msg = f"{argument} must hold numbers, got {column.dtype}"
        raise ValueError(msg)
    if complete:
        check_complete(column, argument)
    return np.asarray(column.to_numpy(), np.float32)
