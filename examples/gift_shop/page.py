"""Shows the shelves as one page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from gift_shop.figures import chart, cost_table, quality_tables, read_table, why_figure
from gift_shop.log import Log
from gift_shop.quality import Question
from gift_shop.shelves import Place, Shelf, Why

TEMPLATE = Path(__file__).parent / "page.html"
HUES = (14, 38, 82, 150, 184, 214, 262, 338)
SMALL_WORDS = {"set", "pack", "box", "the", "and", "with", "for", "assorted"}


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    log: Log
    quality: Sequence[Question]
    aisles: Mapping[str, Sequence[Shelf]]
    why: Why
    cost: Mapping[str, str]


def write_page(path: Path, page: Page) -> None:
    """Leave the whole page at the path."""
    aisles = "".join(_aisle(name, shelves, page) for name, shelves in page.aisles.items())
    facts = {**page.log.facts, "for a list": page.cost["recommend"].replace(" us", " µs")}
    html = Template(TEMPLATE.read_text("utf-8")).substitute(
        facts="".join(
            f"<div><dt>{escape(name)}</dt><dd>{n if isinstance(n, str) else f'{n:,}'}</dd></div>"
            for name, n in facts.items()
        ),
        aisles=aisles,
        quality=quality_tables(page.quality),
        chart=chart(page.log.rows),
        read=read_table(page.log),
        cost=cost_table(page.cost),
    )
    path.write_text(html, "utf-8")


def _aisle(name: str, shelves: Sequence[Shelf], page: Page) -> str:
    why = why_figure(page.why) if name == "For a customer" else ""
    content = "".join(map(_shelf, shelves)) + why
    return f'<section class="aisle"><h2>{escape(name)}</h2>{content}</section>'


def _shelf(shelf: Shelf) -> str:
    title = escape(shelf.title)
    tiles = "".join(map(_tile, shelf.places))
    return (
        f'<section><h3>{title}</h3><p class="note">{escape(shelf.note)}</p>'
        f'<ol class="shelf" tabindex="0" aria-label="{title}">{tiles}</ol></section>'
    )


def _tile(place: Place) -> str:
    moved = f'<span class="moved">{escape(place.moved)}</span>' if place.moved else ""
    reason = place.reason[:1].upper() + place.reason[1:]
    return (
        f'<li class="tile">{_picture(place)}{moved}<h4>{escape(place.title)}</h4>'
        f'<p class="price">£{place.price:.2f}<span>score {place.score:#.3g}</span></p>'
        f'<p class="why">{escape(reason)}</p></li>'
    )


def _picture(place: Place) -> str:
    """A quiet drawing in place of a photo: its colour and shape come from the item's id."""
    seed = sha256(place.item.encode()).digest()
    words = [word for word in place.title.split() if len(word) > 2 and word[0].isalpha()]
    words = [word for word in words if word.lower() not in SMALL_WORDS] or words or [place.item]
    initials = "".join(word[0] for word in words[:2]).upper()
    x, y, radius = 20 + seed[1] % 120, 70 + seed[2] % 40, 34 + seed[3] % 30
    return (
        f'<svg class="picture" style="--hue:{HUES[seed[0] % len(HUES)]}" viewBox="0 0 160 100" '
        'preserveAspectRatio="xMidYMid slice" aria-hidden="true"><rect width="160" height="100"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius}"/><circle cx="{160 - x}" cy="{y - 62}" '
        f'r="{radius // 2}"/><text x="80" y="61">{escape(initials)}</text></svg>'
    )
