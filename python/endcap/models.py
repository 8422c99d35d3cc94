"""Single models on a scipy.sparse matrix, with the calls that users of implicit know."""

from __future__ import annotations

from dataclasses import KW_ONLY, astuple, dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from endcap import _core
from endcap._arguments import integer, number, size
from endcap.events import Events, canonical_csr


def _interactions(csr: Any) -> Any:
    """Return the rows of a canonical CSR matrix as histories."""
    return _core.Interactions(csr.shape[1], csr.indptr, csr.indices, csr.data)


def _user_items(matrix: Any) -> Any:
    csr = canonical_csr(matrix, "user_items")
    if csr.nnz and not (np.isfinite(csr.data).all() and (csr.data >= 0).all()):
        msg = f"user_items must hold finite values of 0 or more, got {csr.data.min()}"
        raise ValueError(msg)
    return csr


def _histories(matrix: Any) -> Any:
    """Return the rows of any matrix of likes as histories; of a usual one within microseconds."""
    if getattr(matrix, "format", "") == "csr":
        usual = (matrix.shape[1], matrix.indptr, matrix.indices, matrix.data)
        rows = _core.Interactions.canonical(*usual)
        if rows is not None:
            return rows
    return _interactions(_user_items(matrix))


def _check_users(least: int, most: int, n_users: int) -> None:
    if least < 0 or most >= n_users:
        wrong = least if least < 0 else most
        msg = f"userid must be in [0, {n_users}), got {wrong}"
        raise IndexError(msg)


def _numbers(name: str, values: Any) -> NDArray[np.int64]:
    """Return a number or a list of them as an array of integers."""
    numbers = np.atleast_1d(np.asarray(values))
    if numbers.size and not np.issubdtype(numbers.dtype, np.integer):
        msg = f"{name} must be integers, got {values!r}"
        raise ValueError(msg)
    return numbers.astype(np.int64)


def _check_option(name: str, value: Any, default: Any) -> None:
    """Raise ValueError unless an option has the type of its default; the model checks the rest."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            msg = f"{name} must be True or False, got {value!r}"
            raise ValueError(msg)
    elif isinstance(default, int):
        integer(name, value, 0, 2**31, "an integer in [0, 2**31)")
    else:
        number(name, value)


def _found(
    ids: NDArray[np.int32], scores: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the one row without the places that are -1, which come last."""
    there = len(ids[0])
    if there and ids[0, -1] < 0:
        there = int(np.argmin(ids[0]))
    return ids[0, :there], scores[0, :there]


@dataclass(eq=False)
class Model:
    """A model of its own: `fit` it on (n_users, n_items), then ask it."""

    _core_model: ClassVar[Any]  # the class in the core

    def __post_init__(self) -> None:
        for option in fields(self):
            _check_option(option.name, getattr(self, option.name), option.default)
        self._fitted: Any = None
        self._user_items: Any = None  # what it was fitted on: a canonical CSR matrix or Events

    def fit(self, user_items: Any, *, threads: int = 0) -> Model:
        """Fit on a scipy.sparse matrix (n_users, n_items) or on Events. Raises ValueError."""
        if isinstance(user_items, Events):
            data, interactions = user_items, _core.Interactions(user_items._core)
        else:
            data = _user_items(user_items)
            interactions = _interactions(data)
        self._fitted = self._core_model.fit(interactions, *astuple(self), threads)
        self._user_items = data
        return self

    def recommend(
        self,
        userid: Any,
        user_items: Any = None,
        N: int = 10,  # noqa: N803
        filter_already_liked_items: bool = True,
        filter_items: Any = None,
        *,
        items: Any = None,
        threads: int = 0,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, scores) for one user, or (n, N) arrays for an array of users.

        user_items: one row of likes for each userid, (n, n_items); without it the rows of the
        matrix that the model was fitted on. filter_items: never these. items: only these. A list
        holds what the model has an opinion on: one user's may be shorter than N, and in arrays, at
        most n_items wide, such places are -1 and NaN. No liked item ever fills a gap. Raises
        ValueError, IndexError.
        """
        one = np.isscalar(userid)
        model = self._model()
        rows = self._rows(userid, user_items)
        if rows.n_items != model.n_items:
            rule = "have one column for each item of the model"
            msg = f"user_items must {rule} ({model.n_items}), got {rows.n_items}"
            raise ValueError(msg)
        if items is not None:
            items = _numbers("items", items).tolist()
        block = [] if filter_items is None else _numbers("filter_items", filter_items).tolist()
        liked = bool(filter_already_liked_items)
        n = min(size("N", N), model.n_items)
        ids, scores = model.recommend(rows, n, liked, block, items, threads)
        return _found(ids, scores) if one else (ids, scores)

    def next(
        self,
        history: Any,
        N: int = 10,  # noqa: N803
        *,
        repeats: bool = False,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, scores) of what comes after a list of items, oldest first.

        repeats: whether items of the list may be listed. Raises ValueError.
        """
        model = self._model()
        known = np.asarray(_numbers("history", history), np.int32)
        row = (np.array([0, len(known)]), known, np.ones(len(known), np.float32))
        rows = _core.Interactions(model.n_items, *row)
        n = min(size("N", N), model.n_items)
        return _found(*model.recommend(rows, n, not repeats, [], None, 1))

    def _rows(self, userid: Any, user_items: Any) -> Any:
        """Return the histories that a question is about."""
        users = _numbers("userid", userid)
        if user_items is not None:
            rows = _histories(user_items)
            if rows.n_users != len(users):
                rule = "have one row for each userid"
                msg = f"user_items must {rule} ({len(users)}), got {rows.n_users}"
                raise ValueError(msg)
            return rows
        known = self._user_items
        if isinstance(known, Events):
            msg = "user_items must be given to a model that was fitted on Events, got None"
            raise ValueError(msg)
        _check_users(int(users.min(initial=0)), int(users.max(initial=0)), known.shape[0])
        if len(users) != 1:
            return _interactions(known[users])
        begin, end = known.indptr[users[0]], known.indptr[users[0] + 1]
        row = (np.array([0, end - begin]), known.indices[begin:end], known.data[begin:end])
        return _core.Interactions(known.shape[1], *row)

    def similar_items(
        self,
        itemid: Any,
        N: int = 10,  # noqa: N803
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, scores) of the N items that go best with one, or arrays as `recommend`.

        Raises ValueError, IndexError.
        """
        import scipy.sparse as sp

        n_items = self._model().n_items
        asked = _numbers("itemid", itemid)
        for item in asked:
            if not 0 <= item < n_items:
                msg = f"itemid must be in [0, {n_items}), got {item}"
                raise IndexError(msg)
        cells = (np.ones(len(asked), np.float32), (np.arange(len(asked)), asked))
        return self.recommend(itemid, sp.csr_matrix(cells, (len(asked), n_items)), N)

    def _model(self) -> Any:
        if self._fitted is None:
            msg = f"{type(self).__name__} must be fitted before it is asked"
            raise ValueError(msg)
        return self._fitted


@dataclass(eq=False)
class Popularity(Model):
    """What everybody has, newer events counting more."""

    _core_model = _core.Popularity

    half_life_days: float = float("inf")


@dataclass(eq=False)
class Rp3Beta(Model):
    """A random walk of three steps, popular ends held back (Paudel et al., 2016)."""

    _core_model = _core.Rp3Beta

    alpha: float = 0.8
    beta: float = 0.4
    neighbors: int = 400
    max_events: int = 500


@dataclass(eq=False)
class Ease(Model):
    """Linear and in closed form, in each item's neighbourhood (Steck, 2019)."""

    _core_model = _core.Ease

    regularization: float = 20.0
    user_power: float = 0.5
    neighbors: int = 100
    max_events: int = 500


