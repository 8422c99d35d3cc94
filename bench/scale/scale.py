#!/usr/bin/env python3
"""What endcap costs as a shop grows: runs endcap_scale, fills docs/scale.md, draws docs/scale.svg.

bench/scale/scale.py            10^5 to 10^7 events
bench/scale/scale.py 1e8 ...    these sizes; earlier ones are kept
bench/scale/scale.py none       only writes anew
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from picture import PANELS, Run, exponent, picture

ROOT = Path(__file__).parents[2]
SCALE = ROOT / "build/release/endcap_scale"
PAGE = ROOT / "docs/scale.md"
RESULTS = Path(__file__).with_name("results.json")
SIZES = ["1e5", "316e3", "1e6", "316e4", "1e7"]


def read(*command: str | Path) -> Run:
    done = subprocess.run([SCALE, *command], check=True, capture_output=True, text=True)
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}


def measure(size: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        run = read("run", str(size), folder)
    print(size, run, flush=True)
    return run


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
