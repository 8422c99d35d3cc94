"""The approximate index beside all products."""

import numpy as np
import pytest
from scipy.sparse import random_array

from endcap import Als, ApproximateIndex

RNG = np.random.default_rng(0)
CENTRES = RNG.normal(size=(30, 8))


def vectors(n):
    spread = CENTRES[RNG.integers(30, size=n)] + 0.5 * RNG.normal(size=(n, 8))
    return (RNG.uniform(0.1, 1, (n, 1)) * spread).astype(np.float32)


def test_most_of_the_best_are_found_with_the_scores_of_all_products():
    items, queries = vectors(4000), vectors(50)
    index = ApproximateIndex(items)
    assert len(index) == 4000
    ids, scores = index.search(queries, N=20)
    assert ids.shape == scores.shape == (50, 20)
    products = queries @ items.T
    best = np.argsort(-products)[:, :20]
    found = sum(len(np.intersect1d(a, b)) for a, b in zip(ids, best, strict=True)) / best.size
    assert found > 0.95
    assert index.recall(queries, N=20) == pytest.approx(found, abs=0.002)
    assert scores == pytest.approx(np.take_along_axis(products, ids, 1), rel=1e-4)


def test_it_answers_for_the_factors_of_a_model():
    likes = random_array((200, 500), density=0.02, rng=RNG, dtype=np.float32).tocsr()
    likes.data[:] = 1
    model = Als(factors=8)
    model.fit(likes)
    assert model.item_factors.shape == (500, 8)
    users = model.user_factors(likes[:5])
    ids, scores = ApproximateIndex(model.item_factors).search(users, N=10)
    wanted, values = model.recommend(
        np.arange(5), likes[:5], N=10, filter_already_liked_items=False
    )
    assert ids.tolist() == wanted.tolist()  # a small catalogue is searched exactly
    assert scores == pytest.approx(values)


def test_few_items_give_short_lists():
    assert ApproximateIndex(vectors(3)).search(vectors(2), N=10)[0].shape == (2, 3)
    assert len(ApproximateIndex(np.zeros((0, 4)))) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vectors": [1.0, 2.0]}, r"vectors must be an array \(n, width\), got .* shape \(2,\)"),
        ({"vectors": [[1.0, np.nan]]}, "vectors must be finite, got nan"),
        ({"links": 1}, "links must be an integer from 2"),
        ({"breadth": 0}, "breadth must be an integer from 1"),
        ({"build_breadth": 1.5}, "build_breadth must be an integer from 1"),
    ],
)
def test_errors_name_argument_rule_and_value(arguments, message):
    with pytest.raises(ValueError, match=message):
        ApproximateIndex(**{"vectors": vectors(5)} | arguments)


def test_queries_must_be_as_wide():
    index = ApproximateIndex(vectors(5))
    with pytest.raises(ValueError, match=r"queries must be as wide as the vectors \(8\), got 3"):
        index.search(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="queries must be finite, got nan"):
        index.search(np.full((1, 8), np.nan))
