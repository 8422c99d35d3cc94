"""Random catalogues, rules and questions: what every list keeps, whatever is asked."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

import endcap

pandas = pytest.importorskip("pandas")

N_ITEMS = 60


def shop_of(draw: random.Random) -> tuple[endcap.Recommender, dict[str, dict[str, Any]]]:
    """Return a shop and its catalogue, by item."""
    items = {
        f"i{n}": {
            "brand": draw.choice(["b0", "b1", "b2", "b3"]),
            "group": f"g{draw.randrange(40)}",
            "price": float(draw.randrange(20)),
            "in_stock": draw.random() < 0.8,
        }
        for n in range(N_ITEMS)
    }
    rows = [
        {"user": f"u{user}", "item": f"i{draw.randrange(N_ITEMS)}", "time": 1_700_000_000 + 9 * n}
        for user in range(30)
        for n in range(draw.randrange(1, 9))
    ]
    columns = {"item": list(items)} | {
        name: [values[name] for values in items.values()]
        for name in ("brand", "group", "price", "in_stock")
    }
    catalog = endcap.Catalog.from_frame(pandas.DataFrame(columns))
    events = endcap.Events.from_frame(pandas.DataFrame(rows))
    shop = endcap.Recommender.fit(events, catalog, models=["popularity", "rp3beta"], progress=False)
    return shop, items


def rules_of(draw: random.Random) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    if draw.random() < 0.5:
        rules["filter"] = "in_stock and price < 15"
    if draw.random() < 0.4:
        rules["block"] = [f"i{draw.randrange(N_ITEMS)}" for _ in range(5)]
    if draw.random() < 0.4:
        rules["caps"] = [("brand", draw.randrange(1, 4))]
    if draw.random() < 0.3:
        rules["variants"] = "group"
    if draw.random() < 0.3:
        rules["diversity"] = draw.random()
    if draw.random() < 0.3:
        rules["exploration"] = draw.random() / 2
    return rules


def allowed(
    rules: dict[str, Any], items: dict[str, dict[str, Any]], had: set[str]
) -> dict[str, dict[str, Any]]:
    """Return the items that the rules and the history leave, before caps."""
    groups = {items[item]["group"] for item in had} if "variants" in rules else set()
    return {
        item: values
        for item, values in items.items()
        if item not in had
        and item not in rules.get("block", [])
        and values["group"] not in groups
        and ("filter" not in rules or (values["in_stock"] and values["price"] < 15))
    }


@pytest.mark.parametrize("seed", range(12))
def test_every_list_keeps_its_rules_and_says_why(seed: int) -> None:
    draw = random.Random(seed)
    shop, items = shop_of(draw)
    for n in range(12):
        rules = rules_of(draw)
        shop.set_rules("page", rules)
        user, k = draw.choice(shop.users), draw.randrange(1, 25)
        had = {item for item, _, _ in shop.history(user)}
        left = allowed(rules, items, had)
        picks = shop.recommend(user, k=k, scenario="page", seed=n)
        listed = [pick.item for pick in picks]
        assert len(set(listed)) == len(listed)
        assert set(listed) <= set(left)
        brands = Counter(items[item]["brand"] for item in listed)
        most = rules["caps"][0][1] if "caps" in rules else N_ITEMS
        assert max(brands.values(), default=0) <= most
        if "variants" in rules:
            groups = [items[item]["group"] for item in listed]
            assert len(set(groups)) == len(groups)
        elif "caps" in rules:
            counts = Counter(values["brand"] for values in left.values())
            assert len(listed) == min(k, sum(min(most, count) for count in counts.values()))
        else:
            assert len(listed) == min(k, len(left))
        assert [pick.position for pick in picks] == list(range(1, len(picks) + 1))
        assert all(0 < pick.propensity <= 1 for pick in picks)
        assert picks.recommendation_id is not None
        again = shop.replay(picks.recommendation_id)
        assert [(p.item, p.score, p.propensity) for p in again] == [
            (p.item, p.score, p.propensity) for p in picks
        ]
        for item in draw.sample(sorted(items), 10):
            why = shop.why_not(user, item, k=k, scenario="page", seed=n)
            if item in listed:
                assert why.reason == "listed"
                assert why.position == listed.index(item) + 1
            elif item in rules.get("block", []):
                assert why.reason == "blocked"
            elif item in had:
                assert why.reason == "already had"
            else:
                assert why.reason not in ("listed", "pinned", "unknown item")
                assert (why.reason in ("filter", "variant of an item already had")) == (
                    item not in left
                )
