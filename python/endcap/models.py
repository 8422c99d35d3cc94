"""Single models on a scipy.sparse matrix, with the calls that users of implicit know."""

from __future__ import annotations

from dataclasses import KW_ONLY, astuple, dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from endcap import _core
from endcap._arguments import integer, number, size
from endcap.events import Events, canonical_csr

Lists = tuple[NDArray[np.int32], NDArray[np.float32]]


def _interactions(csr: Any) -> Any:
    """Return the rows of a canonical CSR matrix as histories."""
    return _core.Interactions(csr.shape[1], csr.indptr, csr.indices, csr.data)


def _user_items(matrix: Any) -> Any:
    csr = canonical_csr(matrix, "user_items")
    if csr.nnz and not (np.isfinite(csr.data).all() and (csr.data >= 0).all()):
        msg = f"user_items must hold finite values of 0 or more, got {csr.data.min()}"
        raise ValueError(msg)
    return csr


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
    ) -> Lists:
        """Return (ids, scores) for one user, or (n, N) arrays for an array of users.

        user_items: one row of likes for each userid, (n, n_items); for one user also the whole
        matrix, whose row is then read in place; without it the rows of the matrix that the model
        was fitted on. filter_items: never these. items: only these. A list holds what the model has
        an opinion on: one user's may be shorter than N, and in arrays, at most n_items wide, such
        places are -1 and NaN. No liked item ever fills a gap. Raises ValueError, IndexError.
        """
        integer("threads", threads, 0, 2**31, "0 (all) or more")
        n = self._list_size(N)
        wanted = None if items is None else _numbers("items", items).tolist()
        block = [] if filter_items is None else _numbers("filter_items", filter_items).tolist()
        options = (n, bool(filter_already_liked_items), block, wanted)
        if np.isscalar(userid):
            return self._list(userid, user_items, options)
        rows = self._rows(_numbers("userid", userid), user_items)
        self._check_columns(rows.shape[1])
        lists: Lists = self._model().recommend(_interactions(rows), *options, threads)
        return lists

    def next(
        self,
        history: Any,
        N: int = 10,  # noqa: N803
        *,
        repeats: bool = False,
    ) -> Lists:
        """Return (ids, scores) of what comes after a list of items, oldest first.

        repeats: whether items of the list may be listed. Raises ValueError, IndexError.
        """
        n = self._list_size(N)
        found: Lists = self._model().next(_numbers("history", history).tolist(), n, repeats)
        return found

    def _list_size(self, n: Any) -> int:
        """Return how many items a list may hold."""
        n_items: int = self._model().n_items
        return min(size("N", n), n_items)

    def _list(self, userid: Any, user_items: Any, options: tuple[Any, ...]) -> Lists:
        """Return the list of one user, whose row is not copied if it is as usual."""
        user = userid if type(userid) is int else int(_numbers("userid", userid)[0])
        rows = self._known() if user_items is None else user_items
        if getattr(rows, "format", "") != "csr":
            rows = canonical_csr(rows, "user_items")
        n_rows, n_columns = rows.shape
        self._check_columns(n_columns)
        if user_items is None or n_rows != 1:
            _check_users(user, user, n_rows)
        else:
            user = 0
        model = self._model()
        found: Lists | None = model.recommend_row(
            rows.indptr, rows.indices, rows.data, user, *options
        )
        if found is not None:
            return found
        row = _interactions(_user_items(rows[user : user + 1]))
        ids, scores = model.recommend(row, *options, 1)
        there = ids[0] >= 0
        return ids[0][there], scores[0][there]

    def _rows(self, users: NDArray[np.int64], user_items: Any) -> Any:
        """Return the CSR matrix with one row for each user."""
        if user_items is not None:
            rows = _user_items(user_items)
            if rows.shape[0] != len(users):
                rule = "have one row for each userid"
                msg = f"user_items must {rule} ({len(users)}), got {rows.shape[0]}"
                raise ValueError(msg)
            return rows
        known = self._known()
        _check_users(int(users.min(initial=0)), int(users.max(initial=0)), known.shape[0])
        return known[users]

    def _known(self) -> Any:
        """Return the matrix that the model was fitted on."""
        if isinstance(self._user_items, Events):
            msg = "user_items must be given to a model that was fitted on Events, got None"
            raise ValueError(msg)
        return self._user_items

    def _check_columns(self, n_columns: int) -> None:
        n_items = self._model().n_items
        if n_columns != n_items:
            rule = "have one column for each item of the model"
            msg = f"user_items must {rule} ({n_items}), got {n_columns}"
            raise ValueError(msg)

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
    """What everybody has, newer events counting more.

    half_life_days: where times are known. half_life_visitors: where they are not and rows stand in
    the order in which their visitors came, a share of these.
    """

    _core_model = _core.Popularity

    half_life_days: float = float("inf")
    half_life_visitors: float = float("inf")


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
    """Who went from one item to another, and after how many items. Fit it on Events.

    Several events with one item on end, as a look and its purchase, are one.
    """

    _core_model = _core.SequentialRules

    window: int = 40
    gap_power: float = 1.0
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

    @property
    def item_factors(self) -> NDArray[np.float32]:
        """The items' vectors, (n_items, factors): a score is a product with a user's."""
        factors: NDArray[np.float32] = self._model().item_factors()
        return factors

    def user_factors(self, user_items: Any, *, threads: int = 0) -> NDArray[np.float32]:
        """Return the vectors of users with these likes, (n, factors); zeros for one without.

        user_items: a scipy.sparse matrix (n, n_items). Raises ValueError.
        """
        model = self._model()
        rows = _user_items(user_items)
        self._check_columns(rows.shape[1])
        factors: NDArray[np.float32] = model.user_factors(_interactions(rows), threads)
        return factors


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
    max_events: int = 100


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
