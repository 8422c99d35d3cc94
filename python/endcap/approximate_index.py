"""Vectors with large products, found without looking at all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from endcap import _core
from endcap._arguments import integer, size

_COUNT = "an integer from 1 to 2**31 - 1"


class ApproximateIndex:
    """Most of the vectors with the largest products with a query (Malkov and Yashunin, 2020).

    For catalogues so large that looking at all vectors takes too long; the models of endcap look at
    all of them and miss none. `recall` tells what share is found: it rises with `links` (of an item
    with items like it), `build_breadth` (candidates for these links) and `breadth` (candidates of a
    search), and so does what it costs.
    """

    def __init__(
        self,
        vectors: Any,
        *,
        links: int = 16,
        build_breadth: int = 200,
        breadth: int = 100,
        random_state: int = 0,
    ) -> None:
        """Link the rows of an array (n_items, width); the same links for the same random_state.

        Raises ValueError for options out of range and numbers that are not finite, RuntimeError if
        endcap was built without hnswlib.
        """
        integer("links", links, 2, 1001, "an integer from 2 to 1000")
        integer("build_breadth", build_breadth, 1, 2**31, _COUNT)
        integer("breadth", breadth, 1, 2**31, _COUNT)
        integer("random_state", random_state, 0, 2**63, "an integer in [0, 2**63)")
        rows = _rows("vectors", vectors)
        self._width = rows.shape[1]
        self._index = _core.ApproximateIndex.build(
            rows, self._width, links, build_breadth, breadth, random_state
        )

    def __len__(self) -> int:
        """Return the number of vectors."""
        return self._index.n_items

    def search(
        self,
        queries: Any,
        N: int = 10,  # noqa: N803
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, scores), arrays (n, N), of the N best rows for each query (n, width).

        Raises ValueError.
        """
        return self._index.search(self._queries(queries), self._list_size(N))

    def recall(self, queries: Any, N: int = 10) -> float:  # noqa: N803
        """Return what share of the N best rows of the queries is found, in [0, 1].

        Looks at all vectors. Raises ValueError.
        """
        return self._index.recall(self._queries(queries), self._list_size(N))

    def _list_size(self, n: Any) -> int:
        return min(size("N", n), len(self))

    def _queries(self, queries: Any) -> NDArray[np.float32]:
        rows = _rows("queries", queries)
        if rows.shape[1] != self._width:
            msg = f"queries must be as wide as the vectors ({self._width}), got {rows.shape[1]}"
            raise ValueError(msg)
        return rows


def _rows(name: str, values: Any) -> NDArray[np.float32]:
    rows = np.ascontiguousarray(values, np.float32)
    if rows.ndim != 2 or rows.shape[1] == 0:
        msg = f"{name} must be an array (n, width), got one of shape {rows.shape}"
        raise ValueError(msg)
    return rows
