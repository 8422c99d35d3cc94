"""The report as a page of a notebook: no script, no outside file, readable when narrow or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from endcap._report_words import PURPOSES, held_out_sentence, interval, plain_name, points, size

if TYPE_CHECKING:
    from endcap import _core
    from endcap.fit_report import FitReport

_STYLE = """
.endcap-report{font:14px/1.5 system-ui,sans-serif;max-width:70rem;color:inherit}
.endcap-report h3{font-size:1.3em;margin:0 0 .3em}
.endcap-report h4{font-size:1em;margin:1.6em 0 .4em}
.endcap-report p{margin:.3em 0}
.endcap-report small{opacity:.7;font-size:.86em}
.endcap-report .cards{display:flex;flex-wrap:wrap;gap:1rem;margin-top:1rem}
.endcap-report .card{flex:1 1 24rem;min-width:0;border:1px solid #8885;border-radius:8px;
padding:.8rem 1rem}
.endcap-report .big{font-size:1.7em;font-weight:600;line-height:1.2}
.endcap-report .line{display:grid;grid-template-columns:1fr auto;gap:.25rem .6rem;
margin-top:.6rem;line-height:1.2}
.endcap-report em{font-style:normal;font-variant-numeric:tabular-nums}
.endcap-report .track{position:relative;grid-column:1/3;height:.7rem;background:#8882;
border-radius:3px}
.endcap-report .track i{position:absolute;top:0;bottom:0;background:#2a7de166;border-radius:3px}
.endcap-report .track b{position:absolute;top:-2px;bottom:-2px;width:3px;margin-left:-1px;
background:#2a7de1}
.endcap-report .other i{background:#8886}.endcap-report .other b{background:#888}
.endcap-report .scroll{overflow-x:auto}
.endcap-report table{border-collapse:collapse;width:100%;margin:0;font-size:.93em}
.endcap-report th,.endcap-report td{text-align:right;padding:.35em .4em;vertical-align:top;
border-bottom:1px solid #8883;white-space:nowrap;background:none}
.endcap-report th:first-child,.endcap-report td:first-child{text-align:left;white-space:normal;
min-width:9rem;padding-left:0}
.endcap-report th{font-weight:600;vertical-align:bottom}
.endcap-report td small{display:block}
.endcap-report ul{margin:.3em 0;padding:0;list-style:none}
.endcap-report li{border-left:4px solid #d9902f;background:#d9902f1c;padding:.45em .8em;
margin:.4em 0;border-radius:0 6px 6px 0}
.endcap-report summary{cursor:pointer}
"""


def page(report: FitReport) -> str:
    """Return the whole report."""
    parts = [
        "<h3>How these lists were made</h3>",
        f"<p>{escape(held_out_sentence(report))}</p>",
        _cards(report),
        _warnings(report.warnings),
        _in_use(report),
        _left_out(report),
        f"<p><small>The fit took {report.seconds:,.1f} s. Quality is NDCG@20 in points of a "
        "hundred: 100 if every list had all that its visitor went on to choose, in first place. "
        "Ranges hold 95 % of what other visitors could have shown.</small></p>",
    ]
    return f'<div class="endcap-report"><style>{_STYLE}</style>{"".join(parts)}</div>'


def _cards(report: FitReport) -> str:
    cards = [_card(report, purpose) for purpose in PURPOSES if report.n_queries[purpose]]
    return f'<div class="cards">{"".join(cards)}</div>' if cards else ""


def _card(report: FitReport, purpose: str) -> str:
    place = list(PURPOSES).index(purpose)
    best = report.best_model[purpose]
    alone = {model.name: model.alone[place] for model in report.models}
    sellers = max(
        (figure for name, figure in alone.items() if name.startswith("popularity")), default=None
    )
    lines = [("these lists", report.quality[purpose], "")]
    if best:
        lines.append((plain_name(best) or best, alone[best], "other"))
    if sellers and not best.startswith("popularity"):
        lines.append(("best sellers", sellers, "other"))
    top = max(figure[2] for _, figure, _ in lines) * 1.05 or 1
    return (
        f'<div class="card"><p>Lists of {escape(PURPOSES[purpose])}</p>'
        f'<p class="big">{points(report.quality[purpose][0])} <small>of 100</small></p>'
        f"<p><small>Asked about {report.n_queries[purpose]:,} visitors: "
        f"{_verdict(report.lead[purpose], plain_name(best) or best)}.</small></p>"
        + "".join(_line(name, figure, top, kind) for name, figure, kind in lines)
        + "</div>"
    )


def _verdict(lead: tuple[float, float, float], rival: str) -> str:
    value, low, high = (points(part, sign=True) for part in lead)
    alone = f"<b>{escape(rival)}</b> alone"
    verdict = f"as good as {alone}, as far as can be told"
    if lead[1] > 0 or lead[2] < 0:
        verdict = f"{'better' if lead[0] > 0 else 'worse'} than {alone}"
    return f"{verdict}: {value} points ({low} to {high})"


def _weight(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _line(name: str, figure: tuple[float, float, float], top: float, kind: str) -> str:
    value, low, high = (min(max(part / top, 0), 1) * 100 for part in figure)
    return (
        f'<div class="line {kind}" title="{escape(interval(figure))}"><span>{escape(name)}</span>'
        f"<em>{points(figure[0])}</em>"
        f'<div class="track"><i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<b style="left:{value:.1f}%"></b></div></div>'
    )


def _warnings(warnings: list[str]) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    return f"<h4>Look at your data</h4><ul>{items}</ul>"


def _name_cell(model: _core.TriedModel) -> str:
    plain = plain_name(model.name)
    if not plain:
        return f"<td>{escape(model.name)}</td>"
    return f"<td>{escape(plain)}<small>{escape(model.name)}</small></td>"


def _gain_cell(model: _core.TriedModel, place: int) -> str:
    if model.weights[place] == 0:
        return "<td>&ndash;</td>"
    value, low, high = (points(part, sign=True) for part in model.gain[place])
    return f"<td><em>{value}</em><small>{low} to {high}</small></td>"


def _alone_cell(model: _core.TriedModel, place: int) -> str:
    figure = model.alone[place]
    if figure[0] == 0:  # it has nothing to say here, or was not fitted
        return "<td>&ndash;</td>"
    return f'<td title="{interval(figure)}"><em>{points(figure[0])}</em></td>'


def _weights_cell(model: _core.TriedModel, places: list[int]) -> str:
    weights = [f"<em>{_weight(model.weights[place])}</em>" for place in places]
    lines = (" / ".join(weights[n : n + 2]) for n in range(0, len(weights), 2))
    return f"<td>{'<br>'.join(lines)}</td>"


def _shown(report: FitReport) -> dict[int, str]:
    """Columns for the purposes that somebody was asked about."""
    names = ("new items", "all items", "new,<br>first visit", "all,<br>first visit")
    return {p: names[p] for p, purpose in enumerate(PURPOSES) if report.n_queries[purpose]}


def _head(first: str, figures: list[str], shown: dict[int, str], last: str) -> str:
    cells = [f"<th>{figure},<br>{name}</th>" for figure in figures for name in shown.values()]
    return f"<thead><tr><th>{first}</th>{''.join(cells)}{last}</tr></thead>"


def _in_use(report: FitReport) -> str:
    used = [model for model in report.models if model.fate == "in use"]
    used.sort(key=lambda model: -max(gain[0] for gain in model.gain))
    shown = _shown(report)
    head = _head(
        "What speaks in the lists", ["adds", "alone"], shown, "<th>weights</th><th>cost</th>"
    )
    rows = []
    for model in used:
        cells = [_name_cell(model)]
        cells += [_gain_cell(model, place) for place in shown]
        cells += [_alone_cell(model, place) for place in shown]
        cells.append(_weights_cell(model, list(shown)))
        cells.append(f"<td><em>{model.fit_seconds:.1f} s</em>")
        cells.append(f"<small>{size(model.n_bytes)}</small></td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        "<h4>In use</h4><p><small>“Adds” is what the lists lose without this part, the others "
        "unchanged; parts that say the same cover for each other. Weights stand in the order of "
        "the columns. The cost is time of the fit, and memory.</small></p>"
        f'<div class="scroll"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'
    )


def _left_out(report: FitReport) -> str:
    reasons = {
        "no gain": "The lists are as good without it.",
        "no time": "It would not have been fitted within the time budget.",
        "not installed": "It takes XGBoost, which is not here (Debian: libxgboost-dev).",
    }
    shown = _shown(report)
    rows = [
        f"<tr>{_name_cell(model)}{''.join(_alone_cell(model, place) for place in shown)}"
        f"<td>{reasons[model.fate]}</td></tr>"
        for model in report.models
        if model.fate in reasons
    ]
    if not rows:
        return ""
    return (
        f"<h4>Left out</h4><details><summary>{len(rows)} models were tried or thought of and are "
        f'not in use</summary><div class="scroll"><table>'
        f"{_head('model', ['alone'], shown, '<th>why</th>')}"
        f"<tbody>{''.join(rows)}</tbody></table></div></details>"
    )
