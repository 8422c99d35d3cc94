"""A shop's rules act inside its lists."""

import re
from collections import Counter

import pandas as pd
import pytest

import endcap

BRANDS = ["red", "green", "blue", None]


@pytest.fixture(scope="module")
def shelf():
    """Return what is known of 40 items: item 39 is in no event."""
    return pd.DataFrame(
        {
            "item": range(40),
            "price": [float(item) for item in range(40)],
            "brand": [BRANDS[item % 4] for item in range(40)],
            "group": [f"g{item // 2}" for item in range(40)],
            "durable": [item % 2 == 0 for item in range(40)],
            "sold_until": [pd.Timestamp(2024, 1 + item % 9, 1) for item in range(40)],
        }
    )


def fitted(shelf):
    start = pd.Timestamp("2024-01-01")
    log = [
        (f"u{user}", (7 * user + step * step) % 39, kind, start + pd.Timedelta(days=user + step))
        for user in range(30)
        for step, kind in enumerate(["view", "cart", "purchase", "view"])
    ]
    events = endcap.Events.from_frame(pd.DataFrame(log, columns=["user", "item", "kind", "time"]))
    catalog = endcap.Catalog.from_frame(shelf)
    return endcap.Recommender.fit(events, catalog, effort="fast", threads=1, progress=False)


@pytest.fixture(scope="module")
def shop(shelf):
    """Return a shop whose rules no test may change."""
    return fitted(shelf)


@pytest.fixture
def own_shop(shelf):
    """Return a shop of the test's own."""
    return fitted(shelf)


def ask(shop, k=10, user="u1", **rules):
    return shop.recommend(user, k, rules=endcap.Rules(**rules))


def test_conditions_speak_of_the_customer_and_the_page(shop):
    brands = {BRANDS[item % 4] for item, _, _ in shop.history("u1")} - {None}
    for pick in shop.recommend("u1", 40, filter="brand in customer.brands"):
        assert BRANDS[pick.item % 4] in brands
    up_sell = shop.next([20], 40, filter="price between 1 and 1.5 times anchor.price")
    assert sorted(up_sell.items) == list(range(21, 31))
    late = shop.recommend("u1", 40, filter="sold_until > now", time=pd.Timestamp("2024-08-15"))
    assert {item % 9 for item in late.items} == {8}


def test_boosts_are_named_and_add_up(shop):
    plain = {pick.item: pick.score for pick in shop.recommend("u1", 40)}
    for pick in ask(shop, 40, boosts=[("brand = 'red'", 2), (None, 0.5)]):
        parts = [(reason.rule, reason.value) for reason in pick.reasons if reason.rule]
        expected = ["boost: brand = 'red'", "bury"] if pick.item % 4 == 0 else ["bury"]
        assert [rule for rule, _ in parts] == expected
        total = plain[pick.item] + sum(value for _, value in parts)
        assert pick.score == pytest.approx(total, abs=1e-6)


def test_pins_take_their_places(shop):
    free = shop.recommend("u1", 40).items[-2:]
    picks = ask(shop, pins=[(free[0], 1), (free[1], 4)])
    assert len(picks) == 10
    assert (picks[0].item, picks[3].item) == tuple(free)
    assert [pick.rule for pick in picks] == ["pin", "", "", "pin", *[""] * 6]
    assert [pick.position for pick in picks] == list(range(1, 11))


