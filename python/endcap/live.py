"""The live half of the recommender: tell it what happened and what people want."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from endcap import _core
from endcap._arguments import choice, integer, item_id, number, text, texts
from endcap._progress import progress_bar
from endcap._times import datetime_of, time_us_or_none
from endcap.event_log import rows_of
from endcap.events import Events

# The lists that models are weighed for.
_PLACES = ("explore", "include", "explore_first_visit", "include_first_visit")


class Preference(NamedTuple):
    """What a person declared about an item, or about an attribute's value."""

    value: int | str
    attribute: str = ""
    like: bool = True
    source: str = ""
    until: datetime.datetime | None = None


class Live:
    """What a recommender is told while it answers; any number of threads may call all of it."""

    _core: Any

    def observe(
        self,
        user: Any,
        item: Any,
        kind: str = "view",
        *,
        time: Any = None,
        event_id: str = "",
        durable: bool = False,
        session_only: bool = False,
    ) -> bool:
        """Tell what a visitor did; their next answer knows it. New users and items become known.

        time: now if not given. event_id: told again with the same one, the event counts once; then
        False is returned. durable: return once a power cut cannot take it (open shops).
        session_only: for this visitor's lists of the next day; not stored, not learned from.

        Raises ValueError for an unknown kind, an id of the other type or a wrong time, OSError if
        an open shop's log cannot be written (see `health`).
        """
        counted: bool = self._core.observe(
            item_id("user", user),
            item_id("item", item),
            text("kind", kind),
            time_us_or_none("time", time),
            text("event_id", event_id),
            bool(durable),
            bool(session_only),
        )
        return counted

    def observe_many(
        self, events: Events | Iterable[Mapping[str, Any] | Sequence[Any]], *, durable: bool = False
    ) -> int:
        """Tell many events, `Events` or rows as of `LoggedEvent`; return how many counted.

        If one is wrong none is taken. Raises as `observe` does.

        >>> shop.observe_many([{"user": "an", "item": "sku-1", "event_id": "e1"}], durable=True)
        1
        """
        rows = events._core if isinstance(events, Events) else rows_of(events)
        n_new: int = self._core.observe_many(rows, durable)
        return n_new

    def flush(self) -> None:
        """Return once a power cut cannot take what an open shop was told. Raises OSError."""
        self._core.flush()

    def refresh(self, *, threads: int = 0, progress: bool = False) -> None:
        """Fold what arrived into a new snapshot; questions go on meanwhile.

        Until then models that count which items go together have counted it nearly.
        The result is byte for byte that of `fit` with `like=` this on all events, but for trained
        models, which wait for the next `refit`. An open shop does this by itself: soon after, and
        for EASE and SLIST as soon as nothing new comes (`health().models_behind`).
        """
        with progress_bar(progress) as report:
            self._core.refresh(integer("threads", threads, 0, 2**31, "0 (all) or more"), report)

    def update(
        self, events: Events | Iterable[Mapping[str, Any] | Sequence[Any]], *, threads: int = 0
    ) -> int:
        """Tell many events and refresh; return how many counted. Raises as `observe` does."""
        n_new = self.observe_many(events)
        self.refresh(threads=threads)
        return n_new

    def refit(
        self,
        *,
        target: str = "purchase",
        effort: str = "balanced",
        models: Sequence[str] = (),
        time_budget: float | None = None,
        threads: int = 0,
        seed: int = 0,
        progress: bool = True,
    ) -> None:
        """Choose, weigh and fit the models anew on all that the shop was told.

        Arguments are as in `fit`. Raises ValueError naming argument, rule and value.
        """
        with progress_bar(progress) as report:
            self._core.refit(
                target=text("target", target),
                effort=choice(_core.Effort, "effort", effort),
                models=texts("models", models),
                time_budget=None if time_budget is None else number("time_budget", time_budget),
                threads=integer("threads", threads, 0, 2**31, "0 (all) or more"),
                seed=integer("seed", seed, 0, 2**64, "an integer in [0, 2**64)"),
                progress=report,
            )

    @property
    def weights(self) -> Any:
        """Each model's weights: {model: {"explore": w, "include": w, ...}}.

        They count in lists of items new to the visitor ("explore"), of all items ("include"), and
        of the same in a first visit ("explore_first_visit", "include_first_visit"). Set them by
        hand with such a dict, or with one number for all four; models and lists that it does not
        name stay as they are. That costs what `refresh` costs and leaves
        probabilities unknown (NaN); `fit(like=shop)` keeps to it, `refit` chooses anew. Raises
        ValueError for a model that the shop does not use or a weight that is not a finite number.
        """
        return {
            model.name: {place: getattr(model, f"weight_{place}") for place in _PLACES}
            for model in self._core.models
        }

    @weights.setter
    def weights(self, weights: Mapping[str, float | Mapping[str, float]]) -> None:
        if not isinstance(weights, Mapping):
            raise ValueError(f"weights must be a dict by model, got {weights!r}")
        rows = []
        for name, given in weights.items():
            by_place = given if isinstance(given, Mapping) else dict.fromkeys(_PLACES, given)
            if unknown := set(by_place) - set(_PLACES):
                expected = ", ".join(_PLACES)
                raise ValueError(f"weights must be for {expected}, got {unknown.pop()!r}")
            row = (number("weights", by_place[p]) if p in by_place else None for p in _PLACES)
            rows.append((text("weights", name), *row))
        self._core.set_weights(rows)

    def history(self, user: Any) -> list[tuple[Any, str, Any]]:
        """Return a person's events as (item, kind, time), oldest first. Raises UnknownIdError."""
        return [
            (item, kind, datetime_of(time))
            for item, kind, time in self._core.history(item_id("user", user))
        ]

    def merge(self, guest: Any, user: Any) -> None:
        """Take a guest for this customer: events and preferences of both ids count together.

        `unmerge` takes that back without a trace. Raises ValueError if they are one already.
        """
        self._core.merge(item_id("guest", guest), item_id("user", user))

    def unmerge(self, guest: Any, user: Any) -> None:
        """Take back what `merge` did. Raises ValueError if it did not."""
        self._core.unmerge(item_id("guest", guest), item_id("user", user))

    def prefer(
        self,
        user: Any,
        *,
        like: Any = None,
        dislike: Any = None,
        source: str = "",
        until: Any = None,
    ) -> None:
        """Keep what a person likes or dislikes: an item, or a value as {"brand": "acme"}.

        A like counts beside what they do, a dislike is never listed. It replaces what they said
        about the same before; until: a datetime from which on it counts no more.

        Raises UnknownIdError for an item, ValueError for an attribute that the shop does not have.
        """
        if (like is None) == (dislike is None):
            msg = f"prefer must be given like or dislike, got {like!r} and {dislike!r}"
            raise ValueError(msg)
        attribute, value = _target(dislike if like is None else like)
        self._core.prefer(
            item_id("user", user),
            _core.Preference(
                value,
                attribute,
                like is not None,
                text("source", source),
                time_us_or_none("until", until),
            ),
        )

    def withdraw(self, user: Any, target: Any) -> None:
        """Take back what a person said about an item, or about a value as {"brand": "acme"}."""
        attribute, value = _target(target)
        self._core.withdraw(item_id("user", user), value, attribute)

    def preferences(self, user: Any) -> list[Preference]:
        """Return what a person declared, merged ids included."""
        return [
            Preference(one.value, one.attribute, one.like, one.source, datetime_of(one.until_us))
            for one in self._core.preferences(item_id("user", user))
        ]

    def export(self, user: Any) -> dict[str, Any]:
        """Return all that is known of a person, ready for JSON. Raises UnknownIdError."""
        events = [
            {"item": item, "kind": kind, "time": None if time is None else time.isoformat()}
            for item, kind, time in self.history(user)
        ]
        preferences = [
            one._replace(until=None if one.until is None else one.until.isoformat())._asdict()  # type: ignore[arg-type]
            for one in self.preferences(user)
        ]
        ids = list(self._core.ids_of(item_id("user", user)))
        return {"ids": ids, "events": events, "preferences": preferences}

    def forget(self, user: Any) -> _core.ForgetReceipt:
        """Take a person out for good, merged ids included; return a receipt.

        No request that starts later knows them, and no file of an open shop names them. The receipt
        has the `ids` and `n_events` that are gone, the models that are `exact` from the next
        snapshot on, and those `pending`, which are trained and wait for the next `refit`.
        """
        return self._core.forget(item_id("user", user))

    def health(self) -> _core.Health:
        """Return `writable`, the `problem` if there is one, and what is not counted yet.

        `n_waiting` events are in no snapshot yet; `models_behind` names the models (EASE, SLIST)
        that have not counted the newest events of the snapshot: they follow once it is quiet.
        """
        return self._core.health()

    def close(self) -> None:
        """Save an open shop's model and let go of its folder; questions are answered still.

        Raises OSError if events cannot be made durable. Does nothing for a shop in memory.
        """
        self._core.close()


def _target(what: Any) -> tuple[str, int | str]:
    if not isinstance(what, Mapping):
        return "", item_id("item", what)
    if len(what) != 1:
        msg = f"a preference must name one attribute, got {dict(what)!r}"
        raise ValueError(msg)
    ((attribute, value),) = what.items()
    return text("attribute", attribute), item_id("value", value)
