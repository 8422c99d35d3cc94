"""The recommender: fit it, ask it, tell it what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from os import PathLike
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from endcap import _core
from endcap._arguments import choice, integer, item_id, item_ids, number, size, text, texts
from endcap._display import html_table, text_table
from endcap._progress import progress_bar
from endcap._query import Repeats, condition, core_query, scenario_name
from endcap.catalog import Catalog
from endcap.events import Events, kinds_of
from endcap.fit_report import FitReport
from endcap.live import Live
from endcap.results import Explanation, PickList, Picks, WhyNot
from endcap.rules import Rules

Effort = Literal["fast", "balanced", "best"]


def _core_of(name: str, value: Any, kind: type[Events] | type[Catalog] | type[Recommender]) -> Any:
    if isinstance(value, kind):
        return value._core
    msg = f"{name} must be endcap.{kind.__name__}, got {type(value).__name__}"
    raise ValueError(msg)


class Recommender(Live):
    """A shop's recommender, made by `fit` or `load` in memory, or by `open` in a folder.

    Any number of threads may ask and tell it at once.
    """

    def __init__(self, core: Any) -> None:
        self._core = core
        self._known_items: tuple[Any, NDArray[np.object_]] = (None, np.empty(0, object))

    @classmethod
    def fit(
        cls,
        events: Events,
        catalog: Catalog | None = None,
        *,
        target: str = "purchase",
        effort: Effort = "balanced",
        models: Sequence[str] = (),
        time_budget: float | None = None,
        like: Recommender | None = None,
        threads: int = 0,
        seed: int = 0,
        progress: bool = True,
    ) -> Recommender:
        """Learn from the log; choose and weigh the models on its newest part, then fit on all.

        target: the kind of event to predict; where the log has none, every kind. effort: "fast"
        takes seconds; "balanced" tries all that can pay, with one trained model from 20,000
        events on (of sets up to a million, and up to 200,000 where times are known, purchases are
        no baskets and visitors return); "best" trains several, and trees that correct the top of
        the lists where they win.
        models: names, to fit exactly these. like: a recommender whose models, weights and, where
        none is given, catalogue are taken, so that nothing is held out or chosen. time_budget: with
        effort "best", the seconds (900) that decide how many trained models are tried. threads: 0
        for all. The result depends on the seed and on what is tried, never on the threads.

        Raises ValueError naming argument, rule and value.

        >>> shop = endcap.Recommender.fit(endcap.Events.from_frame(df))
        """
        known = Catalog() if catalog is None else catalog
        with progress_bar(progress) as report:
            core = _core.Recommender.fit(
                _core_of("events", events, Events),
                _core_of("catalog", known, Catalog),
                target=text("target", target),
                effort=choice(_core.Effort, "effort", effort),
                models=texts("models", models),
                time_budget=None if time_budget is None else number("time_budget", time_budget),
                like=None if like is None else _core_of("like", like, Recommender),
                threads=integer("threads", threads, 0, 2**31, "0 (all) or more"),
                seed=integer("seed", seed, 0, 2**64, "an integer in [0, 2**64)"),
                progress=report,
            )
        return cls(core)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Recommender:
        """Map a saved file. Raises CorruptFileError or OSError."""
        return cls(_core.Recommender.load(path))

    def save(self, path: str | PathLike[str]) -> None:
        """Refresh, then leave the old file or the whole new one. Raises OSError."""
        self._core.save(path)

    @classmethod
    def open(
        cls,
        folder: str | PathLike[str],
        catalog: Catalog | None = None,
        *,
        kinds: Mapping[str, float] | None = None,
        fold_seconds: float = 0.2,
        threads: int = 0,
    ) -> Recommender:
        """Open the shop in a folder, which keeps every event, or a new one that has met nobody.

        A new shop works from the first event on, with models that count alike until `refit` chooses
        on what it was told. catalog, kinds (weights as in `Events.from_frame`): in place of those
        that the folder keeps. fold_seconds: how long after it came what arrives is folded into the
        next snapshot, by a thread of the shop's own (EASE and SLIST follow once nothing new comes);
        0 leaves that to `refresh`. Which items go together is counted at once, nearly.

        Raises OSError if the folder is open already, here or in another process, CorruptFileError
        if its log or its choice of models is damaged.

        >>> with endcap.Recommender.open("my-shop", catalog) as shop:
        ...     shop.observe("user-42", "sku-9", event_id="e1", durable=True)
        """
        return cls(
            _core.Recommender.open(
                folder,
                None if catalog is None else _core_of("catalog", catalog, Catalog),
                None if kinds is None else kinds_of(kinds),
                number("fold_seconds", fold_seconds),
                integer("threads", threads, 0, 2**31, "0 (all) or more"),
            )
        )

    def __enter__(self) -> Recommender:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def recommend(
        self,
        user: Any,
        k: int = 10,
        *,
        repeats: Repeats = "exclude",
        filter: str | None = None,
        diversity: float = 0.0,
        session: Sequence[Any] = (),
        allow: Iterable[Any] | None = None,
        block: Iterable[Any] | None = None,
        scenario: str | None = None,
        rules: Rules | Mapping[str, Any] | None = None,
        seed: int = 0,
        time: Any = None,
    ) -> PickList:
        """Pick k items for a known visitor, the best first.

        repeats: whether items of the visitor's history may stand in the list. filter: a condition
        on the catalogue, as "in_stock and price < 50". diversity: 0 by score alone to 1. session:
        items seen just now, oldest first. allow, block: only these items, never these. scenario:
        the name of rules of `set_rules`; rules: rules for this list alone. seed: other draws of
        exploration. time: what "now" means in conditions.

        Raises UnknownIdError (a KeyError) for a user never seen, ValueError for a wrong argument.
        """
        if allow is not None and not (allow := list(allow)):
            return PickList([], self.catalog.title)
        query = core_query(
            user=item_id("user", user),
            k=k,
            repeats=repeats,
            filter=filter,
            diversity=diversity,
            session=session,
            allow=allow,
            block=block,
            scenario=scenario,
            rules=rules,
            seed=seed,
            time=time,
        )
        return self._list(self._core.recommend(query))

    def next(
        self,
        items: Sequence[Any],
        k: int = 10,
        *,
        repeats: Repeats = "exclude",
        filter: str | None = None,
        scenario: str | None = None,
        rules: Rules | Mapping[str, Any] | None = None,
    ) -> PickList:
        """Pick k items for a session, oldest first; unknown items say nothing."""
        query = core_query(
            k=k, repeats=repeats, filter=filter, session=items, scenario=scenario, rules=rules
        )
        return self._list(self._core.recommend(query))

    def page(self, queries: Iterable[Mapping[str, Any]]) -> list[PickList]:
        """Answer `recommend` for several lists of one page, none with an item of those before it.

        queries: the arguments of `recommend` by name, for each list.

        >>> shop.page([{"user": "u1", "k": 4}, {"user": "u1", "scenario": "sale"}])
        """
        asked = [core_query(**query) for query in queries]
        return [self._list(picks) for picks in self._core.recommend_page(asked)]

    def why_not(self, user: Any, item: Any, k: int = 10, **options: Any) -> WhyNot:
        """Say what keeps an item out of the list of `recommend` with the same options.

        user: None for an anonymous visitor's session=[...]. Raises as `recommend` does; an item
        that is not known is an answer.
        """
        query = core_query(user=user, k=k, **options)
        return WhyNot(item, self._core.why_not(query, item_id("item", item)))

    def replay(self, recommendation_id: int) -> PickList:
        """Return one of the last 1,000 lists again, as it was. Raises UnknownIdError."""
        number = integer("recommendation_id", recommendation_id, 0, 2**64, "an id of a list")
        return self._list(self._core.replay(number))

    def set_rules(self, scenario: str, rules: Rules | Mapping[str, Any]) -> None:
        """Put rules under a name, in force from the next question on and saved with the model.

        Raises ValueError for a wrong rule, UnknownIdError for an item that the shop does not have.
        """
        self._core.set_rules(text("scenario", scenario), Rules.of(rules)._to_core())

    def remove_rules(self, scenario: str) -> None:
        """Forget the rules of a scenario. Raises ValueError if there are none."""
        self._core.remove_rules(text("scenario", scenario))

    def rules(self, scenario: str) -> Rules:
        """Return the rules of a scenario. Raises ValueError if there are none."""
        return Rules._from_core(self._core.rules(text("scenario", scenario)))

    @property
    def scenarios(self) -> list[str]:
        """The names that have rules, sorted."""
        return list(self._core.scenarios)

    def similar(self, item: Any, k: int = 10) -> PickList:
        """You may also like. Raises UnknownIdError."""
        return PickList(self._core.similar(item_id("item", item), size("k", k)), self.catalog.title)

    def bought_together(self, items: Sequence[Any], k: int = 10) -> PickList:
        """Complete the basket. Raises UnknownIdError if no item is known."""
        picks = self._core.bought_together(item_ids("items", items), size("k", k))
        return PickList(picks, self.catalog.title)

    def buy_again(self, user: Any, k: int = 10) -> PickList:
        """What this visitor had and is likely to want again. Raises UnknownIdError."""
        return self._list(self._core.buy_again(item_id("user", user), size("k", k)))

    def recommend_many(
        self,
        users: Sequence[Any],
        k: int = 10,
        *,
        repeats: Repeats = "exclude",
        filter: str | None = None,
        scenario: str | None = None,
    ) -> Picks:
        """Answer `recommend` for many users on all cores. Raises as it does."""
        ids = item_ids("users", users)
        mode = choice(_core.Repeats, "repeats", repeats)
        rules = condition(filter), scenario_name(scenario)
        return self._picks(ids, self._core.recommend_many(ids, size("k", k), mode, *rules))

    def similar_many(
        self,
        items: Sequence[Any],
        k: int = 10,
        *,
        filter: str | None = None,
        scenario: str | None = None,
    ) -> Picks:
        """Answer `similar` for many items on all cores. Raises as it does."""
        ids = item_ids("items", items)
        rules = condition(filter), scenario_name(scenario)
        return self._picks(ids, self._core.similar_many(ids, size("k", k), *rules))

    def next_many(
        self,
        histories: Sequence[Sequence[Any]] | Events,
        k: int = 10,
        *,
        repeats: Repeats = "exclude",
        filter: str | None = None,
        scenario: str | None = None,
    ) -> Picks:
        """Answer `next` for many: lists of items, or Events whose users are the queries."""
        mode = choice(_core.Repeats, "repeats", repeats)
        rules = condition(filter), scenario_name(scenario)
        if isinstance(histories, Events):
            answer = self._core.next_many(histories._core, size("k", k), mode, *rules)
            return self._picks(histories.users, answer)
        if not isinstance(histories, Iterable) or hasattr(histories, "columns"):
            kind = type(histories).__name__
            msg = f"histories must be lists of items or endcap.Events, got {kind}"
            raise ValueError(msg)
        lists = [item_ids("histories", history) for history in histories]
        answer = self._core.next_many(lists, size("k", k), mode, *rules)
        return self._picks(range(len(lists)), answer)

    def explain(self, user: Any, item: Any, *, repeats: Repeats = "exclude") -> Explanation:
        """Show every event's part in the score of an item for a user. Raises UnknownIdError.

        repeats: of the list that the score is for; an item that the user has had is in no list
        without any.

        Where the shop has trees (`effort="best"`), their exact shares follow as reasons of the kind
        "trees": their mean, and one for each model that they look at.
        """
        explanation = self._core.explain(
            item_id("user", user),
            item_id("item", item),
            choice(_core.Repeats, "repeats", repeats),
        )
        return Explanation(explanation, self.catalog.title)

    @cached_property
    def catalog(self) -> Catalog:
        """The catalogue that the fit was given."""
        return Catalog(self._core.catalog)

    @property
    def kinds(self) -> dict[str, float]:
        """The weight of each kind of event."""
        return dict(self._core.kinds.items())

    @property
    def models(self) -> list[Any]:
        """The models of the blend, each with its name, cost, quality and weights."""
        return list(self._core.models)

    @property
    def report(self) -> FitReport:
        """What the fit tried, what won and by how much, and what it noticed about the data."""
        return FitReport(self._core.report)

    @property
    def users(self) -> list[Any]:
        """All user ids of the newest snapshot, sorted."""
        return list(self._core.users.ids())

    @property
    def items(self) -> list[Any]:
        """All item ids of the newest snapshot, its catalogue included, sorted."""
        return list(self._core.items.ids())

    def _item_array(self, vocabulary: Any) -> NDArray[np.object_]:
        known, ids = self._known_items
        if known is None or not vocabulary.is_same(known):
            ids = np.empty(len(vocabulary) + 1, object)
            ids[:-1] = vocabulary.ids()
            self._known_items = vocabulary, ids
        return ids

    def _list(self, recommendation: Any) -> PickList:
        return PickList._of(recommendation, self.catalog.title)

    def _picks(self, queries: Sequence[Any], answer: tuple[Any, Any, Any, Any, Any]) -> Picks:
        items, scores, probabilities, counts, vocabulary = answer
        ids = self._item_array(vocabulary)
        return Picks(queries, items, scores, probabilities=probabilities, counts=counts, ids=ids)

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [
                model.name,
                f"{model.weight_explore:.3g}",
                f"{model.weight_include:.3g}",
                f"{model.weight_explore_first_visit:.3g}",
                f"{model.weight_include_first_visit:.3g}",
                f"{model.ndcg_alone:.4f}" if model.ndcg_alone else "",
                f"{model.fit_seconds:.2f} s",
            ]
            for model in self.models
        ]
        lists = ("new items", "all items", "new, first visit", "all, first visit")
        weights = [f"weight ({what})" for what in lists]
        return ["model", *weights, "NDCG@20 alone", "fit"], rows

    def _title(self) -> str:
        core = self._core
        return (
            f"Recommender: {len(core.users):,} users, {len(core.items):,} items, "
            f"{core.n_events:,} events"
        )

    def __repr__(self) -> str:
        return self._title() + "\n" + text_table(*self._table())

    def _repr_html_(self) -> str:
        return html_table(self._title(), *self._table())
