"""A small shop: two groups of visitors, each with a taste of its own."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import endcap

N_USERS = 40
N_ITEMS = 20


def shop_log() -> pd.DataFrame:
    """Visitor u of even number likes the first ten items, the others the last ten."""
    draw = random.Random(7)
    rows = []
    for user in range(N_USERS):
        for step in range(8):
            item = draw.randrange(10) + 10 * (user % 2)
            kind = draw.choice(["view", "view", "cart", "purchase"])
            rows.append((f"u{user}", item, kind, 1_700_000_000 + 3_600 * (8 * user + step)))
    return pd.DataFrame(rows, columns=["user", "item", "kind", "time"])


def shop_catalog() -> pd.DataFrame:
    """Return titles, prices and stock of all items."""
    return pd.DataFrame(
        {
            "item": range(N_ITEMS),
            "title": [f"りんご <{item}> & 사과" for item in range(N_ITEMS)],
            "price": [10.0 * item for item in range(N_ITEMS)],
            "in_stock": [item % 2 == 0 for item in range(N_ITEMS)],
        }
    )


@pytest.fixture(scope="session")
def log() -> pd.DataFrame:
    return shop_log()


@pytest.fixture(scope="session")
def shop(log: pd.DataFrame) -> endcap.Recommender:
    """Return a recommender that no test may change by `observe`."""
    return fitted(log)


@pytest.fixture
def own_shop(log: pd.DataFrame) -> endcap.Recommender:
    """Return a recommender of the test's own."""
    return fitted(log)


def fitted(log: pd.DataFrame) -> endcap.Recommender:
    catalog = endcap.Catalog.from_frame(shop_catalog())
    return endcap.Recommender.fit(
        endcap.Events.from_frame(log), catalog, effort="fast", threads=1, progress=False
    )
