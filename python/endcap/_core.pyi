# The compiled module, as far as the package calls it.
from collections.abc import Callable, Sequence
from enum import Enum
from os import PathLike
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Id = int | str
_Path = str | PathLike[str]
_Progress = Callable[[str | None, int | None, int], None]
# Of many lists: items, scores, probabilities, counts, and what the items' numbers mean.
_Arrays = tuple[
    NDArray[np.int32], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], "Vocabulary"
]
_Read = tuple[Events, int, int, list[tuple[int, str]]]  # events, rows, kept, bad rows
_Interval = tuple[float, float, float]  # mean, low, high

NO_TIME: int

def build_info() -> dict[str, Any]: ...

class CorruptFileError(ValueError): ...
class UnknownIdError(KeyError): ...

class Order(Enum):
    NONE = ...
    SEQUENCE = ...
    TIME = ...

class ColumnType(Enum):
    NUMBER = ...
    BOOLEAN = ...
    TIME = ...
    TEXT = ...
    CATEGORY = ...
    TAGS = ...

class Effort(Enum):
    fast = ...
    balanced = ...
    best = ...

class Repeats(Enum):
    exclude = ...
    include = ...
    only = ...

class Kinds:
    def __init__(self) -> None: ...
    def add(self, name: str, weight: float) -> int: ...
    def set_weight(self, name: str, weight: float) -> None: ...
    def at(self, name: str) -> int: ...
    def __contains__(self, name: str) -> bool: ...
    def items(self) -> list[tuple[str, float]]: ...

class Vocabulary:
    @staticmethod
    def of_numbers(sorted: ArrayLike) -> Vocabulary: ...
    @staticmethod
    def of_texts(sorted: Sequence[str]) -> Vocabulary: ...
    def __len__(self) -> int: ...
    def ids(self) -> list[_Id]: ...
    def is_same(self, other: Vocabulary) -> bool: ...

class Events:
    def __init__(
        self,
        users: Vocabulary,
        items: Vocabulary,
        kinds: Kinds,
        order: Order,
        user: ArrayLike,
        item: ArrayLike,
        kind: ArrayLike,
        time_us: ArrayLike,
        quantity: ArrayLike,
        price: ArrayLike,
        session: ArrayLike,
    ) -> None: ...
    def __len__(self) -> int: ...
    @property
    def users(self) -> Vocabulary: ...
    @property
    def items(self) -> Vocabulary: ...
    @property
    def kinds(self) -> Kinds: ...
    @property
    def order(self) -> Order: ...
    @property
    def begin_us(self) -> int: ...
    @property
    def end_us(self) -> int: ...
    def kind_counts(self) -> list[int]: ...

# user, item, kind, time_us, quantity, price, session, event_id
_LogRow = tuple[_Id, _Id, str, int | None, float, float | None, _Id | None, str]

class LogHealth:
    writable: bool
    n_events: int
    problem: str

class EventLog:
    def __init__(self) -> None: ...
    @staticmethod
    def open(path: _Path) -> EventLog: ...
    def append(self, rows: list[_LogRow], durable: bool) -> int: ...
    def append_events(self, events: Events, durable: bool) -> int: ...
    def flush(self) -> None: ...
    def replay(self) -> list[_LogRow]: ...
    def events_of(self, user: _Id) -> list[_LogRow]: ...
    def erase_user(self, user: _Id) -> int: ...
    def set_note(self, name: str, text: str) -> None: ...
    def note(self, name: str) -> str | None: ...
    def note_names(self) -> list[str]: ...
    def health(self) -> LogHealth: ...
    def verify(self) -> None: ...
    def compact(self) -> None: ...
    def close(self) -> None: ...

def session_keys(ids: Vocabulary, indices: ArrayLike) -> NDArray[np.int32]: ...
def order_of_rows(user: ArrayLike, item: ArrayLike) -> Order: ...

