"""What the recommender answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from endcap._display import html_table, text_table
from endcap._frames import frame_of

Titles = Callable[[Any], "str | None"]


def _reasons(pick: Any, titles: Titles) -> str:
    parts = [
        f"{titles(reason.item) or reason.item} ({reason.kind}) {reason.value:+.3g}"
        for reason in pick.reasons
        if not reason.rule
    ]
    rules = [f"{reason.rule} {reason.value:+.3g}" for reason in pick.reasons if reason.rule]
    because = "because of " + ", ".join(parts) if parts else "popular"
    return "; ".join([because, *rules, *([pick.rule] if pick.rule else [])])


def _chance(probability: float) -> str:
    return "" if math.isnan(probability) else f"{probability:.1%}"


class PickList(Sequence[Any]):
    """One list, the best first; each pick has an item, a score and reasons.

    It has, too, the `probability` that the visitor wants it among their next target events, as the
    shop's held-out days tell (shown as "chance"; NaN where they were too few), the model that added
    most to the score (`source`), the rule that put it there (`rule`, "" for none), its `position`
    from 1, and how likely it was to stand there (`propensity`). A list of `recommend` and its kin
    has a `recommendation_id` for `replay`, and versions that are equal for equal models and rules.
    """

    recommendation_id: int | None = None
    model_version: int | None = None
    rules_version: int | None = None
    scenario: str | None = None

    def __init__(self, picks: list[Any], titles: Titles) -> None:
        self._picks = picks
        self._titles = titles

    @classmethod
    def _of(cls, recommendation: Any, titles: Titles) -> PickList:
        picks = cls(recommendation.picks, titles)
        picks.recommendation_id = recommendation.id
        picks.model_version = recommendation.model_version
        picks.rules_version = recommendation.rules_version
        picks.scenario = recommendation.scenario or None
        return picks

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> PickList: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return PickList(self._picks[index], self._titles)
        return self._picks[index]

    def __len__(self) -> int:
        return len(self._picks)

    @property
    def items(self) -> list[Any]:
        """The ids alone."""
        return [pick.item for pick in self._picks]

    def _table(self) -> tuple[list[str], list[list[str]]]:
        has_titles = any(self._titles(pick.item) for pick in self._picks)
        promises = any(not math.isnan(pick.probability) for pick in self._picks)
        header = ["item", *(["title"] if has_titles else []), "score"]
        header += [*(["chance"] if promises else []), "reasons"]
        rows = []
        for pick in self._picks:
            title = [self._titles(pick.item) or ""] if has_titles else []
            chance = [_chance(pick.probability)] if promises else []
            reasons = _reasons(pick, self._titles)
            rows.append([str(pick.item), *title, f"{pick.score:.4g}", *chance, reasons])
        return header, rows

    def __repr__(self) -> str:
        return text_table(*self._table()) if self._picks else "no items"

    def _repr_html_(self) -> str:
        return html_table("", *self._table())


class WhyNot:
    """Why an item is not in a list, or where it stands: reason and detail in words, its score, its
    rank by score among what is allowed (None if it is not), its position (None if not listed)."""

    def __init__(self, item: Any, core: Any) -> None:
        self.item = item
        self.reason: str = core.reason
        self.detail: str = core.detail
        self.score: float = core.score
        self.rank: int | None = core.rank or None
        self.position: int | None = core.position or None

    def __repr__(self) -> str:
        text = self.reason + (f": {self.detail}" if self.detail else "")
        place = f", at place {self.position}" if self.position else ""
        rank = f", rank {self.rank} by score" if self.rank else ""
        return f"{self.item}: {text}{place}{rank}"


class Explanation:
    """Why an item has its score: base + the values of all reasons == score."""

    def __init__(self, core: Any, titles: Titles) -> None:
        self.item = core.item
        self.score: float = core.score
        self.base: float = core.base
        self.reasons: list[Any] = list(core.reasons)
        self._titles = titles

    def _table(self) -> tuple[list[str], list[list[str]]]:
        rows = [["popularity", "", f"{self.base:+.4g}"]]
        for reason in self.reasons:
            what = reason.rule or self._titles(reason.item) or str(reason.item)
            rows.append([what, reason.kind, f"{reason.value:+.4g}"])
        return ["event", "kind", "part"], [*rows, ["score", "", f"{self.score:.4g}"]]

    def __repr__(self) -> str:
        return text_table(*self._table())

    def _repr_html_(self) -> str:
        return html_table(f"Why {self._titles(self.item) or self.item}", *self._table())


class Picks:
    """Many lists. items: (n, k) ids, None where a list is short; scores: (n, k), NaN there;
    probabilities: (n, k), as those of picks; counts: (n,)."""

    def __init__(
        self,
        queries: Sequence[Any],
        indices: NDArray[np.int32],
        scores: NDArray[np.float32],
        *,
        probabilities: NDArray[np.float32],
        counts: NDArray[np.int32],
        ids: NDArray[np.object_],
    ) -> None:
        self.queries = queries
        self.items: NDArray[np.object_] = ids[indices]  # the last id is None: index -1
        self.scores = scores
        self.probabilities = probabilities
        self.counts = counts

    def __len__(self) -> int:
        return len(self.counts)

    def lists(self) -> list[list[Any]]:
        """Return plain lists of ids, none longer than it is."""
        return [list(row[:count]) for row, count in zip(self.items, self.counts, strict=True)]

    def to_frame(self) -> Any:
        """Return (query, rank, item, score, probability) in pandas, else polars, else pyarrow."""
        rows, ranks = np.nonzero(np.arange(self.items.shape[1]) < self.counts[:, None])
        columns = {
            "query": [self.queries[int(row)] for row in rows],
            "rank": ranks + 1,
            "item": self.items[rows, ranks].tolist(),
            "score": self.scores[rows, ranks],
            "probability": self.probabilities[rows, ranks],
        }
        return frame_of(columns, "Picks.to_frame")

    def __repr__(self) -> str:
        n, k = self.items.shape
        head = [
            [str(self.queries[row]), ", ".join(str(item) for item in self.lists()[row])]
            for row in range(min(n, 5))
        ]
        more = f"\n... {n - 5:,} more" if n > 5 else ""
        return f"Picks: {n:,} lists of {k}\n" + text_table(["query", "items"], head) + more

    def _repr_html_(self) -> str:
        lists = self.lists()
        rows = [
            [str(self.queries[row]), ", ".join(str(item) for item in lists[row])]
            for row in range(min(len(self), 10))
        ]
        return html_table(f"{len(self):,} lists", ["query", "items"], rows)
