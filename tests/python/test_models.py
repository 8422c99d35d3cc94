"""Single models, called as users of implicit call theirs."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from endcap import (
    Als,
    Ease,
    Events,
    ItemKnn,
    Popularity,
    Rp3Beta,
    SequentialRules,
    SessionKnn,
    Slist,
    TurboCf,
)

# Users 0 and 1 share item 0; item 3 goes with item 2 alone.
LIKES = csr_matrix(np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [1, 0, 0, 0]], np.float32))


def test_popularity_counts_everybody():
    ids, scores = Popularity().fit(LIKES).recommend(2, LIKES[2])
    assert ids.tolist() == [0, 1]  # three like item 0, one likes item 1
    assert scores[0] > scores[1]


def test_popularity_fades_by_visitors_where_times_are_not_known():
    nobody = csr_matrix((1, 4), dtype=np.float32)
    ids, scores = Popularity(half_life_visitors=0.25).fit(LIKES).recommend(0, nobody)
    assert ids.tolist() == [0, 2, 3, 1]  # 2^-3 + 2^-2 + 1, 2^-2 + 2^-1, 2^-1 and 2^-3
    assert scores[0] == pytest.approx(np.log1p(1.375))
    with pytest.raises(ValueError, match="half_life_visitors must be positive, got -1"):
        Popularity(half_life_visitors=-1).fit(LIKES)


@pytest.mark.parametrize(
    "model", [Popularity(), Rp3Beta(), Ease(), ItemKnn(), TurboCf(), Als(factors=2)]
)
def test_liked_items_are_left_out_unless_wanted(model):
    model.fit(LIKES, threads=1)
    for user in range(4):
        liked = set(LIKES[user].indices.tolist())
        assert not liked & set(model.recommend(user, LIKES[user])[0].tolist())
    ids, _ = model.recommend(0, LIKES[0], filter_already_liked_items=False)
    assert 0 in ids


def test_many_users_are_answered_as_one_by_one():
    model = Rp3Beta().fit(LIKES)
    ids, scores = model.recommend(np.arange(4), LIKES, N=4)
    assert ids.shape == scores.shape == (4, 4)
    assert ids.dtype == np.int32
    assert scores.dtype == np.float32
    assert np.array_equal(ids == -1, np.isnan(scores))
    for user in range(4):
        alone, values = model.recommend(user, LIKES[user], N=4)
        assert ids[user][: len(alone)].tolist() == alone.tolist()
        assert scores[user][: len(alone)].tolist() == values.tolist()


@pytest.mark.parametrize("model", [Rp3Beta(), ItemKnn(), Als(factors=2)])
def test_without_user_items_the_likes_of_the_fit_are_taken(model):
    model.fit(LIKES)
    ids, scores = model.recommend(np.array([3, 0]), N=3)
    wanted, values = model.recommend(np.array([3, 0]), LIKES[[3, 0]], N=3)
    assert np.array_equal(ids, wanted)
    assert np.array_equal(scores, values, equal_nan=True)
    assert model.recommend(3)[0].tolist() == model.recommend(3, LIKES[3])[0].tolist()


@pytest.mark.parametrize("model", [Rp3Beta(), Als(factors=2)])
def test_a_row_of_the_whole_matrix_is_read_in_place(model):
    model.fit(LIKES)
    for likes in LIKES, LIKES.astype(np.float64), LIKES.astype(np.int8), LIKES.tocoo():
        for user in range(4):
            ids, scores = model.recommend(user, likes, N=3)
            wanted, values = model.recommend(user, LIKES[user], N=3)
            assert ids.tolist() == wanted.tolist()
            assert scores.tolist() == values.tolist()


def test_a_row_out_of_order_is_put_in_order():
    likes = csr_matrix((np.ones(3), np.array([2, 0, 0]), np.array([0, 3])), shape=(1, 4))
    model = Rp3Beta().fit(LIKES)
    wanted = model.recommend(1, LIKES[1])
    assert model.recommend(0, likes)[0].tolist() == wanted[0].tolist()
    assert model.recommend(0, likes)[1].tolist() == wanted[1].tolist()


def test_items_can_be_chosen_and_left_out():
    model = Popularity().fit(LIKES)
    assert model.recommend(3, LIKES[3], items=[1, 3])[0].tolist() == [1, 3]
    assert 2 not in model.recommend(3, LIKES[3], filter_items=[2])[0]


def test_similar_items_go_together():
    ids, _ = Rp3Beta().fit(LIKES).similar_items(3)
    assert ids[0] == 2


def test_many_items_are_answered_as_one_by_one():
    model = Rp3Beta().fit(LIKES)
    ids, scores = model.similar_items(np.array([0, 3]), N=2)
    assert ids.shape == scores.shape == (2, 2)
    for row, item in enumerate([0, 3]):
        alone = model.similar_items(item, N=2)[0]
        assert ids[row][: len(alone)].tolist() == alone.tolist()


def test_lists_end_where_the_items_end():
    model = Popularity().fit(LIKES)
    assert model.recommend(3, LIKES[3], N=10**9)[0].tolist() == [2, 1, 3]
    assert model.recommend([3], LIKES[3], N=10**9)[0].tolist() == [[2, 1, 3, -1]]
    assert model.recommend(3, LIKES[3], items=[])[0].tolist() == []


def test_a_cell_that_holds_nothing_is_no_like():
    zeros = LIKES.copy()
    zeros.data[1] = 0  # user 0 likes item 0 alone
    clean = zeros.copy()
    clean.eliminate_zeros()
    for model in Popularity(), ItemKnn(), Als(factors=2):
        ids, scores = model.fit(zeros).recommend(0, zeros[0])
        same, equal = model.fit(clean).recommend(0, clean[0])
        assert ids.tolist() == same.tolist()
        assert scores.tolist() == equal.tolist()
    assert zeros.nnz == LIKES.nnz


def test_ease_weighs_in_closed_form():
    likes = csr_matrix(np.array([[1, 1], [1, 0]], np.float32))
    ids, scores = Ease(regularization=1, user_power=0).fit(likes).similar_items(0)
    # X'X + I = [[3,1],[1,2]], so P = [[2,-1],[-1,3]] / 5 and B[0,1] = (1/5) / (3/5).
    assert ids.tolist() == [1]
    assert scores[0] == pytest.approx(1 / 3)


def test_the_matrix_of_the_caller_is_left_as_it_is():
    likes = csr_matrix((np.ones(3), np.array([2, 0, 0]), np.array([0, 3])), shape=(1, 3))
    Rp3Beta().fit(likes).recommend(0, likes)
    Events.from_csr(likes)
    assert likes.indices.tolist() == [2, 0, 0]


def test_item_knn_is_a_shrunken_cosine():
    ids, scores = ItemKnn(shrinkage=1).fit(LIKES).similar_items(3)
    # Items 2 and 3 share one user of 2 and 1: 1 / (sqrt(2 * 1) + 1).
    assert ids.tolist() == [2]
    assert scores[0] == pytest.approx(1 / (2**0.5 + 1))


def test_turbo_cf_filters_by_degree():
    ids, scores = TurboCf(alpha=0.5).fit(LIKES).similar_items(3)
    # User 2 has 2 items; items 2 and 3 have 2 and 1 users: 2^-1 * 2^-.5 * 1^-.5.
    assert ids.tolist() == [2]
    assert scores[0] == pytest.approx(0.5 / 2**0.5)


def test_als_finds_the_two_halves_of_a_checkerboard():
    likes = csr_matrix(np.indices((20, 10)).sum(0) % 2 == 0, dtype=np.float32)
    model = Als(factors=2).fit(likes)
    for user in range(20):
        known = likes[user].tolil()
        known[0, user % 2 + 4] = 0
        ids, _ = model.recommend(user, known.tocsr(), N=1)
        assert ids.tolist() == [user % 2 + 4]


@pytest.mark.parametrize("model", [SequentialRules(), Slist(), SessionKnn()])
def test_a_set_has_no_order(model):
    with pytest.raises(ValueError, match="interactions must have an order"):
        model.fit(LIKES)


@pytest.mark.parametrize("model", [SequentialRules(), Slist(), SessionKnn()])
def test_what_comes_after_is_told_from_the_order(model):
    model.fit(Events.from_sequences([[0, 1, 2], [0, 1, 2], [2, 0, 1]]))
    assert model.similar_items(0)[0][0] == 1


def test_the_newest_item_says_most_of_what_comes_next():
    model = SequentialRules().fit(Events.from_sequences([[0, 1], [2, 3]]))
    assert model.next([0, 2])[0].tolist() == [3, 1]
    assert model.next([2, 0])[0].tolist() == [1, 3]
    with pytest.raises(IndexError, match="history must hold items of the model, got 4"):
        model.next([4])


def test_a_session_may_come_back_to_its_item():
    sessions = Events.from_sequences([[0, 1, 0]] * 3)
    model = Slist(regularization=1, repeats=True).fit(sessions)
    assert set(model.next([0], repeats=True)[0].tolist()) == {0, 1}
    assert model.next([0])[0].tolist() == [1]


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda m: m.recommend([0, 1], LIKES[0]), ValueError, "one row for each userid"),
        (lambda m: m.recommend(4, LIKES), IndexError, r"userid must be in \[0, 4\), got 4"),
        (lambda m: m.recommend(0, LIKES[0], threads=-1), ValueError, "threads must be 0"),
        (lambda m: m.recommend(0, LIKES[0][:, :3]), ValueError, "one column for each item"),
        (lambda m: m.recommend(0, [1, 2]), ValueError, "must be a scipy.sparse matrix, got list"),
        (lambda m: m.recommend(0, LIKES[0], N=0), ValueError, "N must be a positive integer"),
        (lambda m: m.recommend(0, LIKES[0], N="3"), ValueError, "N must be a positive integer"),
        (lambda m: m.recommend(0, LIKES[0], items=[4]), IndexError, "items must hold items"),
        (lambda m: m.recommend(0, LIKES[0], filter_items=[-1]), IndexError, "filter_items must"),
        (lambda m: m.recommend(4), IndexError, r"userid must be in \[0, 4\), got 4"),
        (lambda m: m.recommend([0, -1]), IndexError, r"userid must be in \[0, 4\), got -1"),
        (lambda m: m.recommend(0, -LIKES[0]), ValueError, "user_items must hold finite"),
        (lambda m: m.similar_items(4), IndexError, r"itemid must be in \[0, 4\)"),
        (lambda m: m.similar_items([0, -1]), IndexError, r"itemid must be in \[0, 4\)"),
        (lambda m: m.similar_items("a"), ValueError, "itemid must be integers, got 'a'"),
        (lambda m: m.recommend("a"), ValueError, "userid must be integers, got 'a'"),
        (lambda m: m.recommend([0, 4]), IndexError, r"userid must be in \[0, 4\), got 4"),
        (lambda m: m.recommend(0, LIKES[0], items=[1.5]), ValueError, "items must be integers"),
        (lambda m: m.recommend(0, LIKES[0], filter_items="a"), ValueError, "filter_items must be"),
        (lambda m: m.fit(-LIKES), ValueError, "user_items must hold finite values of 0 or more"),
        (lambda m: m.fit(LIKES * np.float32("nan")), ValueError, "user_items must hold finite"),
    ],
)
def test_wrong_arguments_are_refused(ask, error, message):
    with pytest.raises(error, match=message):
        ask(Popularity().fit(LIKES))


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (Rp3Beta, {"alpha": "x"}, "alpha must be a number, got 'x'"),
        (Rp3Beta, {"neighbors": 2.5}, r"neighbors must be an integer in .* got 2.5"),
        (Als, {"factors": 2**40}, "factors must be an integer in"),
        (Als, {"random_state": -1}, "random_state must be an integer in"),
        (Als, {"use_event_weights": 1}, "use_event_weights must be True or False, got 1"),
    ],
)
def test_options_have_the_type_of_their_default(model, options, message):
    with pytest.raises(ValueError, match=message):
        model(**options)


def test_a_model_must_be_fitted_first():
    with pytest.raises(ValueError, match="Rp3Beta must be fitted"):
        Rp3Beta().recommend(0, LIKES[0])


def test_options_are_shown():
    expected = "Rp3Beta(alpha=0.5, beta=0.4, neighbors=400, max_events=500)"
    assert repr(Rp3Beta(alpha=0.5)) == expected
