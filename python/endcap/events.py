"""The log of what visitors did."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import Any

import numpy as np

from endcap import _columns, _core
from endcap._arguments import integer, number, text
from endcap._display import html_table

_COLUMNS = ("user", "item", "kind", "time", "quantity", "price", "session")


def canonical_csr(matrix: Any, argument: str) -> Any:
    """Return a scipy.sparse matrix as CSR, each cell once, none empty; the caller's stays."""
    if not hasattr(matrix, "tocsr"):
        msg = f"{argument} must be a scipy.sparse matrix, got {type(matrix).__name__}"
        raise ValueError(msg)
    csr = matrix.tocsr()
    if not csr.has_canonical_format:
        csr = csr.copy()
        csr.sum_duplicates()
    if csr.nnz and not csr.data.all():
        csr = csr.copy()
        csr.eliminate_zeros()
    return csr


def kinds_of(weights: Mapping[str, float] | None) -> Any:
    """Return the standard kinds with these weights added or changed."""
    kinds = _core.Kinds()
    for name, weight in (weights or {}).items():
        known = text("name of a kind", name) in kinds
        change = kinds.set_weight if known else kinds.add
        change(name, number(f"weight of kind {name}", weight))
    return kinds


class Events:
    """What visitors did with which items, and when. Immutable.

    Made by `from_frame`, `from_sequences`, `from_csr`, `from_csv`, `from_jsonl`, `from_parquet`.
    """

    def __init__(self, core: Any) -> None:
        self._core = core
        self.bad_rows: list[tuple[int, str]] = []

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        user: str = "user",
        item: str = "item",
        kind: str = "kind",
        time: str = "time",
        quantity: str = "quantity",
        price: str = "price",
        session: str = "session",
        kinds: Mapping[str, float] | None = None,
    ) -> Events:
        """Take any data frame (pandas, polars, pyarrow), one event a row.

        The columns of user and item must be there: text or 64-bit integers. The others may be
        absent: kind ("view" then), time (a datetime, no zone meaning UTC, a date, or seconds since
        1970; without it the rows of a user are in order, or in none if they are sorted by item),
        quantity, price of one piece, session (may be missing in some rows; rows of a visitor with
        equal ids are one session, in whatever frame they come).
        kinds: weights of the shop's own kinds, or new weights of the standard ones.

        Raises ValueError naming column, rule and value.
        """
        table = _columns.table(frame)
        defaults = {"kind": kind, "time": time, "quantity": quantity, "price": price}
        defaults["session"] = session
        optional = {
            argument: _columns.series(table, name, argument, required=name != argument)
            for argument, name in defaults.items()
        }
        users, user_codes = _columns.ids(_required(table, user, "user"), "user")
        items, item_codes = _columns.ids(_required(table, item, "item"), "item")
        own_kinds = kinds_of(kinds)
        time_us, order = _times(optional["time"], user_codes, item_codes)
        core = _core.Events(
            users=users,
            items=items,
            kinds=own_kinds,
            order=order,
            user=user_codes,
            item=item_codes,
            kind=_kind_codes(optional["kind"], own_kinds, len(table)),
            time_us=time_us,
            quantity=_columns.floats(optional["quantity"], "quantity", complete=True),
            price=_columns.floats(optional["price"], "price"),
            session=_columns.sessions(optional["session"]),
        )
        return cls(core)

    @classmethod
    def from_sequences(cls, sequences: Iterable[Sequence[Any]], *, kind: str = "view") -> Events:
        """Take one list of items per visitor 0, 1, 2, ..., oldest first; there are no times.

        Lists in no order go through `from_csr`: what comes last counts most here.
        Give the lists, too, in the order in which the visitors came, if it is known: the fit sees
        whether the newest come last.
        """
        lists = [_list(sequence) for sequence in sequences]
        lengths = np.array([len(sequence) for sequence in lists], np.int64)
        flat = [item for sequence in lists for item in sequence]
        if not flat:
            msg = "events must not be empty, got 0"
            raise ValueError(msg)
        items, codes = _columns.ids_of_values(flat, "item")
        kinds = _core.Kinds()
        starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
        core = _core.Events(
            users=_core.Vocabulary.of_numbers(np.arange(len(lists))),
            items=items,
            kinds=kinds,
            order=_core.Order.SEQUENCE,
            user=np.repeat(np.arange(len(lists)), lengths).astype(np.int32),
            item=codes,
            kind=np.full(len(flat), kinds.at(kind), np.int16),
            time_us=np.arange(len(flat)) - starts,
            quantity=np.empty(0, np.float32),
            price=np.empty(0, np.float32),
            session=np.empty(0, np.int32),
        )
        return cls(core)

    @classmethod
    def from_csr(cls, matrix: Any, *, kind: str = "view") -> Events:
        """Take a scipy.sparse matrix (n_users, n_items): who had what, in no order.

        Ids are the row and column numbers; a cell is a quantity, 0 for nothing. Models that weigh
        events by what they say (`use_event_weights`) count it so often. Raises ValueError for a
        negative or infinite cell.
        """
        csr = canonical_csr(matrix, "matrix")
        if csr.nnz and not (np.isfinite(csr.data).all() and (csr.data >= 0).all()):
            msg = f"matrix must hold finite values of 0 or more, got {csr.data.min()}"
            raise ValueError(msg)
        coo = csr.tocoo()
        kinds = _core.Kinds()
        core = _core.Events(
            users=_core.Vocabulary.of_numbers(np.arange(csr.shape[0])),
            items=_core.Vocabulary.of_numbers(np.arange(csr.shape[1])),
            kinds=kinds,
            order=_core.Order.NONE,
            user=coo.row.astype(np.int32),
            item=coo.col.astype(np.int32),
            kind=np.full(coo.nnz, kinds.at(kind), np.int16),
            time_us=np.empty(0, np.int64),
            quantity=coo.data.astype(np.float32),
            price=np.empty(0, np.float32),
            session=np.empty(0, np.int32),
        )
        return cls(core)

    @classmethod
    def from_csv(
        cls,
        path: str | PathLike[str],
        *,
        separator: str = ",",
        max_bad_rows: int = 100,
        kinds: Mapping[str, float] | None = None,
        **columns: str,
    ) -> Events:
        """Read a CSV file; columns as in `from_frame`, e.g. user="customer".

        Rows that cannot be read stand in `bad_rows` as (line, reason). Raises ValueError if there
        are more than max_bad_rows of them, OSError if the file cannot be opened.
        """
        options = _reader_options(columns, kinds, max_bad_rows, separator)
        return cls._read(_core.read_events_csv(fspath(path), options))

    @classmethod
    def from_jsonl(
        cls,
        path: str | PathLike[str],
        *,
        max_bad_rows: int = 100,
        kinds: Mapping[str, float] | None = None,
        **columns: str,
    ) -> Events:
        """Read one JSON object a line; everything else as in `from_csv`."""
        options = _reader_options(columns, kinds, max_bad_rows)
        return cls._read(_core.read_events_json_lines(fspath(path), options))

    @classmethod
    def from_parquet(cls, path: str | PathLike[str], **columns: Any) -> Events:
        """Read a Parquet file through pyarrow; columns as in `from_frame`."""
        try:
            from pyarrow import parquet
        except ImportError as error:
            msg = "Events.from_parquet needs pyarrow: pip install pyarrow"
            raise ImportError(msg) from error
        return cls.from_frame(parquet.read_table(path), **columns)

    @classmethod
    def _read(cls, result: tuple[Any, int, int, list[tuple[int, str]]]) -> Events:
        core, _, _, bad_rows = result
        events = cls(core)
        events.bad_rows = bad_rows
        return events

    def __len__(self) -> int:
        return len(self._core)

    @property
    def users(self) -> list[Any]:
        """All user ids, sorted."""
        return list(self._core.users.ids())

    @property
    def items(self) -> list[Any]:
        """All item ids, sorted."""
        return list(self._core.items.ids())

    @property
    def kinds(self) -> dict[str, float]:
        """The weight of each kind."""
        return dict(self._core.kinds.items())

    def _facts(self) -> list[tuple[str, str]]:
        core = self._core
        facts = [
            ("events", f"{len(core):,}"),
            ("users", f"{len(core.users):,}"),
            ("items", f"{len(core.items):,}"),
        ]
        counts = zip(core.kinds.items(), core.kind_counts(), strict=True)
        facts += [(name, f"{count:,}") for (name, _), count in counts if count]
        if core.order == _core.Order.TIME:
            begin, end = (_day(time) for time in (core.begin_us, core.end_us))
            facts.append(("time", f"{begin} to {end}"))
        else:
            order = "by order" if core.order == _core.Order.SEQUENCE else "no order"
            facts.append(("time", f"none, {order}"))
        return facts

    def __repr__(self) -> str:
        return "Events\n" + "\n".join(f"  {name:<9} {value}" for name, value in self._facts())

    def _repr_html_(self) -> str:
        return html_table("Events", ["", ""], self._facts())


