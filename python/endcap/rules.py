"""What a shop wants of a list."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from endcap import _core
from endcap._arguments import integer, item_id, item_ids, number, text, texts


def _optional_text(name: str, value: Any) -> str:
    return "" if value is None else text(name, value)


def _entries(name: str, rows: Any, fields: str, make: Callable[..., Any]) -> list[Any]:
    """Return make(*row) for each row of a list; a row of wrong length names its fields."""
    if isinstance(rows, (str, Mapping)):
        msg = f"{name} must be a list of {fields}, got {rows!r}"
        raise ValueError(msg)
    made = []
    for row in rows:
        try:
            made.append(make(*row))
        except TypeError:
            msg = f"{name} must be a list of {fields}, got {row!r}"
            raise ValueError(msg) from None
    return made


def _boost(when: Any, factor: Any) -> Any:
    return _core.Boost(_optional_text("condition of a boost", when), number("factor", factor))


def _pin(item: Any, position: Any) -> Any:
    place = integer("position of a pin", position, 1, 2**31, "1 or more")
    return _core.Pin(item_id("item of a pin", item), place)


def _cap(column: Any, at_most: Any) -> Any:
    most = integer("at_most of a cap", at_most, 1, 2**31, "positive")
    return _core.Cap(text("column of a cap", column), most)


def _hide(kind: Any, when: Any = None, for_days: Any = 0) -> Any:
    return _core.Hide(
        _optional_text("kind of a hide", kind),
        _optional_text("condition of a hide", when),
        number("for_days", for_days),
    )


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Rules that act inside a list, so that k items come back whenever k are allowed.

    filter: only items of this condition. allow, block: only these items, never these. hide: which
    of the visitor's own items stay out, as (kind of event or None, condition, days), the last two
    optional; in place of hiding all. boosts: (condition, factor), a factor below 1 buries. pins:
    (item, position from 1). caps: (column, at most so many of a value). variants: a column whose
    equal values are one product. diversity: 0 to 1, by who buys the items or by the column
    diversity_by. minimum_relevance: at least this share of the best score. rotation: the share
    lost for each time an item was shown lately. exploration: the share of places filled by chance
    (seed). backfill: where fewer than k items pass, those of these conditions, in order; "" is all
    the rest.

    >>> endcap.Rules(filter="in_stock", boosts=[("margin > 5", 1.5)], caps=[("brand", 2)])
    """

    filter: str | None = None
    allow: Sequence[Any] = ()
    block: Sequence[Any] = ()
    hide: Sequence[tuple[Any, ...]] = ()
    boosts: Sequence[tuple[str | None, float]] = ()
    pins: Sequence[tuple[Any, int]] = ()
    caps: Sequence[tuple[str, int]] = ()
    variants: str | None = None
    diversity: float = 0.0
    diversity_by: str | None = None
    minimum_relevance: float = 0.0
    rotation: float = 0.0
    exploration: float = 0.0
    seed: int = 0
    backfill: Sequence[str] = ()

    def to_json(self) -> str:
        """Return the rules that differ from the defaults as JSON."""
        given = {
            field.name: value
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) != field.default
        }
        return json.dumps(given, ensure_ascii=False)

    @classmethod
    def from_json(cls, document: str) -> Rules:
        """Read what `to_json` wrote. Raises ValueError for JSON that is no rules."""
        return cls.of(json.loads(document))

    @classmethod
    def of(cls, rules: Any) -> Rules:
        """Return rules, or make them of a mapping. Raises ValueError for unknown names."""
        if isinstance(rules, Rules):
            return rules
        known = [field.name for field in dataclasses.fields(cls)]
        if not isinstance(rules, Mapping):
            msg = f"rules must be endcap.Rules or a mapping, got {rules!r}"
            raise ValueError(msg)
        for name in rules:
            if name not in known:
                msg = f"rules must have names among {', '.join(known)}, got {name!r}"
                raise ValueError(msg)
        return cls(**rules)

    def _to_core(self) -> Any:
        core = _core.Rules()
        core.filter = _optional_text("filter", self.filter)
        core.allow = item_ids("allow", self.allow)
        core.block = item_ids("block", self.block)
        core.hide = _entries("hide", self.hide, "(kind, condition, days)", _hide)
        core.boosts = _entries("boosts", self.boosts, "(condition, factor)", _boost)
        core.pins = _entries("pins", self.pins, "(item, position)", _pin)
        core.caps = _entries("caps", self.caps, "(column, at most)", _cap)
        core.variants = _optional_text("variants", self.variants)
        core.diversity = number("diversity", self.diversity)
        core.diversity_by = _optional_text("diversity_by", self.diversity_by)
        core.minimum_relevance = number("minimum_relevance", self.minimum_relevance)
        core.rotation = number("rotation", self.rotation)
        core.exploration = number("exploration", self.exploration)
        core.seed = integer("seed", self.seed, 0, 2**64, "an integer in [0, 2**64)")
        core.backfill = texts("backfill", self.backfill)
        return core

    @classmethod
    def _from_core(cls, core: Any) -> Rules:
        return cls(
            filter=core.filter or None,
            allow=tuple(core.allow),
            block=tuple(core.block),
            hide=tuple((row.kind or None, row.when or None, row.for_days) for row in core.hide),
            boosts=tuple((row.when or None, _short(row.factor)) for row in core.boosts),
            pins=tuple((row.item, row.position) for row in core.pins),
            caps=tuple((row.column, row.at_most) for row in core.caps),
            variants=core.variants or None,
            diversity=_short(core.diversity),
            diversity_by=core.diversity_by or None,
            minimum_relevance=_short(core.minimum_relevance),
            rotation=_short(core.rotation),
            exploration=_short(core.exploration),
            seed=core.seed,
            backfill=tuple(core.backfill),
        )


def _short(value: float) -> float:
    """Return the shortest number of the same 32 bits: 0.3, not 0.30000001192092896."""
    return float(f"{value:.7g}")
