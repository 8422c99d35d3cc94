"""Runs every benchmark and writes docs/quality.md."""

import datetime
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ENDCAP_DATA", PROJECT.parent / "shared" / "data"))


@dataclass(frozen=True)
class Benchmark:
    """published: a row's name -> what it knows, and its figures by metric."""

    protocol: str
    folder: str
    knows: str
    attributes: str = ""  # what the catalogue adds, if there is one
    note: str = ""
    published: dict[str, tuple[str, dict[str, float]]] = field(default_factory=dict)
    best: bool = True  # measured with effort "best", too


def rows(metrics: str, knows: str, figures: dict[str, tuple[float, ...]]) -> dict[str, Any]:
    return {
        name: (knows, dict(zip(metrics.split(), values, strict=True)))
        for name, values in figures.items()
    }


BENCHMARKS = [
    Benchmark(
        "leave-one-out",
        "amazon-beauty",
        "order",
        "categories and brands",
        "The last item of every sequence is asked for, all before it known.",
        rows(
            "recall@10 ndcg@10",
            "order",
            {
                "SASRec": (0.0605, 0.0318),
                "ActionPiece": (0.0775, 0.0424),
                "eSASRec": (0.0928, 0.0523),
                "BARGE": (0.0927, 0.0547),
                "BSARec": (0.1008, 0.0611),
            },
        )
        | rows(
            "recall@10 ndcg@10",
            "order, attributes",
            {"S3-Rec": (0.0647, 0.0327), "TIGER": (0.0648, 0.0384)},
        ),
    ),
    Benchmark(
        "sessions",
        "diginetica",
        "order",
        note="The next view of a visit, given those before it; P@20 is the hit rate.",
        published=rows(
            "hit_rate@20 mrr@20",
            "order",
            {
                "Item-KNN": (0.358, 0.116),
                "GRU4Rec": (0.295, 0.083),
                "NARM": (0.497, 0.162),
                "SR-GNN": (0.507, 0.176),
                "GCE-GNN": (0.542, 0.190),
            },
        ),
    ),
    Benchmark(
        "top-n",
        "gowalla",
        "sets",
        note="The LightGCN split: a part of each visitor's items, without order.",
        published=rows(
            "recall@20 ndcg@20",
            "sets",
            {
                "ItemCF": (0.157, 0.121),
                "EASE": (0.1765, 0.1467),
                "LightGCN": (0.182, 0.155),
                "UltraGCN": (0.1862, 0.1580),
                "SimpleX": (0.1872, 0.1557),
                "BSPM": (0.1920, 0.1597),
            },
        ),
    ),
    Benchmark(
        "next-basket",
        "tafeng",
        "order of baskets",
        note="The last basket of visitors that the model was not fitted on.",
        published=rows(
            "recall@10 ndcg@10 hit_rate@10",
            "order of baskets",
            {
                "Top": (0.1025, 0.0974, 0.3047),
                "Personal top": (0.1214, 0.1128, 0.3763),
                "Sets2Sets": (0.1427, 0.1270, 0.4347),
                "DNNTSP": (0.1752, 0.1517, 0.4789),
            },
        ),
    ),
    Benchmark(
        "multi",
        "retailrocket-multi",
        "times, views, carts, purchases",
        note="One later purchase a visitor; none of them was in its visitor's history.",
    ),
    Benchmark(
        "retail",
        "online-retail",
        "times, invoices",
        "titles and prices",
        "Purchases from 2011-11-01 on, of items new to the customer (explore) and of all.",
    ),
    Benchmark(
        "cold-items",
        "online-retail",
        "times, invoices",
        "titles and prices",
        "A tenth of the items is in the catalogue only. cold: purchases of those, by lists of all "
        "items; shelf: by lists of those items alone; warm: purchases of the others.",
        best=False,
    ),
    Benchmark(
        "new-visitors",
        "online-retail",
        "times, invoices",
        "titles and prices",
        "Customers that the model was not fitted on, after 1 to 3 items of their first invoice.",
        best=False,
    ),
]
HEAD = """\
# Quality on public shop data

Written by `make quality` on {date}, commit {commit}, {processors} processors, seed 0, the same call
for every set, no settings but the effort: the usual one, or `best` with its usual quarter of an
hour. Models and weights are chosen on the newest part of the training data; the test part is only
read to compute these figures. Ties count against the model. Memory is the peak of the process after
the fit, reading the data included. The best single model is the one that is best on validation at
the usual effort, fitted and weighed alone. Published rows are quoted from their papers, under the
same definition of the metrics.
"""


def run(benchmark: Benchmark, effort: str, *options: str) -> dict[str, Any]:
    """The result of one run, in a process of its own for its peak memory."""
    script = str(PROJECT / "bench" / "quality.py")
    folder = str(DATA / benchmark.folder)
    command = [sys.executable, script, benchmark.protocol, folder, "--effort", effort, *options]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def line(name: str, knows: str, figures: dict[str, float], columns: list[str], cost: str) -> str:
    cells = [f"{figures[column]:.4f}" if column in figures else "" for column in columns]
    return f"| {name} | {knows} | {' | '.join(cells)} | {cost} |\n"


def runs(benchmark: Benchmark) -> list[tuple[str, str, dict[str, Any]]]:
    """Of each run of endcap: the row's name, what it knows, and the result."""
    known = benchmark.knows + (f", {benchmark.attributes}" if benchmark.attributes else "")
    done = []
    for effort in ("balanced", "best") if benchmark.best else ("balanced",):
        name = "**endcap**" if effort == "balanced" else f"**endcap**, effort `{effort}`"
        single = ["--single"] if effort == "balanced" else []
        done.append((name, known, run(benchmark, effort, *single)))
        if benchmark.attributes:
            result = run(benchmark, effort, "--no-catalog")
            done.append((f"{name}, without the catalogue", benchmark.knows, result))
    return done


def section(benchmark: Benchmark) -> str:
    """The table of one benchmark, a part for each question."""
    own = runs(benchmark)
    _, knows, usual = own[0]
    text = f"\n## {benchmark.folder}, {benchmark.protocol}\n\n{benchmark.note}\n"
    for name, answer in usual["answers"].items():
        columns = list(answer["metrics"])
        text += (
            f"\n{answer['queries']:,} queries" + (f", {name}" if name != "test" else "") + ":\n\n"
        )
        text += f"| | knows | {' | '.join(columns)} | fit s | answers s | peak MiB |\n"
        text += "|---" * (len(columns) + 5) + "|\n"
        for label, known, result in own:
            told = result["answers"][name]
            cost = f"{result['fit_seconds']:.1f} | {told['seconds']:.2f} | {result['memory_mib']:,}"
            text += line(label, known, told["metrics"], columns, cost)
        for rival, figures in answer["rivals"].items():
            text += line(rival, knows, figures, columns, "| |")
        for row, (known, figures) in benchmark.published.items():
            text += line(f"{row} (published)", known, figures, columns, "| |")
    return text


def main() -> None:
    commit = subprocess.run(
        ["git", "-C", str(PROJECT), "rev-parse", "--short", "HEAD"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    page = HEAD.format(
        date=datetime.date.today(),
        commit=commit,
        processors=os.cpu_count(),
    )
    for benchmark in BENCHMARKS:
        part = section(benchmark)
        print(part, flush=True)
        page += part
    (PROJECT / "docs" / "quality.md").write_text(page)


if __name__ == "__main__":
    main()