class EventReaderOptions:
    def __init__(
        self, columns: dict[str, str], kinds: Kinds, separator: str, max_bad_rows: int
    ) -> None: ...

def read_events_csv(path: _Path, options: EventReaderOptions) -> _Read: ...
def read_events_json_lines(path: _Path, options: EventReaderOptions) -> _Read: ...

class Catalog:
    def __init__(
        self, ids: Sequence[_Id] = ..., columns: Sequence[tuple[str, ColumnType, list[Any]]] = ...
    ) -> None: ...
    def __len__(self) -> int: ...
    @property
    def items(self) -> Vocabulary: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def title_column(self) -> str | None: ...
    def type(self, name: str) -> ColumnType: ...
    def value(self, item: _Id, column: str) -> Any: ...

class Boost:
    when: str
    factor: float

    def __init__(self, when: str, factor: float) -> None: ...

class Pin:
    item: _Id
    position: int

    def __init__(self, item: _Id, position: int) -> None: ...

class Cap:
    column: str
    at_most: int

    def __init__(self, column: str, at_most: int) -> None: ...

class Hide:
    kind: str
    when: str
    for_days: float

    def __init__(self, kind: str, when: str, for_days: float) -> None: ...

class Rules:
    filter: str
    allow: list[_Id]
    block: list[_Id]
    hide: list[Hide]
    boosts: list[Boost]
    pins: list[Pin]
    caps: list[Cap]
    variants: str
    diversity: float
    diversity_by: str
    minimum_relevance: float
    rotation: float
    exploration: float
    seed: int
    backfill: list[str]

class Query:
    user: _Id | None
    session: list[_Id]
    k: int
    repeats: Repeats
    filter: str
    allow: list[_Id]
    block: list[_Id]
    diversity: float
    scenario: str
    rules: Rules | None
    seed: int
    time_us: int | None

class Reason:
    item: _Id
    kind: str
    time_us: int | None
    value: float
    rule: str

class Pick:
    item: _Id
    score: float
    probability: float
    reasons: list[Reason]
    source: str
    rule: str
    position: int
    propensity: float

class Recommendation:
    id: int
    model_version: int
    rules_version: int
    user: _Id | None
    scenario: str
    picks: list[Pick]

class WhyNot:
    reason: str
    detail: str
    position: int
    rank: int
    score: float

class Explanation:
    item: _Id
    score: float
    base: float
    reasons: list[Reason]

class ModelReport:
    name: str
    fit_seconds: float
    ndcg_alone: float
    weight_explore: float
    weight_include: float
    weight_explore_first_visit: float
    weight_include_first_visit: float

def check_files(path: _Path) -> list[tuple[str, str, list[str]]]: ...

class Preference:
    def __init__(
        self, value: _Id, attribute: str, like: bool, source: str, until_us: int | None
    ) -> None: ...
    value: _Id
    attribute: str
    like: bool
    source: str
    until_us: int | None

class ForgetReceipt:
    ids: list[_Id]
    n_events: int
    exact: list[str]
    pending: list[str]

class Health:
    writable: bool
    problem: str
    n_waiting: int
    models_behind: list[str]

class TriedModel:
    name: str
    fate: str
    fit_seconds: float
    n_bytes: int
    weights: tuple[float, float, float, float]
    alone: tuple[_Interval, _Interval, _Interval, _Interval]
    gain: tuple[_Interval, _Interval, _Interval, _Interval]

class FitReport:
    held_out: str
    n_train: int
    n_held_out: int
    n_hold_outs: int
    begin_us: int
    cut_us: int
    end_us: int
    n_queries: tuple[int, int, int, int]
    blend: tuple[_Interval, _Interval, _Interval, _Interval]
    best_model: tuple[str, str, str, str]
    over_best: tuple[_Interval, _Interval, _Interval, _Interval]
    models: list[TriedModel]
    warnings: list[str]
    seconds: float

