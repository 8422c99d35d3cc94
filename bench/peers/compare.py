"""Measures endcap beside its peers in one run and prints how many times as fast it is.

usage: compare.py PYTHON_OF_PEERS [MODEL ...], as in als64. Data: $ENDCAP_DATA/gowalla. A ratio
counts only where the quality is as good, so NDCG@20 stands beside it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("ENDCAP_DATA", HERE.parents[2] / "shared" / "data")) / "gowalla"
PAIRS = [
    ("endcap-als64", ["implicit-als64", "irspack-als64", "cmfrec-als64"]),
    ("endcap-als128", ["implicit-als128", "irspack-als128", "cmfrec-als128"]),
    ("endcap-als256", ["implicit-als256", "irspack-als256", "cmfrec-als256"]),
    ("endcap-knn", ["implicit-knn"]),
]
FIGURES = ["fit_s", "fit_cpu_s", "all_s", "all_cpu_s", "p50_us", "p99_us"]


def measure(python: str, model: str) -> dict[str, Any]:
    """The figures of one model, in a process of its own."""
    # Set for the machine's own use, these slow the peers down.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    command = [python, str(HERE / "one.py"), model, str(DATA)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=kept)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def show(figures: dict[str, Any], times: str = "") -> None:
    numbers = " ".join(f"{figures[name]:>10.3f}" for name in FIGURES)
    print(f"{figures['model']:<16} {figures['ndcg@20']:.4f} {numbers} {times}", flush=True)


def main() -> None:
    print(f"{'model':<16} {'N@20':<6} " + " ".join(f"{name:>10}" for name in FIGURES))
    for ours, peers in PAIRS:
        if sys.argv[2:] and ours.split("-")[1] not in sys.argv[2:]:
            continue
        own = measure(sys.executable, ours)
        show(own)
        for peer in peers:
            theirs = measure(sys.argv[1], peer)
            ratios = " ".join(f"{theirs[name] / own[name]:>10.2f}" for name in FIGURES)
            show(theirs)
            print(f"{'  endcap is':<23} {ratios} times as fast", flush=True)


if __name__ == "__main__":
    main()
