"""The report's figures and names in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from endcap.fit_report import FitReport

PURPOSES = {
    "new": "items new to the visitor",
    "all": "all items, repeats too",
    "new_first_visit": "new items, in a first visit",
    "all_first_visit": "all items, in a first visit",
}

_STEMS = {
    "popularity": "best sellers",
    "rp3beta": "had by the same people",
    "turbo_cf": "had by the same people",
    "item_knn": "had by the same people",
    "ease": "what goes with what",
    "slist": "what follows what",
    "als": "shared tastes",
    "sequential_rules": "came soon before or after",
    "session_knn": "visits like this one",
    "next_basket": "what the next basket holds",
    "sequence_factors": "what goes with what, trained",
    "content": "described alike",
    "repeat_purchase": "the visitor's own repeats",
    "bought_together": "in the same basket",
    "boosted_trees": "what the others say together",
}


def plain_name(model: str) -> str:
    """Say what a model goes by; nothing for one that has no words yet."""
    return _STEMS.get(model.partition("/")[0], "")


def points(value: float, *, sign: bool = False) -> str:
    """Write NDCG in points of a hundred."""
    return f"{value * 100:+.2f}" if sign else f"{value * 100:.2f}"


def interval(figure: tuple[float, float, float], *, sign: bool = False) -> str:
    """Write a figure with its interval."""
    value, low, high = (points(part, sign=sign) for part in figure)
    return f"{value} ({low} to {high})"


def size(n_bytes: int) -> str:
    """Write a size in memory, nothing for none."""
    if n_bytes == 0:
        return ""
    if n_bytes < 2**20:
        return f"{n_bytes / 2**10:,.0f} KiB"
    return f"{n_bytes / 2**20:,.1f} MiB"


def held_out_sentence(report: FitReport) -> str:
    """Say how the models were tested."""
    if report.held_out == "nothing":
        return f"Learned from {report.n_train:,} events; too few to hide some and test on them."
    what = {"last": "at the end of what was done by", "random": "a random part of the items of"}
    asked = max(report.n_queries.values())
    hidden = f"{report.n_held_out:,} of {report.n_train + report.n_held_out:,} events"
    if report.held_out == "newest" and report.cut and report.end:
        others = report.n_hold_outs - 1
        in_turn = {0: "", 1: ", and then another part of the log"}.get(
            others, f", and then {others} other parts of the log in turn"
        )
        return (
            f"The newest {hidden}, {report.cut:%Y-%m-%d} to {report.end:%Y-%m-%d}, were hidden "
            f"from all models{in_turn}. These had to tell what {asked:,} visitors did there."
        )
    return (
        f"{hidden}, {what.get(report.held_out, '')} {asked:,} visitors, were hidden from all "
        "models. These then had to tell what was hidden."
    )