class Recommender:
    @staticmethod
    def fit(
        events: Events,
        catalog: Catalog,
        target: str,
        effort: Effort,
        models: list[str],
        time_budget: float | None,
        like: Recommender | None,
        threads: int,
        seed: int,
        progress: _Progress | None,
    ) -> Recommender: ...
    @staticmethod
    def load(path: _Path) -> Recommender: ...
    @staticmethod
    def open(
        folder: _Path,
        catalog: Catalog | None,
        kinds: Kinds | None,
        fold_seconds: float,
        threads: int,
    ) -> Recommender: ...
    def save(self, path: _Path) -> None: ...
    def recommend(self, query: Query) -> Recommendation: ...
    def recommend_page(self, queries: list[Query]) -> list[Recommendation]: ...
    def why_not(self, query: Query, item: _Id) -> WhyNot: ...
    def replay(self, recommendation_id: int) -> Recommendation: ...
    def set_rules(self, scenario: str, rules: Rules) -> None: ...
    def remove_rules(self, scenario: str) -> None: ...
    def rules(self, scenario: str) -> Rules: ...
    @property
    def scenarios(self) -> list[str]: ...
    def similar(self, item: _Id, k: int) -> list[Pick]: ...
    def bought_together(self, items: list[_Id], k: int) -> list[Pick]: ...
    def buy_again(self, user: _Id, k: int) -> Recommendation: ...
    def recommend_many(
        self, users: list[_Id], k: int, repeats: Repeats, filter: str, scenario: str
    ) -> _Arrays: ...
    def similar_many(self, items: list[_Id], k: int, filter: str, scenario: str) -> _Arrays: ...
    def next_many(
        self,
        histories: Events | list[list[_Id]],
        k: int,
        repeats: Repeats,
        filter: str,
        scenario: str,
    ) -> _Arrays: ...
    def explain(self, user: _Id, item: _Id, repeats: Repeats) -> Explanation: ...
    def observe(
        self,
        user: _Id,
        item: _Id,
        kind: str,
        time_us: int | None,
        event_id: str,
        durable: bool,
        session_only: bool,
    ) -> bool: ...
    @overload
    def observe_many(self, events: Events, durable: bool) -> int: ...
    @overload
    def observe_many(self, rows: list[_LogRow], durable: bool) -> int: ...
    def flush(self) -> None: ...
    def refresh(self, threads: int, progress: _Progress | None) -> None: ...
    def refit(
        self,
        target: str,
        effort: Effort,
        models: list[str],
        time_budget: float | None,
        threads: int,
        seed: int,
        progress: _Progress | None,
    ) -> None: ...
    def set_weights(
        self,
        weights: list[tuple[str, float | None, float | None, float | None, float | None]],
    ) -> None: ...
    def merge(self, guest: _Id, user: _Id) -> None: ...
    def unmerge(self, guest: _Id, user: _Id) -> None: ...
    def ids_of(self, user: _Id) -> list[_Id]: ...
    def prefer(self, user: _Id, preference: Preference) -> None: ...
    def withdraw(self, user: _Id, value: _Id, attribute: str) -> None: ...
    def preferences(self, user: _Id) -> list[Preference]: ...
    def forget(self, user: _Id) -> ForgetReceipt: ...
    def health(self) -> Health: ...
    def close(self) -> None: ...
    def history(self, user: _Id) -> list[tuple[_Id, str, int | None]]: ...
    @property
    def users(self) -> Vocabulary: ...
    @property
    def items(self) -> Vocabulary: ...
    @property
    def catalog(self) -> Catalog: ...
    @property
    def kinds(self) -> Kinds: ...
    @property
    def n_events(self) -> int: ...
    @property
    def models(self) -> list[ModelReport]: ...
    @property
    def report(self) -> FitReport: ...

class Interactions:
    def __init__(self, *data: Any) -> None: ...
    @property
    def n_users(self) -> int: ...
    @property
    def n_items(self) -> int: ...

