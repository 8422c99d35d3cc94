"""What a shop knows about its items."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

from endcap import _columns, _core
from endcap._display import html_table

_NAMES = ("title", "name", "description")  # texts, however often they repeat


class Catalog:
    """Titles, categories, prices and whatever else is known of the items. Immutable."""

    def __init__(self, core: Any = None) -> None:
        self._core = _core.Catalog() if core is None else core

    @classmethod
    def from_frame(cls, frame: Any, item: str = "item") -> Catalog:
        """Take any data frame, one item a row; other columns keep their names.

        They may hold text, categories, numbers, booleans, dates or lists of tags. Text is a
        category where a value stands in two rows or more on average, but for title, name and
        description.

        Raises ValueError naming column, rule and value, also for an item that stands twice.
        """
        table = _columns.table(frame)
        ids: Any = _columns.series(table, item, "item", required=True)
        _columns.ids(ids, "item")
        columns = [_column(table[name], name) for name in table.columns if name != item]
        return cls(_core.Catalog([_plain(value) for value in ids.to_list()], columns))

    def __len__(self) -> int:
        return len(self._core)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._core.column_names)

    @property
    def items(self) -> list[Any]:
        """All item ids, sorted."""
        return list(self._core.items.ids())

    def value(self, item: Any, column: str) -> Any:
        """Return an item's value of a column, None if it is missing or the item unknown."""
        return self._core.value(item, column)

    def title(self, item: Any) -> str | None:
        """Return the item's title, name or description, whichever column there is first."""
        column = self._core.title_column
        return None if column is None else self._core.value(item, column)

    def _facts(self) -> list[tuple[str, str]]:
        return [("items", f"{len(self):,}")] + [
            (name, self._core.type(name).name.lower()) for name in self.columns
        ]

    def __repr__(self) -> str:
        width = max(len(name) for name, _ in self._facts())
        return "Catalog\n" + "\n".join(f"  {n:<{width}}  {value}" for n, value in self._facts())

    def _repr_html_(self) -> str:
        return html_table("Catalog", ["column", "type"], self._facts())


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, np.integer) else value


def _column(column: Any, name: str) -> tuple[str, Any, Any]:
    import narwhals as nw

    dtype = column.dtype
    types = _core.ColumnType
    gone = _columns.missing_in(column)
    values = [None if no else value for no, value in zip(gone, column.to_list(), strict=True)]
    if dtype == nw.Boolean or _all_are((bool, np.bool_), column, values):
        return name, types.BOOLEAN, [np.nan if v is None else float(v) for v in values]
    if dtype.is_numeric():
        return name, types.NUMBER, [np.nan if v is None else float(v) for v in values]
    if dtype in (nw.Datetime, nw.Date) or _all_are(datetime.date, column, values):
        times = np.full(len(column), _core.NO_TIME)
        if not gone.all():
            times[~gone] = _columns.microseconds(column.filter((~gone).tolist()), name)
        return name, types.TIME, times.tolist()
    if any(isinstance(value, (list, tuple, set, np.ndarray)) for value in values):
        tags = [[] if value is None else [str(tag) for tag in value] for value in values]
        return name, types.TAGS, tags
    texts = [None if value is None else str(value) for value in values]
    known = [text for text in texts if text is not None]
    few = known and 2 * len(set(known)) <= len(known) and name not in _NAMES
    declared = dtype in (nw.Categorical, nw.Enum)
    return name, types.CATEGORY if few or declared else types.TEXT, texts


def _all_are(kind: Any, column: Any, values: list[Any]) -> bool:
    """Say whether a pandas column of objects holds nothing else, but for missing values."""
    import narwhals as nw

    known = [value for value in values if value is not None]
    return (
        column.dtype == nw.Object
        and bool(known)
        and all(isinstance(value, kind) for value in known)
    )
