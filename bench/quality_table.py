"""Runs every benchmark and writes docs/quality.md."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ENDCAP_DATA", PROJECT.parent / "shared" / "data"))
RUNS = [
    ("leave-one-out", "amazon-beauty"),
    ("sessions", "diginetica"),
    ("top-n", "gowalla"),
    ("next-basket", "tafeng"),
    ("multi", "retailrocket-multi"),
    ("retail", "online-retail"),
]
HEAD = """\
# Quality on public shop data

Written by `make quality` on {date}, commit {commit}, {processors} processors, effort `{effort}`,
seed 0. The model chooses and weighs its parts on the newest part of the training data; the test
part is only read to compute these figures. Ties count against the model. Memory is the peak of the
whole process, reading the data included. "explore" asks for items that the visitor has not had,
"all" for repeats too; no target of `retailrocket-multi` was in its user's history.

| data | protocol | queries | figures | fit s | answers s | peak MiB |
|---|---|---|---|---|---|---|
"""


def run(protocol: str, folder: str, effort: str) -> str:
    """The table rows of one benchmark, each run in a process of its own for its peak memory."""
    script = str(PROJECT / "bench" / "quality.py")
    command = [sys.executable, script, protocol, str(DATA / folder), "--effort", effort]
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    rows = ""
    for name, answer in result["answers"].items():
        figures = ", ".join(f"{metric} {value:.4f}" for metric, value in answer["metrics"].items())
        part = protocol if name == "test" else f"{protocol}, {name}"
        rows += (
            f"| {folder} | {part} | {answer['queries']:,} | {figures} | {result['fit_seconds']:.1f}"
            f" | {answer['seconds']:.2f} | {result['memory_mib']:,} |\n"
        )
    return rows


def main() -> None:
    effort = sys.argv[1] if len(sys.argv) > 1 else "balanced"
    commit = subprocess.run(
        ["git", "-C", str(PROJECT), "rev-parse", "--short", "HEAD"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    table = HEAD.format(
        date=datetime.date.today(),
        commit=commit,
        processors=os.cpu_count(),
        effort=effort,
    )
    for protocol, folder in RUNS:
        table += run(protocol, folder, effort)
        print(table.splitlines()[-1], flush=True)
    (PROJECT / "docs" / "quality.md").write_text(table)


if __name__ == "__main__":
    main()
