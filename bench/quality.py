"""Fits endcap on one benchmark and prints its quality, time and memory as one JSON line."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import endcap
from endcap.evaluation import evaluate
from protocols import PROTOCOLS, Question


def figures(question: Question, picks: Any) -> dict[str, float]:
    ks = sorted({int(metric.split("@")[1]) for metric in question.metrics})
    report = evaluate(picks, question.relevant, k=ks, denominator=question.denominator)
    return {metric: round(report[metric], 5) for metric in question.metrics}


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    task = PROTOCOLS[arguments.protocol](arguments.folder)
    catalog = None
    if task.items is not None and not arguments.no_catalog:
        catalog = endcap.Catalog.from_frame(task.items, item="item")

    def fit(**options: Any) -> endcap.Recommender:
        common = {"threads": arguments.threads, "seed": arguments.seed}
        return endcap.Recommender.fit(task.events, catalog, **common, **options)

    start = time.perf_counter()
    shop = fit(
        effort=arguments.effort,
        time_budget=arguments.time_budget,
        progress=sys.stderr.isatty(),
    )
    fit_seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    answers = {}
    for name, question in task.questions.items():
        start = time.perf_counter()
        picks = question.ask(shop)
        seconds = time.perf_counter() - start
        rivals = {rival: figures(question, ask()) for rival, ask in question.rivals.items()}
        best = shop.report.best_model[question.purpose]
        if arguments.single and best:
            alone = fit(models=[best], progress=False)
            rivals[f"best single model, {best}"] = figures(question, question.ask(alone))
        answers[name] = {
            "queries": len(question.relevant),
            "seconds": round(seconds, 2),
            "metrics": figures(question, picks),
            "rivals": rivals,
        }
    return {
        "protocol": arguments.protocol,
        "data": arguments.folder.name,
        "effort": arguments.effort,
        "seed": arguments.seed,
        "catalog": catalog is not None,
        "fit_seconds": round(fit_seconds, 2),
        "answers": answers,
        "memory_mib": memory,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("protocol", choices=PROTOCOLS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--effort", default="balanced")
    parser.add_argument("--time-budget", type=float, help="seconds, with --effort best")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="0: all processors")
    parser.add_argument("--no-catalog", action="store_true", help="learn from the events alone")
    parser.add_argument("--single", action="store_true", help="the best single model beside it")
    print(json.dumps(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
