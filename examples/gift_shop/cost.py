"""Measures what the answers cost."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path

import endcap
from gift_shop.shelves import CLICKS, CUSTOMER, PRODUCT, VISITOR


def measure_cost(shop: endcap.Recommender, fits: Mapping[str, float], path: Path) -> dict[str, str]:
    """Save the shop to the path; return what each call, the file and the memory came to."""
    shop.save(path)
    customers = cycle(shop.users[:201])  # as many as calls are timed
    calls: dict[str, Callable[[], object]] = {
        "recommend": lambda: shop.recommend(next(customers)),
        "similar": lambda: shop.similar(PRODUCT),
        "bought_together": lambda: shop.bought_together([PRODUCT]),
        "buy_again": lambda: shop.buy_again(next(customers)),
        "next": lambda: shop.next(CLICKS),
        "explain": lambda: shop.explain(CUSTOMER, PRODUCT),
        "observe": lambda: shop.observe(VISITOR, PRODUCT),
    }
    cost = {name: f"{seconds:.1f} s" for name, seconds in fits.items() if seconds}
    cost |= {name: f"{_microseconds(call):,.0f} us" for name, call in calls.items()}
    cost["load"] = f"{_microseconds(lambda: endcap.Recommender.load(path), n=11):,.0f} us"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cost["model file"] = f"{path.stat().st_size / 2**20:.1f} MiB"
    cost["peak memory, measuring included"] = f"{memory / 2**10:,.0f} MiB"
    return cost


def _microseconds(call: Callable[[], object], n: int = 201) -> float:
    """The median of n calls."""
    taken = []
    for _ in range(n):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6
