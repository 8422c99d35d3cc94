"""How good are lists? Metrics per query, their means, and what chance can do to them.

split = endcap.evaluation.split_by_time(events, "2011-11-01")
shop = endcap.Recommender.fit(split.train, catalog)
report = endcap.evaluate(shop, split, k=10)
report["ndcg@10"], report.intervals["ndcg@10"]
report.compare(endcap.evaluate(yesterday, split, k=10))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from endcap import _core
from endcap._arguments import choice, integer
from endcap._display import html_table, text_table
from endcap._frames import frame_of
from endcap._query import Repeats
from endcap.recommender import Recommender
from endcap.splits import (
    Split,
    split_at_random,
    split_baskets,
    split_by_time,
    split_cold_items,
    split_last,
    split_sessions,
    split_users,
)

__all__ = [
    "Comparison",
    "Report",
    "Split",
    "evaluate",
    "split_at_random",
    "split_baskets",
    "split_by_time",
    "split_cold_items",
    "split_last",
    "split_sessions",
    "split_users",
]

Denominator = Literal["relevant", "min"]


@overload
def evaluate(
    lists: Recommender,
    relevant: Split,
    k: int | Sequence[int] = ...,
    *,
    repeats: Repeats = ...,
    confidence: float = ...,
    denominator: Denominator = ...,
    seed: int = ...,
    threads: int = ...,
) -> Report: ...
@overload
def evaluate(
    lists: Any,
    relevant: Sequence[Iterable[Any]],
    k: int | Sequence[int] = ...,
    *,
    train_popularity: Mapping[Any, int] | None = ...,
    prices: Mapping[Any, float] | None = ...,
    labels: Mapping[Any, Iterable[Any]] | None = ...,
    confidence: float = ...,
    denominator: Denominator = ...,
    seed: int = ...,
) -> Report: ...
def evaluate(
    lists: Any,
    relevant: Any,
    k: int | Sequence[int] = (10, 20),
    *,
    repeats: Repeats = "exclude",
    train_popularity: Mapping[Any, int] | None = None,
    prices: Mapping[Any, float] | None = None,
    labels: Mapping[Any, Iterable[Any]] | None = None,
    confidence: float = 0.95,
    denominator: Denominator = "relevant",
    seed: int = 0,
    threads: int = 0,
) -> Report:
    """Compare lists with what was right: recall, precision, hit_rate, mrr, map, ndcg at each k.

    Either a shop that was fitted on `split.train`, and the split; repeats: which lists to ask for,
    where items that a visitor had are right answers only with "include" and "only". Or lists and
    what was right: `Picks`, or one list of ids per query, best first, and the right ids of each
    query. Scores of `Picks` are looked at: among equal ones the right items count as last. Picks of
    a calibrated shop add the calibration error (ece).

    train_popularity: item id -> events in training, for every item of the catalogue; adds novelty
    (bits), coverage, the Gini index, and the recall of the most sold items that make a third of all
    events, of the next third and of the rest. prices: item id -> price, adds the revenue of the
    hits. labels: item id -> categories or tags, adds diversity. With a split, all three come from
    its train part and the shop's catalogue. denominator: hits of recall and map are divided by the
    number of "relevant" items or by "min"(k, relevant).

    Raises ValueError for lists and relevant of different lengths, a query without a right item, no
    query, k below 1, a confidence outside (0, 1), or a shop that knows more than split.train.

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
    if isinstance(lists, Recommender):
        if not isinstance(relevant, Split):
            raise ValueError(f"relevant must be a Split for a shop, got {type(relevant).__name__}")
        mode = choice(_core.Repeats, "repeats", repeats)
        workers = integer("threads", threads, 0, 2**31, "0 (all) or more")
        core = _core.evaluate_shop(
            lists._core, relevant._core, ks, mode, denominator == "min", workers
        )
        return Report(core, confidence, seed)
    facts = _Facts(train_popularity, prices, labels)
    return Report(_evaluate_lists(lists, relevant, ks, facts, denominator), confidence, seed)


class Report:
    """What `evaluate` found; shows itself as a table."""

    def __init__(self, core: Any, confidence: float = 0.95, seed: int = 0) -> None:
        self._core = core
        self.confidence = confidence
        self.seed = seed

    @cached_property
    def values(self) -> dict[str, NDArray[np.float64]]:
        """Metric -> one value per query, (n_queries,); NaN where a query says nothing."""
        return dict(self._core.values)

    @cached_property
    def totals(self) -> dict[str, float]:
        """Metrics of all lists together."""
        return dict(self._core.totals)

    def __getitem__(self, metric: str) -> float:
        """Return the mean over queries, or the total. Raises KeyError for an unknown metric."""
        if metric in self.totals:
            return self.totals[metric]
        return _mean(self.values[metric])

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Where each figure lies with the given confidence: bootstrap, or jackknife of totals."""
        return {
            name: self._core.interval(name, self.confidence, self.seed)[1:]
            for name in (*self.values, *self.totals)
        }

    @property
    def reliability(self) -> list[dict[str, float]]:
        """Of the items shown with a probability from low to high: what was promised, what came.

        Bins of equal count; empty where there are no probabilities.
        """
        names = ("low", "high", "count", "predicted", "observed")
        return [{name: getattr(row, name) for name in names} for row in self._core.reliability]

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Return metric -> mean, low, high."""
        return {
            name: {"mean": self[name], "low": low, "high": high}
            for name, (low, high) in self.intervals.items()
        }

    def to_frame(self) -> Any:
        """Return a table of (metric, mean, low, high) in pandas, else polars, else pyarrow."""
        return _as_frame(self.to_dict(), "Report.to_frame")

    def compare(self, other: Report) -> Comparison:
        """Say by how much this is better than `other`, query by query (paired).

        Raises ValueError if the reports have different numbers of queries.
        """
        differences = {}
        for name in (*self.values, *self.totals):
            if name not in other.values and name not in other.totals:
                continue
            (mean, low, high), p_value = self._core.compare(
                other._core, name, self.confidence, self.seed
            )
            differences[name] = {"mean": mean, "low": low, "high": high, "p_value": p_value}
        return Comparison(dict(sorted(differences.items())))

    def __str__(self) -> str:
        return text_table(*_cells(self.to_dict()))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table("", *_cells(self.to_dict()))


