"""The tables and charts of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from gift_shop.log import Log
from gift_shop.quality import CUT, METRICS, Question
from gift_shop.shelves import Why

NAMES = {"recall": "Recall", "ndcg": "NDCG", "coverage": "Coverage", "novelty": "Novelty"}


def quality_tables(questions: Sequence[Question]) -> str:
    """One table per question: metrics down, methods across."""
    return "".join(map(_quality_table, questions)) or "<p>Left out by --quick.</p>"


def _quality_table(question: Question) -> str:
    best, gain = question.gain("recall@10")
    head = "".join(f'<th scope="col">{escape(method)}</th>' for method in question.reports)
    reports = {method: report.to_dict() for method, report in question.reports.items()}
    body = ""
    for metric in METRICS:
        name, k = metric.split("@")
        cells = "".join(_cell(report[metric]) for report in reports.values())
        body += f'<tr><th scope="row">{NAMES[name]} at {k}</th>{cells}</tr>'
    return (
        f"<table><caption>{escape(question.name.capitalize())}, "
        f"{question.n_customers:,} customers: <strong>{gain['mean']:+.3f}</strong> recall at 10 "
        f"over {escape(best)} ({gain['low']:+.3f} to {gain['high']:+.3f})</caption>"
        f'<thead><tr><th scope="col">Measure</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _cell(value: Mapping[str, float]) -> str:
    digits = 3 if value["mean"] < 1 else 2
    mean = f"{value['mean']:.{digits}f}"
    if "low" not in value:
        return f"<td>{mean}</td>"
    return (
        f"<td>{mean}<small>{value['low']:.{digits}f}&ndash;{value['high']:.{digits}f}</small></td>"
    )


def why_figure(why: Why) -> str:
    """The parts of a score as bars."""
    largest = max(abs(part) for _, part in why.parts)
    rows = "".join(
        f'<tr><th scope="row">{escape(name.capitalize())}</th>'
        f'<td class="bar"><i style="width:{100 * abs(part) / largest:.1f}%"></i></td>'
        f"<td>{part:+.2f}</td></tr>"
        for name, part in why.parts
    )
    return (
        f'<section><h3>Why {escape(why.title)}?</h3><p class="note">Each part of the first '
        "pick's score; they add up to it.</p>"
        f'<table class="parts"><tbody>{rows}</tbody><tfoot><tr><th scope="row">Score</th><td></td>'
        f"<td>{why.score:.2f}</td></tr></tfoot></table></section>"
    )


def chart(rows: pd.DataFrame) -> str:
    """Invoice lines a week; the weeks that were asked about stand out."""
    weeks = rows.groupby(rows.time.dt.to_period("W").dt.start_time).size()
    step, top = 1000 / len(weeks), int(weeks.max())
    bars, months = "", ""
    for at, (day, n) in enumerate(weeks.items()):
        height = 200 * n / top
        asked = ' class="asked"' if day >= CUT - pd.Timedelta(days=1) else ""
        bars += (
            f'<rect{asked} x="{at * step:.1f}" y="{200 - height:.1f}" width="{step * 0.74:.1f}" '
            f'height="{height:.1f}"><title>Week of {day:%d %b %Y}: {n:,} lines</title></rect>'
        )
        if day.day <= 7 and day.month % 2 == 0 and at < len(weeks) - 2:
            months += f'<span style="left:{at / len(weeks):.1%}">{day:%b}</span>'
    busiest = f"{weeks.idxmax():%d %B %Y}"
    return (
        f'<figure><p class="axis"><b>{top:,}</b> lines in the busiest week</p>'
        f'<svg class="chart" viewBox="0 0 1000 200" preserveAspectRatio="none" role="img" '
        f'aria-label="Invoice lines a week, {len(weeks)} weeks; the busiest began on {busiest} '
        f'with {top:,} lines">{bars}</svg><div class="months" aria-hidden="true">{months}</div>'
        "<figcaption>Lines sold a week, December 2010 to December 2011. The weeks in full colour "
        "were held back to measure the lists. The log ends on the Friday of the last week."
        "</figcaption></figure>"
    )


def read_table(log: Log) -> str:
    """What was read, dropped and kept."""
    lines = {"Lines read": f"{log.n_read:,}"}
    lines |= {reason.capitalize(): f"-{n:,}" for reason, n in log.dropped.items()}
    return _pairs("What was read", lines | {"Lines kept": f"{len(log.rows):,}"}, "pairs sum")


def cost_table(cost: Mapping[str, str]) -> str:
    """Times and sizes."""
    names = {name: name.replace("_", " ").capitalize() for name in cost}
    pairs = {names[name]: text.replace(" us", " µs") for name, text in cost.items()}
    return _pairs("What it costs", pairs)


def _pairs(caption: str, pairs: Mapping[str, str], style: str = "pairs") -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in pairs.items()
    )
    return f'<table class="{style}"><caption>{caption}</caption><tbody>{rows}</tbody></table>'