def _list(sequence: Any) -> list[Any]:
    if isinstance(sequence, str):
        msg = f"sequences must hold lists of items, got the text {sequence!r}"
        raise ValueError(msg)
    return list(sequence)


def _reader_options(
    columns: dict[str, str],
    kinds: Mapping[str, float] | None,
    max_bad_rows: int,
    separator: str = ",",
) -> Any:
    if len(text("separator", separator)) != 1 or not separator.isascii():
        msg = f"separator must be one ASCII character, got {separator!r}"
        raise ValueError(msg)
    limit = integer("max_bad_rows", max_bad_rows, 0, 2**63, "an integer of 0 or more")
    return _core.EventReaderOptions(_known(columns), kinds_of(kinds), separator, limit)


def _known(columns: dict[str, str]) -> dict[str, str]:
    for name in columns:
        if name not in _COLUMNS:
            msg = f"columns must be among {', '.join(_COLUMNS)}, got {name!r}"
            raise TypeError(msg)
    return columns


def _required(table: Any, name: str, argument: str) -> Any:
    return _columns.series(table, name, argument, required=True)


def _times(column: Any | None, users: Any, items: Any) -> tuple[Any, Any]:
    if column is None:
        return np.arange(len(users), dtype=np.int64), _core.order_of_rows(users, items)
    return _columns.microseconds(column, "time"), _core.Order.TIME


def _kind_codes(column: Any | None, kinds: Any, n: int) -> Any:
    if column is None:
        return np.full(n, kinds.at("view"), np.int16)
    _columns.check_complete(column, "kind")
    names = column.to_list()
    codes = {name: kinds.at(str(name)) for name in set(names)}
    return np.fromiter((codes[name] for name in names), np.int16, n)


def _day(time_us: int) -> str:
    return datetime.datetime.fromtimestamp(time_us / 1e6, datetime.timezone.utc).date().isoformat()