class Comparison:
    """Differences of two reports, metric -> mean, low, high, p_value; shows itself as a table."""

    def __init__(self, differences: dict[str, dict[str, float]]) -> None:
        self.differences = differences

    def __getitem__(self, metric: str) -> dict[str, float]:
        return self.differences[metric]

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Return metric -> mean, low, high, p_value."""
        return self.differences

    def to_frame(self) -> Any:
        """Return a table of (metric, mean, low, high, p_value) in pandas, polars or pyarrow."""
        return _as_frame(self.differences, "Comparison.to_frame")

    def __str__(self) -> str:
        return text_table(*_cells(self.differences))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table("", *_cells(self.differences))


class _Facts:
    """What is known of the items, as columns of one numbering."""

    def __init__(
        self,
        popularity: Mapping[Any, int] | None,
        prices: Mapping[Any, float] | None,
        labels: Mapping[Any, Iterable[Any]] | None,
    ) -> None:
        self._named: dict[str, Mapping[Any, Any] | None] = {
            "train_popularity": popularity,
            "prices": prices,
            "labels": labels,
        }
        self.codes: dict[Any, int] = {}
        for mapping in self._named.values():
            for item in mapping or ():
                self.codes.setdefault(item, len(self.codes))

    def check(self, listed: Iterable[Any]) -> None:
        for name, mapping in self._named.items():
            if not mapping:
                continue
            for item in listed:
                if item not in mapping:
                    raise ValueError(f"{name} must name every listed item, got none for {item!r}")

    def popularity(self) -> NDArray[np.int64] | None:
        named = self._named["train_popularity"]
        if not named:
            return None
        return np.array([int(named.get(item, 0)) for item in self.codes], np.int64)

    def prices(self) -> NDArray[np.float64] | None:
        named = self._named["prices"]
        return np.array([float(named.get(i, np.nan)) for i in self.codes]) if named else None

    def labels(self) -> Any:
        named = self._named["labels"]
        if not named:
            return None
        numbers: dict[Any, int] = {}
        rows = [
            sorted({numbers.setdefault(label, len(numbers)) for label in named.get(item, ())})
            for item in self.codes
        ]
        return _core.IndexLists(*_flat(rows), len(numbers))


def _evaluate_lists(
    lists: Any, relevant: Any, ks: list[int], facts: _Facts, denominator: Denominator
) -> Any:
    rows = getattr(lists, "items", lists)
    if len(rows) != len(relevant) or len(rows) == 0:
        raise ValueError(
            f"relevant must have one entry for each of {len(rows)} lists (1 or more), "
            f"got {len(relevant)}"
        )
    codes = dict(facts.codes)
    items = _as_matrix(rows, codes)
    known = list(codes)
    facts.check(known[code] for code in np.unique(items) if code >= 0)
    offsets, right = _flat(_right_rows(relevant, codes))
    return _core.evaluate_lists(
        items,
        getattr(lists, "scores", None),
        getattr(lists, "probabilities", None),
        offsets,
        right,
        len(codes),
        facts.popularity(),
        facts.prices(),
        facts.labels(),
        ks,
        denominator == "min",
    )


def _as_matrix(rows: Any, codes: dict[Any, int]) -> NDArray[np.int32]:
    """Number the ids of all lists; a list ends at its first None, the rest of its row is -1."""
    matrix = np.full((len(rows), max(1, *map(len, rows))), -1, np.int32)
    for row, ids in zip(matrix, rows, strict=True):
        known = [codes.setdefault(item, len(codes)) for item in ids if item is not None]
        row[: len(known)] = known
    return matrix


def _right_rows(relevant: Sequence[Iterable[Any]], codes: dict[Any, int]) -> list[list[int]]:
    """Give each query's right items as rising numbers without duplicates."""
    rows = [sorted({codes.setdefault(item, len(codes)) for item in items}) for items in relevant]
    empty = next((query for query, row in enumerate(rows) if not row), None)
    if empty is not None:
        raise ValueError(f"relevant must hold an item for every query, got none for query {empty}")
    return rows


def _flat(rows: list[list[int]]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Put rows one after the other, behind their offsets."""
    offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    return offsets, np.fromiter((code for row in rows for code in row), np.int32, offsets[-1])


def _mean(values: NDArray[np.float64]) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else float("nan")


def _as_frame(table: Mapping[str, Mapping[str, float]], caller: str) -> Any:
    columns: dict[str, Any] = {"metric": list(table)}
    for name in next(iter(table.values())):
        columns[name] = [row[name] for row in table.values()]
    return frame_of(columns, caller)


def _cells(table: Mapping[str, Mapping[str, float]]) -> tuple[list[str], list[list[str]]]:
    columns = list(next(iter(table.values())))
    body = [[name, *(f"{row[column]:.4f}" for column in columns)] for name, row in table.items()]
    return ["metric", *columns], body
