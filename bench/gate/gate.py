#!/usr/bin/env python3
"""The gate: counts the instructions of fixed tasks and fails where they have grown by over 3 %.

Counted by valgrind's callgrind on one thread at the lowest instruction level, so that every
machine counts alike and no neighbour disturbs. What is counted depends on the compiler: the
baseline holds one column for each.

    bench/gate/gate.py           compare with bench/gate/baseline.json
    bench/gate/gate.py --renew [TASK ...]
                                 write these tasks, or all, into this compiler's column of it
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
GATE = ROOT / "build/release/endcap_gate"
BASELINE = Path(__file__).with_name("baseline.json")
MOST_GROWTH = 0.03

# The C library, too, chooses by the processor: it may not.
ABOVE_BASELINE = "AVX AVX2 AVX512F BMI1 BMI2 ERMS FMA FMA4 FSRM LZCNT MOVBE SSE4_1 SSE4_2 SSSE3"
ENVIRONMENT = os.environ | {
    "ENDCAP_INSTRUCTIONS": "x86-64",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join("-" + name for name in ABOVE_BASELINE.split()),
}


def output(*command: str | Path) -> str:
    done = subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True, text=True)
    return done.stdout


def instructions(task: str, folder: Path) -> int:
    """Return how many instructions the measured part of the task takes."""
    done = subprocess.run(
        [
            "valgrind",
            "--tool=callgrind",
            "--toggle-collect=endcap_gate_measure",
            "--callgrind-out-file=/dev/null",
            GATE,
            "run",
            task,
            folder,
        ],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or counted is None:
        raise SystemExit(f"gate: {task} failed\n{done.stderr}")
    return int(counted[1])


def count_all() -> dict[str, int]:
    tasks = output(GATE, "tasks").split()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = Path(name)
        output(GATE, "prepare", folder)
        counts = pool.map(lambda task: instructions(task, folder), tasks)
        return dict(zip(tasks, counts, strict=True))


def compare(counts: dict[str, int], before: dict[str, int]) -> list[str]:
    """Print the table; return the names of the tasks that fail."""
    failed = []
    print(f"{'task':14} {'baseline':>14} {'now':>14} {'change':>8}")
    for task, now in counts.items():
        change = now / before[task] - 1 if task in before else float("inf")
        print(f"{task:14} {before.get(task, 0):14,} {now:14,} {change:+8.1%}")
        if change > MOST_GROWTH:
            failed.append(task)
    return failed


def main() -> None:
    compiler = "g++ " + output("g++", "-dumpfullversion").strip()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    counts = count_all()
    failed = compare(counts, baseline.get(compiler, {}))
    if sys.argv[1:2] == ["--renew"]:
        renewed = {task: counts[task] for task in sys.argv[2:] or counts}
        baseline[compiler] = baseline.get(compiler, {}) | renewed
        BASELINE.write_text(json.dumps(baseline, indent=2) + "\n")
        print(f"gate: wrote {BASELINE.relative_to(ROOT)} for {compiler}")
    elif failed:
        raise SystemExit(
            f"gate: over {MOST_GROWTH:.0%} more instructions than the baseline for {compiler}: "
            f"{', '.join(failed)}; if that is meant, `make gate-renew`"
        )


if __name__ == "__main__":
    main()