class Scorer:
    @property
    def n_items(self) -> int: ...
    def recommend(
        self,
        rows: Interactions,
        N: int,  # noqa: N803
        filter_liked: bool,
        filter_items: list[int],
        items: list[int] | None,
        threads: int,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]: ...
    def recommend_row(
        self,
        indptr: Any,
        indices: Any,
        data: Any,
        row: int,
        N: int,  # noqa: N803
        filter_liked: bool,
        filter_items: list[int],
        items: list[int] | None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]] | None: ...
    def next(
        self,
        history: list[int],
        N: int,  # noqa: N803
        repeats: bool,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]: ...
    def explain(self, rows: Interactions, item: int) -> tuple[float, list[float]]: ...
    @classmethod
    def fit(cls, data: Interactions, *options: Any) -> Scorer: ...

class ApproximateIndex:
    @classmethod
    def build(
        cls,
        vectors: NDArray[np.float32],
        width: int,
        links: int,
        build_breadth: int,
        breadth: int,
        seed: int,
    ) -> ApproximateIndex: ...
    @property
    def n_items(self) -> int: ...
    def search(
        self,
        queries: NDArray[np.float32],
        N: int,  # noqa: N803
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]: ...
    def recall(self, queries: NDArray[np.float32], N: int) -> float: ...  # noqa: N803

class Popularity(Scorer): ...
class Rp3Beta(Scorer): ...
class Ease(Scorer): ...
class SequentialRules(Scorer): ...

class Als(Scorer):
    def item_factors(self) -> NDArray[np.float32]: ...
    def user_factors(self, rows: Interactions, threads: int) -> NDArray[np.float32]: ...

class SessionKnn(Scorer): ...
class Slist(Scorer): ...
class ItemKnn(Scorer): ...
class TurboCf(Scorer): ...

class Split:
    @property
    def train(self) -> Events: ...
    @property
    def histories(self) -> Events: ...
    @property
    def relevant(self) -> list[list[_Id]]: ...
    @property
    def known(self) -> bool: ...

def split_by_time(events: Events, cut_us: int, target: str) -> Split: ...
def split_last(events: Events, n: int, target: str) -> Split: ...
def split_baskets(events: Events, n: int, target: str) -> Split: ...
def split_sessions(events: Events, share: float, target: str, seed: int) -> Split: ...
def split_cold_items(
    events: Events, share: float, cut_us: int | None, target: str, seed: int
) -> Split: ...
def split_users(
    events: Events, fold: int, folds: int, share: float, target: str, seed: int
) -> Split: ...
def split_at_random(events: Events, share: float, target: str, seed: int) -> Split: ...

class ReliabilityBin:
    low: float
    high: float
    count: int
    predicted: float
    observed: float

class Evaluation:
    @property
    def values(self) -> dict[str, NDArray[np.float64]]: ...
    @property
    def totals(self) -> dict[str, float]: ...
    @property
    def reliability(self) -> list[ReliabilityBin]: ...
    def interval(self, metric: str, confidence: float, seed: int) -> _Interval: ...
    def compare(
        self, other: Evaluation, metric: str, confidence: float, seed: int
    ) -> tuple[_Interval, float]: ...

class IndexLists:
    def __init__(self, offsets: ArrayLike, values: ArrayLike, n_values: int) -> None: ...

def evaluate_lists(
    items: ArrayLike,
    scores: ArrayLike | None,
    probabilities: ArrayLike | None,
    relevant_offsets: ArrayLike,
    relevant: ArrayLike,
    n_items: int,
    popularity: ArrayLike | None,
    price: ArrayLike | None,
    labels: IndexLists | None,
    ks: Sequence[int],
    divide_by_min: bool,
) -> Evaluation: ...
def evaluate_shop(
    shop: Recommender,
    split: Split,
    ks: Sequence[int],
    repeats: Repeats,
    divide_by_min: bool,
    threads: int,
) -> Evaluation: ...
