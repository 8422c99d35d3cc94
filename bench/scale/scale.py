#!/usr/bin/env python3
"""What endcap costs as a shop grows: runs endcap_scale, fills docs/scale.md, draws docs/scale.svg.

bench/scale/scale.py            10^5 to 10^7 events
bench/scale/scale.py 1e8 ...    these sizes; earlier ones are kept
bench/scale/scale.py none       only writes anew
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCALE = ROOT / "build/release/endcap_scale"
PAGE = ROOT / "docs/scale.md"
RESULTS = Path(__file__).with_name("results.json")
SIZES = ["1e5", "316e3", "1e6", "316e4", "1e7"]
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
    ("sizes", "MiB", {"events_mib": "process with the events", "file_mib": "model file"}),
    ("one query", "us", {"query_p50_us": "p50", "query_p99_us": "p99"}),
]


def read(*command: str | Path) -> Run:
    done = subprocess.run([SCALE, *command], check=True, capture_output=True, text=True)
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}


def measure(size: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        run = read("run", str(size), folder)
    print(size, run, flush=True)
    return run


def exponent(runs: list[Run], name: str) -> float:
    """Return the slope of the measure against the number of events, both as logarithms."""
    points = [(math.log(run["events"]), math.log(run[name])) for run in runs]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    below = sum((x - mean_x) ** 2 for x, _ in points)
    return above / below


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


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(runs: list[Run]) -> str:
    head = ["measure", *(number(run["events"]) for run in runs), "exponent"]
    lines = [head, ["---", *["---:"] * (len(runs) + 1)]]
    for title, unit, measures in PANELS:
        for name, label in measures.items():
            values = [number(run[name]) for run in runs]
            lines.append([f"{title}: {label}, {unit}", *values, f"{exponent(runs, name):.2f}"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fill(page: str, name: str, text: str) -> str:
    """Replace what stands between the comments `name` and `end`."""
    found = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    assert found.search(page), name
    return found.sub(lambda match: f"{match[1]}{text}\n{match[2]}", page)


def write(runs: list[Run], statistics: Run) -> None:
    looks = [
        f"| {name.replace('_', ' ')} | {number(value)} |" for name, value in statistics.items()
    ]
    page = fill(
        PAGE.read_text(),
        "statistics",
        "\n".join(["| a log of a million events | |", "| --- | ---: |", *looks]),
    )
    PAGE.write_text(fill(page, "growth", table(runs)))
    PAGE.with_suffix(".svg").write_text(picture(runs))


def main() -> None:
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for size in sys.argv[1:] or SIZES:
        if size != "none":
            known[size] = measure(int(float(size)))
            RESULTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    runs = sorted(known.values(), key=lambda run: run["events"])
    write(runs, read("statistics", "1000000"))


if __name__ == "__main__":
    main()
