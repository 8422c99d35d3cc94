"""The shop's own rules, inside the list: it stays full, and says which rule did what."""

import pandas as pd

import endcap

log = pd.DataFrame(
    [
        (f"customer-{n % 30}", item, "purchase", pd.Timestamp("2025-01-01") + pd.Timedelta(days=n))
        for n in range(120)
        for item in (("手帳", "万年筆", "鉛筆") if n % 2 else ("煎茶", "急須", "湯呑"))[: 1 + n % 3]
    ],
    columns=["user", "item", "kind", "time"],
)
items = pd.DataFrame(
    {
        "item": ["手帳", "万年筆", "鉛筆", "煎茶", "急須", "湯呑", "茶筒"],
        "maker": ["青木", "青木", "青木", "山田", "山田", "山田", "山田"],
        "price": [2800, 12000, 300, 1500, 6400, 1800, 2400],
        "in_stock": [True, True, True, True, False, True, True],
        "lasts": [False, True, False, False, True, True, True],
    }
)
shop = endcap.Recommender.fit(
    endcap.Events.from_frame(log), endcap.Catalog.from_frame(items), progress=False
)

shop.set_rules(
    "home",
    endcap.Rules(
        filter="in_stock",
        hide=[("purchase", "lasts"), ("purchase", "not lasts", 30)],  # goods; tea, until due
        boosts=[("price < 2000", 1.5)],
        pins=[("茶筒", 2)],
        caps=[("maker", 2)],
        backfill=[""],
    ),
)
picks = shop.recommend("customer-2", k=4, scenario="home")
print(picks)
print(shop.why_not("customer-2", "急須", k=4, scenario="home"))
number = picks.recommendation_id
print(number is not None and shop.replay(number).items == picks.items)

# Dearer than the product of the page, but not by much; then a second list without repeats.
up_sell = {"session": ["煎茶"], "k": 2, "filter": "price between 1.1 and 2 times anchor.price"}
for shelf in shop.page([up_sell, {"user": "customer-2", "k": 2}]):
    print(shelf.items)
