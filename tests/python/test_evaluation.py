"""Metrics against an independent implementation (TREC's own code) and by hand."""

import math

import numpy as np
import pytest
import pytrec_eval

import endcap
from endcap.evaluation import evaluate

TREC_NAMES = {"recall": "recall", "P": "precision", "map_cut": "map", "ndcg_cut": "ndcg"}


def random_queries(rng, n):
    lists = [rng.permutation(60)[: rng.integers(1, 30)].tolist() for _ in range(n)]
    relevant = [rng.permutation(60)[: rng.integers(1, 25)].tolist() for _ in range(n)]
    return lists, relevant


def test_every_metric_agrees_with_trec_eval():
    lists, relevant = random_queries(np.random.default_rng(3), 300)
    report = evaluate(lists, relevant, k=(5, 20))
    qrel = {str(q): {str(i): 1 for i in items} for q, items in enumerate(relevant)}
    run = {
        str(q): {str(item): float(-rank) for rank, item in enumerate(items)}
        for q, items in enumerate(lists)
    }
    judge = pytrec_eval.RelevanceEvaluator(qrel, {f"{name}.5,20" for name in TREC_NAMES})
    answers = judge.evaluate(run)
    for theirs, ours in TREC_NAMES.items():
        for k in (5, 20):
            expected = [answers[str(q)][f"{theirs}_{k}"] for q in range(len(lists))]
            np.testing.assert_allclose(report.values[f"{ours}@{k}"], expected, atol=1e-9)


def test_a_list_worked_by_hand():
    # Hits at ranks 1 and 3 of 4; four right items, of which a list of 3 can hold three.
    report = evaluate([["e", "b", "g", "c"]], [["d", "e", "g", "i"]], k=3, denominator="min")
    assert report["recall@3"] == pytest.approx(2 / 3)
    assert report["precision@3"] == pytest.approx(2 / 3)
    assert report["map@3"] == pytest.approx((1 + 2 / 3) / 3)
    assert report["ndcg@3"] == pytest.approx(1.5 / (1.5 + 1 / math.log2(3)))
    assert report["mrr@3"] == report["hit_rate@3"] == 1


class TiedPicks:
    items = np.array([["a", "b", None]], object)
    scores = np.array([[0.5, 0.5, math.nan]], np.float32)


def test_ties_of_scores_count_against_the_model():
    assert evaluate(TiedPicks(), [["a"]], k=3)["mrr@3"] == 0.5
    assert evaluate(TiedPicks.items, [["a"]], k=3)["mrr@3"] == 1


def test_unfilled_places_are_misses():
    assert evaluate([[None, None], [1, None]], [[1], [1]], k=2)["precision@2"] == 0.25
    assert evaluate([[]], [[1]], k=2)["recall@2"] == 0


def test_metrics_of_all_lists_together():
    popularity = {"a": 8, "b": 4, "c": 4, "d": 0}
    report = evaluate([["a", "b"], ["a", "c"]], [["a"], ["b"]], 2, train_popularity=popularity)
    # 8 of 16 events is one bit, 4 of 16 two; a is shown twice, b and c once, d never.
    assert report["novelty@2"] == pytest.approx(1.5)
    assert report["coverage@2"] == pytest.approx(0.75)
    # Rising 0 1 1 2 with weights -3 -1 1 3: 6 / (4 * 4).
    assert report["gini@2"] == pytest.approx(6 / 16)


def test_an_interval_holds_the_mean_and_is_repeatable():
    lists, relevant = random_queries(np.random.default_rng(4), 200)
    first = evaluate(lists, relevant, k=10, seed=5).to_dict()
    assert first == evaluate(lists, relevant, k=10, seed=5).to_dict()
    for row in first.values():
        assert row["low"] < row["mean"] < row["high"]


def test_comparing_finds_the_better_lists():
    rng = np.random.default_rng(5)
    lists, relevant = random_queries(rng, 200)
    perfect = evaluate(relevant, relevant, k=10)
    gain = perfect.compare(evaluate(lists, relevant, k=10))["ndcg@10"]
    assert gain["low"] > 0
    assert gain["p_value"] < 0.01
    assert perfect.compare(perfect)["ndcg@10"]["p_value"] == 1


def test_reports_show_themselves():
    report = evaluate([[1, 2]], [[2]], k=2)
    assert "mrr@2         0.5000   0.5000   0.5000" in str(report)
    assert "<td>0.5000</td>" in report._repr_html_()
    assert "p_value" in str(report.compare(report))
    assert "<th>p_value</th>" in report.compare(report)._repr_html_()


@pytest.mark.parametrize(
    ("lists", "relevant", "options", "message"),
    [
        ([[1]], [[1], [2]], {}, "relevant must have one entry"),
        ([], [], {}, "relevant must have one entry"),
        ([[1]], [[]], {}, "got none for query 0"),
        ([[1]], [[1]], {"k": 0}, "k must be 1 or more, got 0"),
        ([[1]], [[1]], {"k": ()}, "k must be 1 or more"),
        ([[1]], [[1]], {"confidence": 1}, "confidence must be in"),
        ([[1]], [[1]], {"denominator": "k"}, "denominator must be"),
        ([[1]], [[1]], {"train_popularity": {2: 1}}, "train_popularity must name"),
    ],
)
def test_wrong_arguments_are_refused(lists, relevant, options, message):
    with pytest.raises(ValueError, match=message):
        evaluate(lists, relevant, **options)


def test_reports_of_different_queries_are_not_compared():
    one, two = evaluate([[1]], [[1]]), evaluate([[1], [2]], [[1], [2]])
    with pytest.raises(ValueError, match="theirs"):
        one.compare(two)


def test_evaluate_is_part_of_the_package():
    assert endcap.evaluate is evaluate
