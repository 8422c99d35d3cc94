"""Prints what the demo found as plain tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gift_shop.log import Log
from gift_shop.quality import METRICS, Question
from gift_shop.shelves import Shelf, Why


def heading(text: str) -> None:
    """Print an underlined line."""
    print(f"\n{text}\n{'-' * len(text)}")


def show_log(log: Log) -> None:
    """What was read, kept and dropped."""
    heading("What was read")
    lines = [(f"{log.n_read:,}", "lines read")]
    lines += [(f"-{n:,}", reason) for reason, n in log.dropped.items()]
    lines += [(f"{n:,}", name) for name, n in log.facts.items()]
    _table(lines, right=(0,))


def show_quality(questions: Sequence[Question]) -> None:
    """A table per question, and by how much endcap leads."""
    for question in questions:
        heading(f"How good on the last weeks: {question.name}, {question.n_customers:,} customers")
        rows = [["", *question.reports]]
        for metric in METRICS:
            reports = [report.to_dict()[metric] for report in question.reports.values()]
            rows.append([metric, *map(interval, reports)])
        _table(rows)
        best, gain = question.gain("recall@10")
        lead = f"{gain['mean']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"
        print(f"recall@10 over {best}: {lead}")
    if questions:
        print("In brackets: 95 % intervals.")


def interval(value: Mapping[str, float]) -> str:
    """A mean, and where it lies if that is known."""
    digits = 3 if value["mean"] < 1 else 2
    text = f"{value['mean']:.{digits}f}"
    return (
        f"{text} ({value['low']:.{digits}f}-{value['high']:.{digits}f})" if "low" in value else text
    )


def show_shelf(shelf: Shelf) -> None:
    """One list."""
    heading(f"{shelf.title}. {shelf.note}")
    moved = any(place.moved for place in shelf.places)
    rows = [["item", "title", "price", "score", "reason", *(["moved"] * moved)]]
    for place in shelf.places:
        cells = [place.item, place.title, f"{place.price:.2f}", f"{place.score:#.3g}", place.reason]
        rows.append(cells + [place.moved] * moved)
    _table(rows, right=(2, 3))


def show_why(why: Why) -> None:
    """The parts of a score."""
    heading(f"Why {why.title}")
    _table(
        [*((name, f"{part:+.3f}") for name, part in why.parts), ("score", f"{why.score:.3f}")],
        right=(1,),
    )


def show_cost(cost: Mapping[str, str]) -> None:
    """Times and sizes."""
    heading("The cost")
    _table(list(cost.items()), right=(1,))


def _table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())
