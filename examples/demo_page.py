"""The demo's lists as one self-contained page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parent / "demo_page.html"
METRICS = ("recall@10", "ndcg@10", "recall@20", "ndcg@20", "coverage@10", "novelty@10")


@dataclass
class Shelf:
    """A list with a title and a line that says what it is."""

    title: str
    note: str
    picks: Any


def _hue(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:4], 16) % 360


def _tile(pick: Any, catalog: Any) -> str:
    title = str(catalog.title(pick.item) or pick.item)
    initials = "".join(word[0] for word in title.split()[:2] if word[0].isalnum())
    price = catalog.value(pick.item, "price")
    reason = "Popular now"
    if pick.reasons:
        cause = catalog.title(pick.reasons[0].item) or pick.reasons[0].item
        bought = pick.reasons[0].item == pick.item
        reason = "Bought before" if bought else f"Because of {str(cause).capitalize()}"
    return (
        f'<li class="tile"><div class="picture" style="--hue:{_hue(title)}" aria-hidden="true">'
        f"{escape(initials)}</div><h3>{escape(title.capitalize())}</h3>"
        f'<p class="price">{"" if price is None else f"£{price:.2f}"}</p>'
        f'<p class="why">{escape(reason)}</p></li>'
    )


def _shelf(shelf: Shelf, catalog: Any) -> str:
    tiles = "".join(_tile(pick, catalog) for pick in shelf.picks)
    return (
        f"<section><h2>{escape(shelf.title)}</h2>"
        f'<p class="note">{escape(shelf.note.capitalize())}</p>'
        f'<ul class="shelf" tabindex="0" aria-label="{escape(shelf.title)}">{tiles}</ul></section>'
    )


def _cell(value: dict[str, float]) -> str:
    mean = f"{value['mean']:.3f}"
    if "low" not in value:
        return f"<td>{mean}</td>"
    interval = f"{value['low']:.3f} to {value['high']:.3f}"
    return f'<td>{mean}<small title="95 % interval">{interval}</small></td>'


def _quality(rows: list[tuple[str, str, dict[str, Any]]]) -> str:
    if not rows:
        return ""
    names = [name for name in METRICS if name in rows[0][2]]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = ""
    for what, method, values in rows:
        cells = "".join(_cell(values[name]) for name in names)
        body += f'<tr><td>{what}</td><th scope="row">{escape(method)}</th>{cells}</tr>'
    return (
        "<section><h2>How good the lists are</h2><p class='note'>Learned up to October 2011, "
        "measured on what customers bought afterwards. Higher is better.</p>"
        f'<div class="wide"><table><thead><tr><th scope="col">lists of</th>'
        f'<th scope="col">method</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        "</section>"
    )


def _chart(weekly: Any) -> str:
    top = max(weekly)
    width = 1000 / len(weekly)
    bars = "".join(
        f'<rect x="{i * width:.1f}" y="{200 - 180 * n / top:.1f}" width="{width * 0.72:.1f}" '
        f'height="{180 * n / top:.1f}" rx="2"><title>{day:%d %b %Y}: {n:,} lines</title></rect>'
        for i, (day, n) in enumerate(weekly.items())
    )
    first, last = weekly.index[0], weekly.index[-1]
    return (
        "<section><h2>What was sold, week by week</h2>"
        f'<svg viewBox="0 0 1000 200" role="img" aria-label="Lines a week, at most {top:,}">'
        f'{bars}</svg><p class="axis"><span>{first:%b %Y}</span><span>at most {top:,} lines a week'
        f"</span><span>{last:%b %Y}</span></p></section>"
    )


def write_page(
    path: Path,
    catalog: Any,
    shelves: list[Shelf],
    quality: list[tuple[str, str, dict[str, Any]]],
    weekly: Any,
) -> None:
    """Write the page; it needs nothing but itself."""
    content = "".join(_shelf(shelf, catalog) for shelf in shelves)
    content += _quality(quality) + _chart(weekly)
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEMPLATE.read_text().replace("<!-- content -->", content), "utf-8")
