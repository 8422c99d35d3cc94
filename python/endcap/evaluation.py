"""How good are lists? Metrics per query, their means and what chance can do to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from endcap import _core


def evaluate(
    lists: Any,
    relevant: Sequence[Iterable[Any]],
    k: int | Sequence[int] = (10, 20),
    *,
    train_popularity: Mapping[Any, int] | None = None,
    confidence: float = 0.95,
    denominator: Literal["relevant", "min"] = "relevant",
    seed: int = 0,
) -> Report:
    """Compare lists with what was right: recall, precision, hit_rate, mrr, map and ndcg at each k.

    lists: `Picks`, or one list of ids per query, best first. The scores of `Picks` are looked at:
    among equal ones the right items count as last. relevant: the right ids of each query.
    train_popularity: item id -> events in training, for every item of the catalogue; adds novelty
    (bits), coverage and the Gini index. denominator: hits of recall and map are divided by the
    number of "relevant" items or by "min"(k, relevant).

    Raises ValueError for lists and relevant of different lengths, a query without a right item, no
    query, k below 1, or a confidence outside (0, 1).

    >>> endcap.evaluate([["a", "b"]], [["b"]], k=2)["mrr@2"]
    0.5
    """
    ks = [k] if isinstance(k, int) else list(k)
    if not ks or min(ks) < 1:
        raise ValueError(f"k must be 1 or more, got {k}")
    if denominator not in {"relevant", "min"}:
        raise ValueError(f"denominator must be 'relevant' or 'min', got {denominator!r}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    rows = getattr(lists, "items", lists)
    if len(rows) != len(relevant) or len(rows) == 0:
        raise ValueError(
            f"relevant must have one entry for each of {len(rows)} lists (1 or more), "
            f"got {len(relevant)}"
        )
    popularity = train_popularity or {}
    codes = {item: code for code, item in enumerate(popularity)}
    items = _as_matrix(rows, codes)
    if popularity and items.max() >= len(popularity):
        stranger = next(item for item, code in codes.items() if code == items.max())
        raise ValueError(f"train_popularity must name every listed item, got none for {stranger!r}")
    offsets, right = _as_rows(relevant, codes)
    columns = _core.query_metrics(
        items, getattr(lists, "scores", None), offsets, right, ks, denominator == "min"
    )
    values = {name: np.asarray(column) for name, column in columns.items()}
    totals: dict[str, float] = {}
    for cut in ks if popularity else []:
        beyond = _core.list_metrics(items, np.fromiter(popularity.values(), np.int64), cut)
        values[f"novelty@{cut}"] = np.asarray(beyond["novelty"])
        totals |= {f"{name}@{cut}": beyond[name] for name in ("coverage", "gini")}
    return Report(values, totals, confidence, seed)


@dataclass(frozen=True)
class Report:
    """What `evaluate` found; shows itself as a table.

    values: metric -> one value per query, (n_queries,). totals: metrics of all lists together.
    """

    values: dict[str, NDArray[np.float64]]
    totals: dict[str, float]
    confidence: float = 0.95
    seed: int = 0

    def __getitem__(self, metric: str) -> float:
        """Return the mean over queries, or the total. Raises KeyError for an unknown metric."""
        if metric in self.totals:
            return self.totals[metric]
        return float(self.values[metric].mean())

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Where each mean lies with the given confidence, by bootstrap over the queries."""
        return {
            name: _core.bootstrap_mean(column, self.confidence, self.seed)[1:]
            for name, column in self.values.items()
        }

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Return metric -> mean, low, high; a total has its value as mean only."""
        means = {
            name: {"mean": self[name], "low": low, "high": high}
            for name, (low, high) in self.intervals.items()
        }
        return means | {name: {"mean": value} for name, value in self.totals.items()}

    def compare(self, other: Report) -> Comparison:
        """Say by how much this is better than `other`, query by query (paired bootstrap).

        Raises ValueError if the reports have different numbers of queries.
        """
        differences = {}
        for name in self.values.keys() & other.values.keys():
            (mean, low, high), p_value = _core.bootstrap_difference(
                self.values[name], other.values[name], self.confidence, self.seed
            )
            differences[name] = {
                "mean": mean,
                "low": low,
                "high": high,
                "p_value": p_value,
            }
        return Comparison(dict(sorted(differences.items())))

    def __str__(self) -> str:
        return _as_text(self.to_dict())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _as_html(self.to_dict())


@dataclass(frozen=True)
class Comparison:
    """Differences of two reports, metric -> mean, low, high, p_value; shows itself as a table."""

    differences: dict[str, dict[str, float]]

    def __getitem__(self, metric: str) -> dict[str, float]:
        return self.differences[metric]

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Return metric -> mean, low, high, p_value."""
        return self.differences

    def __str__(self) -> str:
        return _as_text(self.differences)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _as_html(self.differences)


def _as_matrix(rows: Any, codes: dict[Any, int]) -> NDArray[np.int32]:
    """Number the ids of all lists; a list ends at its first None, the rest of its row is -1."""
    matrix = np.full((len(rows), max(1, *map(len, rows))), -1, np.int32)
    for row, ids in zip(matrix, rows, strict=True):
        known = [codes.setdefault(item, len(codes)) for item in ids if item is not None]
        row[: len(known)] = known
    return matrix


def _as_rows(
    relevant: Sequence[Iterable[Any]], codes: dict[Any, int]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Give each query's right items as rising numbers without duplicates, behind offsets."""
    rows = [sorted({codes.setdefault(item, len(codes)) for item in items}) for items in relevant]
    empty = next((query for query, row in enumerate(rows) if not row), None)
    if empty is not None:
        raise ValueError(f"relevant must hold an item for every query, got none for query {empty}")
    offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    return offsets, np.fromiter((code for row in rows for code in row), np.int32, offsets[-1])


def _cells(table: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    columns = list(next(iter(table.values())))
    body = [
        [name, *(f"{row[column]:.4f}" if column in row else "" for column in columns)]
        for name, row in table.items()
    ]
    return [["metric", *columns], *body]


def _as_text(table: Mapping[str, Mapping[str, float]]) -> str:
    cells = _cells(table)
    width = max(len(row[0]) for row in cells)
    return "\n".join(f"{row[0]:<{width}}" + "".join(f"{c:>9}" for c in row[1:]) for row in cells)


def _as_html(table: Mapping[str, Mapping[str, float]]) -> str:
    head, *body = _cells(table)
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
    lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in body]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