def test_caps_and_variants_hold_and_the_list_is_full(shop):
    picks = ask(shop, 8, caps=[("brand", 1)])
    counts = Counter(BRANDS[item % 4] for item in picks.items)
    assert len(picks) == 8
    assert all(counts[brand] == 1 for brand in BRANDS if brand)
    had = {item // 2 for item, _, _ in shop.history("u1")}
    groups = [item // 2 for item in ask(shop, 40, variants="group").items]
    assert sorted(groups) == sorted(set(range(20)) - had)


def test_bought_durables_are_hidden_and_consumables_return_when_due(shop):
    bought = {item: time for item, kind, time in shop.history("u2") if kind == "purchase"}
    hide = [("purchase", "durable"), ("purchase", "not durable", 30)]
    rules = endcap.Rules(hide=hide)
    for days, due in ((10, False), (40, True)):
        time = max(bought.values()) + pd.Timedelta(days=days)
        listed = set(shop.recommend("u2", 40, rules=rules, time=time).items)
        for item in bought:
            assert (item in listed) == (due and item % 2 == 1)
    viewed = {item for item, kind, _ in shop.history("u2") if kind != "purchase"} - set(bought)
    assert viewed <= listed


def test_backfill_follows_its_declared_order(shop):
    picks = ask(shop, 40, filter="price < 4", backfill=["price > 37", ""])
    steps = [pick.rule for pick in picks]
    assert steps == sorted(steps, key=["", "backfill: price > 37", "backfill"].index)
    assert {pick.item for pick in picks if pick.rule == "backfill: price > 37"} <= {38, 39}
    assert sorted(picks.items) == sorted(shop.recommend("u1", 40).items)
    # The question's own filter holds for the back-fill, too.
    rules = endcap.Rules(filter="price < 4", backfill=[""])
    asked = shop.recommend("u1", 40, rules=rules, filter="price < 10")
    assert all(item < 10 for item in asked.items)


def test_what_was_shown_lately_steps_back(own_shop):
    first = ask(own_shop, 3, rotation=0.9)
    second = ask(own_shop, 3, rotation=0.9)
    assert set(first.items).isdisjoint(second.items)
    assert own_shop.recommend("u1", 3).items == first.items


def test_exploration_has_known_propensities_and_a_seed(shop):
    picks = ask(shop, exploration=0.5)
    assert picks.items == ask(shop, exploration=0.5).items
    draws = [shop.recommend("u1", 1, rules={"exploration": 0.5}, seed=s)[0] for s in range(400)]
    best = shop.recommend("u1", 1)[0].item
    share = sum(pick.item == best for pick in draws) / len(draws)
    likely = next(pick.propensity for pick in draws if pick.item == best)
    assert share == pytest.approx(likely, abs=0.08)
    other = next(pick for pick in draws if pick.item != best)
    assert other.propensity == pytest.approx(2 * (likely - 0.5) / 2)
    assert {pick.rule for pick in draws} == {"", "exploration"}


def test_minimum_relevance_may_shorten_a_list(shop):
    all_scores = [pick.score for pick in shop.recommend("u1", 40)]
    scores = [pick.score for pick in ask(shop, 40, minimum_relevance=0.5)]
    assert scores == [score for score in all_scores if score >= 0.5 * all_scores[0]]


def test_scenarios_are_edited_saved_and_loaded(own_shop, tmp_path):
    rules = endcap.Rules(
        filter="price > 3",
        hide=[("purchase", "durable", 30.0)],
        boosts=[("brand = 'red'", 1.3)],
        pins=[(7, 2)],
        caps=[("brand", 2)],
        diversity=0.3,
        backfill=["", "price < 9"],
    )
    own_shop.set_rules("home", rules)
    own_shop.set_rules("cart", {"filter": "price < 10"})
    own_shop.save(tmp_path / "shop")
    loaded = endcap.Recommender.load(tmp_path / "shop")
    assert loaded.scenarios == ["cart", "home"]
    assert loaded.rules("home") == own_shop.rules("home")
    assert endcap.Rules.from_json(loaded.rules("home").to_json()).to_json() == (
        loaded.rules("home").to_json()
    )
    for scenario in loaded.scenarios:
        ours = own_shop.recommend("u1", scenario=scenario)
        theirs = loaded.recommend("u1", scenario=scenario)
        assert ours.items == theirs.items
        assert ours.rules_version == theirs.rules_version
        assert ours.model_version == theirs.model_version
    before = own_shop.recommend("u1", scenario="cart").rules_version
    own_shop.set_rules("cart", {"filter": "price < 11"})
    assert own_shop.recommend("u1", scenario="cart").rules_version != before
    own_shop.remove_rules("cart")
    with pytest.raises(ValueError, match="scenario must be one of home, got cart"):
        own_shop.recommend("u1", scenario="cart")


def test_the_lists_of_a_page_share_no_item(shop):
    page = shop.page(
        [
            {"user": "u1", "k": 5},
            {"user": "u1", "k": 5, "rules": {"variants": "group"}},
            {"session": [3], "k": 10},
        ]
    )
    items = [item for picks in page for item in picks.items]
    assert len(items) == len(set(items)) == 20
    assert {item // 2 for item in page[0].items}.isdisjoint(item // 2 for item in page[1].items)


def test_why_not_names_what_removed_an_item(shop):
    bought = next(item for item, kind, _ in shop.history("u1") if kind == "purchase")
    listed = shop.recommend("u1", 10)
    last = shop.recommend("u1", 40).items[-1]

    def why(item, **rules):
        return repr(shop.why_not("u1", item, rules=rules))

    assert shop.why_not("u1", listed[2].item).position == 3
    assert why("sku").startswith("sku: unknown item")
    assert why(bought) == f"{bought}: already had: purchase"
    assert why(last, block=[last]).endswith("blocked")
    assert why(last, allow=[listed[0].item]).endswith("not in the allow list")
    assert why(last, filter=f"price > -1 and price != {last}").endswith(f"price != {last}")
    assert re.search(r"rank: below place 10, rank \d+ by score", why(last))
    capped = listed[1].item
    rival = listed[0].item
    brand_of = {item: BRANDS[item % 4] for item in (capped, rival)}
    same = next(item for item in listed.items[1:] if item % 4 == rival % 4)
    if brand_of[rival]:
        assert "cap: at most 1 of a brand" in why(same, caps=[("brand", 1)])
    assert why(last, pins=[(last, 2)]).endswith("pinned, at place 2")
    ranks = [shop.why_not("u1", item, 1).rank for item in listed.items[1:]]
    assert ranks == list(range(2, 11))


def test_a_list_is_replayed_from_memory(own_shop):
    picks = ask(own_shop, exploration=0.3, boosts=[("brand = 'red'", 2)])
    again = own_shop.replay(picks.recommendation_id)
    assert repr(again) == repr(picks)
    assert [(p.item, p.score, p.propensity, p.rule, p.source) for p in again] == [
        (p.item, p.score, p.propensity, p.rule, p.source) for p in picks
    ]
    for _ in range(1_000):
        own_shop.recommend("u2", 1)
    with pytest.raises(endcap.UnknownIdError, match="one of the last 1000 lists"):
        own_shop.replay(picks.recommendation_id)


def test_every_pick_names_its_model(shop):
    names = {model.name for model in shop.models} | {"popularity"}
    assert {pick.source for pick in shop.recommend("u1", 40)} <= names
    assert {pick.source for pick in shop.similar(3)} <= names


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"filter": "colour = 1"}, "no column 'colour'"),
        ({"boosts": [("price >", 2)]}, "at character 8"),
        ({"boosts": [("price > 1", 0)]}, r"factor of a boost must be in \[0.001, 1000\], got 0"),
        ({"boosts": {"price > 1": 2}}, r"boosts must be a list of \(condition, factor\)"),
        ({"pins": [(1, 0)]}, "position of a pin must be 1 or more"),
        ({"pins": [(1, 1), (2, 1)]}, "position of a pin must be taken once"),
        ({"caps": [("colour", 2)]}, "column must be one of .* got colour"),
        ({"caps": [("brand",)]}, r"caps must be a list of \(column, at most\)"),
        ({"hide": [("steal",)]}, "kind must be one of"),
        ({"rotation": 1}, r"rotation must be in \[0, 1\), got 1"),
        ({"colour": 1}, "rules must have names among filter, .* got 'colour'"),
        ([1], "rules must be endcap.Rules or a mapping"),
    ],
)
def test_wrong_rules_are_value_errors(own_shop, rules, message):
    with pytest.raises(ValueError, match=message):
        own_shop.set_rules("home", rules)
    assert own_shop.scenarios == []
    with pytest.raises(ValueError, match=message):
        own_shop.recommend("u1", rules=rules)


def test_rules_of_unknown_items_are_key_errors(own_shop):
    with pytest.raises(endcap.UnknownIdError, match="got 'sku'"):
        own_shop.set_rules("home", {"pins": [("sku", 1)]})