@dataclass(eq=False)
class SequentialRules(Model):
    """Who went from one item to another, and after how many steps. Fit it on Events."""

    _core_model = _core.SequentialRules

    window: int = 40
    gap_power: float = 0.6
    backward: float = 0.3
    row_power: float = 0.5
    neighbors: int = 400


@dataclass(eq=False)
class Als(Model):
    """Matrix factorisation by alternating least squares (Hu et al., 2008; Rendle et al., 2022).

    regularization and unobserved (what all empty cells of a user weigh together) are relative to
    the mean history, so the defaults suit data of any density. Values of the matrix are confidences
    if use_event_weights is set. A user is folded in from `user_items`, seen in fitting or not.
    """

    _core_model = _core.Als

    factors: int = 64
    _: KW_ONLY
    regularization: float = 4.0
    unobserved: float = 30.0
    iterations: int = 8
    use_event_weights: bool = False
    random_state: int = 0


@dataclass(eq=False)
class Slist(Model):
    """What goes together and what comes after, by ridge regression (Choi et al., 2021).

    Fit it on Events. The defaults suit customers; sessions want regularization=10, alpha=0.8,
    neighbors=100, row_size=100, repeats=True (keep what an item says of itself).
    """

    _core_model = _core.Slist

    regularization: float = 20.0
    alpha: float = 0.4
    future_decay: float = 0.6
    neighbors: int = 200
    row_size: int = 500
    repeats: bool = False
    max_events: int = 500


@dataclass(eq=False)
class SessionKnn(Model):
    """Sessions like the visitor's own, and what else they hold (Garg et al., 2019).

    Fit it on Events. Spans are in mean sessions: after that many events, what is weighed counts
    1/e.
    """

    _core_model = _core.SessionKnn

    neighbors: int = 500
    _: KW_ONLY
    sessions: int = 2500
    max_events: int = 50
    history_span: float = 1.0
    neighbor_span: float = 1.0
    match_span: float = 1.0
    idf_weight: float = 5.0
    age_share: float = 0.5


@dataclass(eq=False)
class ItemKnn(Model):
    """Items that share their users, by cosine (Sarwar et al., 2001)."""

    _core_model = _core.ItemKnn

    shrinkage: float = 20.0
    neighbors: int = 200
    max_events: int = 500


@dataclass(eq=False)
class TurboCf(Model):
    """A low-pass filter on the graph of items (Park et al., 2024)."""

    _core_model = _core.TurboCf

    alpha: float = 0.5
    power: float = 1.0
    neighbors: int = 400
    max_events: int = 500
