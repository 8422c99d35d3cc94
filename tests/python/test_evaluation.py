"""Metrics against an independent implementation (TREC's own code) and by hand."""

import math

import numpy as np
import pytest
import pytrec_eval

import endcap
from endcap.evaluation import evaluate

TREC_NAMES = {
    "recall": "recall",
    "P": "precision",
    "map_cut": "map",
    "ndcg_cut": "ndcg",
    "success": "hit_rate",
}
KS = (5, 20)


def random_queries(rng, n):
    lists = [rng.permutation(60)[: rng.integers(1, 30)].tolist() for _ in range(n)]
    relevant = [rng.permutation(60)[: rng.integers(1, 25)].tolist() for _ in range(n)]
    return lists, relevant


def trec_answers(lists, relevant, measures):
    qrel = {str(q): {str(i): 1 for i in items} for q, items in enumerate(relevant)}
    run = {
        str(q): {str(item): float(-rank) for rank, item in enumerate(items)}
        for q, items in enumerate(lists)
    }
    answers = pytrec_eval.RelevanceEvaluator(qrel, set(measures)).evaluate(run)
    return [answers[str(q)] for q in range(len(lists))]


def test_every_metric_agrees_with_trec_eval():
    lists, relevant = random_queries(np.random.default_rng(3), 300)
    report = evaluate(lists, relevant, k=KS)
    answers = trec_answers(lists, relevant, [f"{name}.5,20" for name in TREC_NAMES])
    for theirs, ours in TREC_NAMES.items():
        for k in KS:
            expected = [answer[f"{theirs}_{k}"] for answer in answers]
            np.testing.assert_allclose(report.values[f"{ours}@{k}"], expected, atol=1e-9)
    for k in KS:  # TREC cuts no reciprocal rank: so the list is cut
        answers = trec_answers([items[:k] for items in lists], relevant, ["recip_rank"])
        expected = [answer["recip_rank"] for answer in answers]
        np.testing.assert_allclose(report.values[f"mrr@{k}"], expected, atol=1e-9)


class Scored:
    def __init__(self, items, scores, probabilities=None):
        self.items, self.scores = np.array(items, object), np.array(scores, np.float32)
        if probabilities is not None:
            self.probabilities = np.array(probabilities, np.float32)


def test_ties_agree_with_trec_eval_when_it_sees_misses_first():
    rng = np.random.default_rng(6)
    lists = [rng.permutation(60)[:20].tolist() for _ in range(200)]
    relevant = [rng.permutation(60)[:15].tolist() for _ in range(200)]
    scores = -np.sort(rng.integers(0, 6, (200, 20)))  # falling, with many equals
    cautious = [
        [
            item
            for _, _, item in sorted((-s, i in right, i) for i, s in zip(items, row, strict=True))
        ]
        for items, row, right in zip(lists, -scores * -1.0, relevant, strict=True)
    ]
    report = evaluate(Scored(lists, scores), relevant, k=5)
    answers = trec_answers(cautious, relevant, ["ndcg_cut.5", "map_cut.5"])
    for theirs, ours in (("ndcg_cut_5", "ndcg@5"), ("map_cut_5", "map@5")):
        expected = [answer[theirs] for answer in answers]
        np.testing.assert_allclose(report.values[ours], expected, atol=1e-9)


def test_a_list_worked_by_hand():
    # Hits at ranks 1 and 3 of 4; four right items, of which a list of 3 can hold three.
    report = evaluate([["e", "b", "g", "c"]], [["d", "e", "g", "i"]], k=3, denominator="min")
    assert report["recall@3"] == pytest.approx(2 / 3)
    assert report["precision@3"] == pytest.approx(2 / 3)
    assert report["map@3"] == pytest.approx((1 + 2 / 3) / 3)
    assert report["ndcg@3"] == pytest.approx(1.5 / (1.5 + 1 / math.log2(3)))
    assert report["mrr@3"] == report["hit_rate@3"] == 1


def test_ties_of_scores_count_against_the_model():
    tied = Scored([["a", "b", None]], [[0.5, 0.5, math.nan]])
    assert evaluate(tied, [["a"]], k=3)["mrr@3"] == 0.5
    assert evaluate(tied.items, [["a"]], k=3)["mrr@3"] == 1


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
    lists = [["a", "b"], ["a", "b"], ["a", "c"]]
    more = evaluate(lists, [["a"]] * 3, 2, train_popularity=popularity)
    low, high = more.intervals["coverage@2"]  # c is shown by one query only
    assert low < 0.75 < high


def test_prices_and_labels_add_revenue_and_diversity():
    prices = {"a": 3.0, "b": 2.0, "c": math.nan}
    labels = {"a": ["tea", "green"], "b": ["tea"], "c": []}
    report = evaluate(
        [["a", "b"], ["c", "b"]], [["a", "b"], ["b"]], 2, prices=prices, labels=labels
    )
    assert report.values["revenue@2"].tolist() == [5, 2]
    assert report.values["diversity@2"].tolist() == [0.5, 1]


def test_probabilities_add_a_reliability_table():
    picks = Scored([["a", "b"], ["a", "c"]], [[2, 1], [2, 1]], [[0.5, 0.25], [0.5, 0.25]])
    report = evaluate(picks, [["a"], ["b"]], 2)
    # Of two shown at .5 one was right, of two at .25 none: (0 * 2 + .25 * 2) / 4.
    assert report["ece@2"] == pytest.approx(0.125)
    assert [row["observed"] for row in report.reliability] == [0, 0.5]


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
    assert "mrr@2        0.5000  0.5000  0.5000" in str(report)
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
        ([[1]], [[1]], {"prices": {2: 1}}, "prices must name every listed item, got none for 1"),
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
