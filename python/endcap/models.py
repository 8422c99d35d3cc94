"""Single models on a scipy.sparse matrix, with the calls that users of implicit know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from endcap import _core
from endcap._arguments import size
from endcap.events import Events, canonical_csr


def _interactions(matrix: Any) -> Any:
    csr = canonical_csr(matrix, "user_items")
    if csr.nnz and not (np.isfinite(csr.data).all() and (csr.data > 0).all()):
        msg = f"user_items must hold positive, finite values, got {csr.data.min()}"
        raise ValueError(msg)
    return _core.Interactions(csr.shape[1], csr.indptr, csr.indices, csr.data)


class Model:
    """A model of its own: `fit` it on (n_users, n_items), then ask it."""

    _core_model: Any  # the class in the core

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._fitted: Any = None

    def fit(self, user_items: Any, *, threads: int = 0) -> Model:
        """Fit on a scipy.sparse matrix (n_users, n_items) or on Events. Raises ValueError."""
        data = user_items
        interactions = (
            _core.Interactions(data._core) if isinstance(data, Events) else _interactions(data)
        )
        self._fitted = self._core_model.fit(interactions, *self._options.values(), threads)
        return self

    def recommend(
        self,
        userid: Any,
        user_items: Any,
        N: int = 10,  # noqa: N803
        filter_already_liked_items: bool = True,
        filter_items: Any = None,
        items: Any = None,
        *,
        threads: int = 0,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, scores) for one user, or (n, N) arrays for an array of users.

        user_items: one row of likes for each userid, (n, n_items). A list holds what the model has
        an opinion on: one user's may be shorter than N, and in (n, N) arrays such places are -1 and
        NaN. No liked item ever fills a gap. Raises ValueError, IndexError.
        """
        one = np.isscalar(userid)
        rows = _interactions(user_items)
        users = np.atleast_1d(np.asarray(userid))
        if rows.n_users != len(users):
            rule = "have one row for each userid"
            msg = f"user_items must {rule} ({len(users)}), got {rows.n_users}"
            raise ValueError(msg)
        model = self._model()
        if rows.n_items != model.n_items:
            rule = "have one column for each item of the model"
            msg = f"user_items must {rule} ({model.n_items}), got {rows.n_items}"
            raise ValueError(msg)
        if items is not None:
            items = [int(item) for item in items]
        block = [] if filter_items is None else [int(item) for item in filter_items]
        liked = bool(filter_already_liked_items)
        ids, scores = model.recommend(rows, size("N", N), liked, block, items, threads)
        if one:
            there = ids[0] >= 0
            return ids[0][there], scores[0][there]
        return ids, scores

    def similar_items(
        self,
        itemid: int,
        N: int = 10,  # noqa: N803
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, scores) of the N items that go best with one. Raises IndexError."""
        import scipy.sparse as sp

        n_items = self._model().n_items
        if not 0 <= itemid < n_items:
            msg = f"itemid must be in [0, {n_items}), got {itemid}"
            raise IndexError(msg)
        row = sp.csr_matrix(([1.0], ([0], [itemid])), (1, n_items), dtype=np.float32)
        return self.recommend(0, row, N)

    def _model(self) -> Any:
        if self._fitted is None:
            msg = f"{type(self).__name__} must be fitted before it is asked"
            raise ValueError(msg)
        return self._fitted

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self._options.items())
        return f"{type(self).__name__}({options})"


class Popularity(Model):
    """What everybody has, newer events counting more."""

    _core_model = _core.Popularity

    def __init__(self, half_life_days: float = float("inf")) -> None:
        super().__init__(half_life_days=half_life_days)


class Rp3Beta(Model):
    """A random walk of three steps, popular ends held back (Paudel et al., 2016)."""

    _core_model = _core.Rp3Beta

    def __init__(
        self,
        alpha: float = 0.8,
        beta: float = 0.4,
        neighbors: int = 400,
        max_events: int = 500,
    ) -> None:
        super().__init__(alpha=alpha, beta=beta, neighbors=neighbors, max_events=max_events)


class Ease(Model):
    """Linear and in closed form, in each item's neighbourhood (Steck, 2019)."""

    _core_model = _core.Ease

    def __init__(
        self,
        regularization: float = 20.0,
        user_power: float = 0.5,
        neighbors: int = 100,
        max_events: int = 500,
    ) -> None:
        super().__init__(
            regularization=regularization,
            user_power=user_power,
            neighbors=neighbors,
            max_events=max_events,
        )


