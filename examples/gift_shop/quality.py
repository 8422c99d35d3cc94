"""Measures on the shop's own last weeks: would the lists have named what was bought?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import pandas as pd

import endcap
from gift_shop.log import fit

CUT = pd.Timestamp("2011-11-01")
METRICS = tuple(
    f"{name}@{k}" for k in (10, 20) for name in ("recall", "ndcg", "coverage", "novelty")
)
POPULAR, PERSONAL, ENDCAP = "popularity", "personal history", "endcap"


@dataclass(frozen=True)
class Question:
    """What was asked of all methods, and how each of them did."""

    name: str
    n_customers: int
    reports: dict[str, endcap.Report]

    def gain(self, metric: str) -> tuple[str, dict[str, float]]:
        """Return the best other method, and endcap's lead over it: mean, low, high."""
        others = [method for method in self.reports if method != ENDCAP]
        best = max(others, key=lambda method: self.reports[method][metric])
        return best, self.reports[ENDCAP].compare(self.reports[best])[metric]


@dataclass(frozen=True)
class Measured:
    """How good the lists are, the shop that gave them, and how long it took to fit."""

    questions: Sequence[Question] = ()
    shop: endcap.Recommender | None = None
    fit_seconds: float = 0


def measure(rows: pd.DataFrame) -> Measured:
    """Fit on what was before CUT, ask for the known customers who bought from then on."""
    train, test = rows[rows.time < CUT], rows[rows.time >= CUT]
    start = time.perf_counter()
    shop = fit(train)
    seconds = time.perf_counter() - start
    had = train.groupby("user").item.agg(set)
    test = test[test.user.isin(had.index) & test.item.isin(train.item)]
    bought = test.groupby("user").item.agg(set)
    new = {user: items - had[user] for user, items in bought.items()}
    new = {user: items for user, items in new.items() if items}
    questions = [
        _ask(shop, train, "new products", new, "exclude"),
        _ask(shop, train, "all products", dict(bought.items()), "include"),
    ]
    return Measured(questions, shop, seconds)


def _ask(
    shop: endcap.Recommender,
    train: pd.DataFrame,
    name: str,
    relevant: dict[Any, set[str]],
    repeats: Literal["exclude", "include"],
) -> Question:
    users = list(relevant)
    own = {user: _by_count(part) for user, part in train.groupby("user")}
    popular = _by_count(train[train.time >= train.time.max() - pd.Timedelta(days=30)])
    lists: dict[str, Any] = {}
    if repeats == "exclude":
        lists[POPULAR] = [_first(popular, 20, without=set(own[user])) for user in users]
    else:
        lists[POPULAR] = [popular[:20]] * len(users)
        lists[PERSONAL] = [_first([*own[user], *popular], 20) for user in users]
    lists[ENDCAP] = shop.recommend_many(users, 20, repeats=repeats)
    counts = {str(item): int(n) for item, n in train.item.value_counts().items()}
    reports = {
        method: endcap.evaluate(
            answer, list(relevant.values()), (10, 20), train_popularity=counts, denominator="min"
        )
        for method, answer in lists.items()
    }
    return Question(name, len(users), reports)


def _by_count(rows: pd.DataFrame) -> list[str]:
    """Items, the most frequent first."""
    return list(rows.groupby("item").size().sort_values(ascending=False, kind="stable").index)


def _first(items: Iterable[str], k: int, without: Iterable[str] = ()) -> list[str]:
    """The first k items, each once."""

    def fresh() -> Iterator[str]:
        seen = set(without)
        for item in items:
            if item not in seen:
                seen.add(item)
                yield item

    return list(islice(fresh(), k))
