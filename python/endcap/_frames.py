"""Results as a table of whichever library is there."""

from __future__ import annotations

from typing import Any


def frame_of(columns: dict[str, Any], caller: str) -> Any:
    """Return the columns in pandas, else polars, else pyarrow. Raises ImportError."""
    for make in (_pandas, _polars, _pyarrow):
        try:
            return make(columns)
        except ImportError:
            continue
    msg = f"{caller} needs pandas, polars or pyarrow"
    raise ImportError(msg)


def _pandas(columns: dict[str, Any]) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def _polars(columns: dict[str, Any]) -> Any:
    import polars as pl

    return pl.DataFrame(columns)


def _pyarrow(columns: dict[str, Any]) -> Any:
    import pyarrow as pa

    return pa.table(columns)