class SequentialRules(Model):
    """Who went from one item to another, and after how many steps. Fit it on Events."""

    _core_model = _core.SequentialRules

    def __init__(
        self,
        window: int = 40,
        gap_power: float = 0.6,
        backward: float = 0.3,
        row_power: float = 0.5,
        neighbors: int = 400,
    ) -> None:
        super().__init__(
            window=window,
            gap_power=gap_power,
            backward=backward,
            row_power=row_power,
            neighbors=neighbors,
        )


class Als(Model):
    """Matrix factorisation by alternating least squares (Hu et al., 2008; Rendle et al., 2022).

    regularization and unobserved (what all empty cells of a user weigh together) are relative to
    the mean history, so the defaults suit data of any density. Values of the matrix are confidences
    if use_event_weights is set. A user is folded in from `user_items`, seen in fitting or not.
    """

    _core_model = _core.Als

    def __init__(
        self,
        factors: int = 64,
        regularization: float = 4.0,
        unobserved: float = 30.0,
        iterations: int = 16,
        use_event_weights: bool = False,
        random_state: int = 0,
    ) -> None:
        super().__init__(
            factors=factors,
            regularization=regularization,
            unobserved=unobserved,
            iterations=iterations,
            use_event_weights=use_event_weights,
            random_state=random_state,
        )


class Slist(Model):
    """What goes together and what comes after, by ridge regression (Choi et al., 2021).

    Fit it on Events. The defaults suit customers; sessions want regularization=10, alpha=0.8.
    """

    _core_model = _core.Slist

    def __init__(
        self,
        regularization: float = 20.0,
        alpha: float = 0.4,
        future_decay: float = 0.6,
        neighbors: int = 200,
        max_events: int = 500,
    ) -> None:
        super().__init__(
            regularization=regularization,
            alpha=alpha,
            future_decay=future_decay,
            neighbors=neighbors,
            max_events=max_events,
        )


class SessionKnn(Model):
    """Sessions like the visitor's own, and what else they hold (Garg et al., 2019).

    Fit it on Events. Spans are in mean sessions: after that many events, what is weighed counts
    1/e.
    """

    _core_model = _core.SessionKnn

    def __init__(
        self,
        neighbors: int = 500,
        sessions: int = 2500,
        max_events: int = 50,
        history_span: float = 1.0,
        neighbor_span: float = 1.0,
        match_span: float = 1.0,
        idf_weight: float = 5.0,
        age_share: float = 0.5,
    ) -> None:
        super().__init__(
            neighbors=neighbors,
            sessions=sessions,
            max_events=max_events,
            history_span=history_span,
            neighbor_span=neighbor_span,
            match_span=match_span,
            idf_weight=idf_weight,
            age_share=age_share,
        )


class ItemKnn(Model):
    """Items that share their users, by cosine (Sarwar et al., 2001)."""

    _core_model = _core.ItemKnn

    def __init__(
        self, shrinkage: float = 20.0, neighbors: int = 200, max_events: int = 500
    ) -> None:
        super().__init__(shrinkage=shrinkage, neighbors=neighbors, max_events=max_events)


class TurboCf(Model):
    """A low-pass filter on the graph of items (Park et al., 2024)."""

    _core_model = _core.TurboCf

    def __init__(
        self,
        alpha: float = 0.5,
        power: float = 1.0,
        neighbors: int = 400,
        max_events: int = 500,
    ) -> None:
        super().__init__(alpha=alpha, power=power, neighbors=neighbors, max_events=max_events)
