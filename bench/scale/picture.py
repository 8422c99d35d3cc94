"""Draws measures against the size of the log, both axes logarithmic, as SVG."""

from __future__ import annotations

import math

Run = dict[str, float]
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]

# What is drawn, panel by panel: the title, the unit and the measures with their names.
PANELS = [
    (
        "processor time of a fit",
        "s",
        {
            "rp3beta_cpu_seconds": "RP3beta",
            "rules_cpu_seconds": "sequential rules",
            "session_knn_cpu_seconds": "session kNN",
            "shop_cpu_seconds": "whole recommender",
        },
    ),
    (
        "memory at most, above the events",
        "MiB",
        {
            "rp3beta_peak_mib": "RP3beta",
            "rules_peak_mib": "sequential rules",
            "shop_peak_mib": "whole recommender",
        },
    ),
    ("sizes", "MiB", {"events_mib": "events in memory", "file_mib": "model file"}),
    ("one query", "us", {"query_p50_us": "p50", "query_p99_us": "p99"}),
]


def exponent(runs: list[Run], name: str) -> float:
    """Return the slope of the measure against the number of events, both as logarithms."""
    points = [(math.log(run["events"]), math.log(run[name])) for run in runs]
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def panel(runs: list[Run], place: int) -> str:
    """Draw one panel, 400 x 300, both axes logarithmic."""
    title, unit, measures = PANELS[place]
    left, top, width, height = 70 + place % 2 * 420, 40 + place // 2 * 310, 320, 220
    xs = [math.log10(run["events"]) for run in runs]
    values = [math.log10(run[name]) for run in runs for name in measures]
    x0, x1 = math.floor(min(xs) + 0.05), math.ceil(max(xs) - 0.05)
    y0, y1 = math.floor(min(values)), max(math.ceil(max(values)), math.floor(min(values)) + 1)

    def x(value: float) -> float:
        return left + (value - x0) / (x1 - x0) * width

    def y(value: float) -> float:
        return top + height - (value - y0) / (y1 - y0) * height

    out = [f'<text x="{left}" y="{top - 10}" font-weight="bold">{title}, {unit}</text>']
    for decade in range(x0, x1 + 1):
        out.append(
            f'<path d="M{x(decade):.0f} {top}v{height}" stroke="#ddd"/>'
            f'<text x="{x(decade):.0f}" y="{top + height + 16}" text-anchor="middle">'
            f"10<tspan dy='-5' font-size='9'>{decade}</tspan></text>"
        )
    for decade in range(y0, y1 + 1):
        out.append(
            f'<path d="M{left} {y(decade):.0f}h{width}" stroke="#ddd"/>'
            f'<text x="{left - 6}" y="{y(decade) + 4:.0f}" text-anchor="end">'
            f"{10.0**decade:g}</text>"
        )
    for k, (name, label) in enumerate(measures.items()):
        points = [(x(a), y(math.log10(run[name]))) for a, run in zip(xs, runs, strict=True)]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        out.append(
            f'<polyline points="{line}" fill="none" stroke="{COLOURS[k]}" stroke-width="2"/>'
        )
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{COLOURS[k]}"/>' for a, b in points]
        out.append(
            f'<text x="{left + 8}" y="{top + 16 + 15 * k}" fill="{COLOURS[k]}">'
            f"{label}: {exponent(runs, name):.2f}</text>"
        )
    return "\n".join(out)


def picture(runs: list[Run]) -> str:
    panels = "\n".join(panel(runs, place) for place in range(len(PANELS)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 650" font-family="sans-serif" '
        f'font-size="12">\n<rect width="840" height="650" fill="white"/>\n{panels}\n</svg>\n'
    )
