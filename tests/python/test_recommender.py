"""The recommender's promises, on a small shop."""

import datetime
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import endcap


def had(shop, user):
    return {item for item, _, _ in shop.history(user)}


def test_repeats_say_where_the_picks_come_from(shop):
    mine = had(shop, "u0")
    assert not mine & set(shop.recommend("u0", 30).items)
    assert set(shop.recommend("u0", 30, repeats="only").items) == mine
    assert set(shop.recommend("u0", 30, repeats="include").items) == set(shop.items)
    assert set(shop.buy_again("u0", 30).items) <= mine


def test_visitors_get_what_their_group_likes(shop):
    for user in ["u0", "u1"]:
        group = {item // 10 for item in had(shop, user)}
        assert {shop.recommend(user, 1).items[0] // 10} == group


def test_scores_fall(shop):
    scores = [pick.score for pick in shop.recommend("u2", 10)]
    assert scores == sorted(scores, reverse=True)


def test_a_filter_holds_for_every_pick(shop):
    items = shop.recommend("u0", 30, repeats="include", filter="in_stock and price < 50").items
    assert set(items) == {0, 2, 4}
    assert shop.recommend("u0", filter="price > 1000").items == []


def test_allow_and_block_are_kept(shop):
    assert set(shop.recommend("u0", 30, repeats="include", allow=[3, 4, 11]).items) == {3, 4, 11}
    assert not {3, 4} & set(shop.recommend("u0", 30, repeats="include", block=[3, 4]).items)


def test_allowing_nothing_gives_nothing(shop):
    assert shop.recommend("u0", allow=[]).items == []


def test_diversity_gives_as_many_different_items(shop):
    items = shop.recommend("u0", 8, diversity=0.9).items
    assert len(set(items)) == 8


def test_a_session_needs_no_visitor(shop):
    assert shop.next([1, 2, 3], 1).items[0] < 10
    assert shop.next([11, 12, 13], 1).items[0] >= 10
    assert len(shop.next([], 5)) == 5
    assert shop.next([11, "never seen"], 5).items == shop.next([11], 5).items


def test_item_lists_leave_the_item_out(shop):
    assert 3 not in shop.similar(3, 30).items
    assert not {3, 4} & set(shop.bought_together([3, 4], 30).items)


def test_ids_may_come_in_arrays(shop):
    assert shop.similar_many(np.array([1, 2]), 4).lists() == shop.similar_many([1, 2], 4).lists()
    assert shop.next(np.array([1, 2]), 4).items == shop.next([1, 2], 4).items


def test_many_answers_equal_single_ones(shop):
    users = ["u3", "u0", "u3"]
    lists = [shop.recommend(user, 6).items for user in users]
    assert shop.recommend_many(users, 6).lists() == lists
    assert shop.similar_many([1, 2], 4).lists() == [shop.similar(i, 4).items for i in [1, 2]]
    histories = [[1, 2], [], [15]]
    assert shop.next_many(histories, 4).lists() == [shop.next(h, 4).items for h in histories]
    assert shop.next_many(endcap.Events.from_sequences([[1, 2], [15]]), 4).queries == [0, 1]


@pytest.mark.parametrize("user", ["u0", "u1", "u2", "u3"])
def test_explanations_add_up(shop, user):
    for item in shop.items:
        answer = shop.explain(user, item)
        total = answer.base + sum(reason.value for reason in answer.reasons)
        assert math.isclose(total, answer.score, abs_tol=1e-5)


def test_an_explanation_has_the_score_of_the_list(shop):
    for repeats in ("exclude", "include"):
        for pick in shop.recommend("u0", 20, repeats=repeats):
            why = shop.explain("u0", pick.item, repeats=repeats)
            assert math.isclose(why.score, pick.score, abs_tol=1e-5)
    with pytest.raises(ValueError, match="repeats must be"):
        shop.explain("u0", 1, repeats="some")


def test_observing_changes_the_next_answer(own_shop):
    others = {user: own_shop.recommend(user, 5).items for user in own_shop.users[1:]}
    user = own_shop.users[0]
    before = own_shop.recommend(user, 5).items
    own_shop.observe(user, before[0], session_only=True)
    assert before[0] not in own_shop.recommend(user, 5).items
    assert {user: own_shop.recommend(user, 5).items for user in others} == others
    own_shop.observe(user, before[0], "purchase", time=1_800_000_000)
    when = datetime.datetime.fromtimestamp(1_800_000_000, datetime.timezone.utc)
    assert own_shop.history(user)[-1] == (before[0], "purchase", when)
    assert {user: own_shop.recommend(user, 5).items for user in others} != others


def test_a_new_visitor_is_known_once_observed(own_shop):
    own_shop.observe("new", 12)
    assert own_shop.recommend("new", 1).items[0] >= 10


def test_a_saved_shop_answers_alike(shop, tmp_path):
    shop.save(tmp_path / "shop.endcap")
    loaded = endcap.Recommender.load(tmp_path / "shop.endcap")
    ours, theirs = (s.recommend_many(s.users, 10) for s in (shop, loaded))
    assert ours.lists() == theirs.lists()
    assert ours.scores.tobytes() == theirs.scores.tobytes()
    assert loaded.catalog.title(3) == shop.catalog.title(3)
    assert loaded.history("u0") == shop.history("u0")
    assert repr(loaded).splitlines()[0] == repr(shop).splitlines()[0]


def test_the_answer_does_not_depend_on_threads(log, shop):
    events = endcap.Events.from_frame(log)
    one, two = (
        endcap.Recommender.fit(events, effort="fast", threads=n, progress=False).recommend_many(
            shop.users, 10
        )
        for n in (1, 2)
    )
    assert one.scores.tobytes() == two.scores.tobytes()


LOGS = st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=8), min_size=1, max_size=10)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(sequences=LOGS, k=st.integers(1, 15))
def test_lists_are_new_full_and_without_duplicates(sequences, k):
    events = endcap.Events.from_sequences(sequences)
    shop = endcap.Recommender.fit(events, effort="fast", threads=1, progress=False)
    for user, sequence in enumerate(sequences):
        new = set(shop.items) - set(sequence)
        items = shop.recommend(user, k).items
        assert set(items) <= new
        assert len(items) == len(set(items)) == min(k, len(new))
