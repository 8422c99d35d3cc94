"""The lists of a real shop's log must stay as good as they were, with no settings."""

from __future__ import annotations

import sys
from pathlib import Path

import endcap
from endcap.evaluation import evaluate

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

# Below what was measured, .159/.152 for new items and .373/.384 for all.
FLOORS = {"explore": (0.150, 0.144), "all": (0.370, 0.375)}


def test_lists_of_the_online_retail_log_stay_good() -> None:
    from protocols import retail

    task = retail(ROOT / "examples" / "data")
    catalog = endcap.Catalog.from_frame(task.items, item="item")
    shop = endcap.Recommender.fit(task.events, catalog, progress=False)
    for name, (recall, ndcg) in FLOORS.items():
        question = task.questions[name]
        report = evaluate(question.ask(shop), question.relevant, k=[10], denominator="min")
        assert report["recall@10"] >= recall, name
        assert report["ndcg@10"] >= ndcg, name
