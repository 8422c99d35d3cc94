"""A product that nobody has bought: its title and its price speak for it."""

import pandas as pd

import endcap

log = pd.DataFrame(
    [
        (f"customer-{n % 30}", item, "purchase", pd.Timestamp("2025-01-01") + pd.Timedelta(days=n))
        for n in range(90)
        for item in (("手帳", "万年筆") if n % 2 else ("煎茶", "急須"))[: 1 + n % 3]
    ],
    columns=["user", "item", "kind", "time"],
)
items = pd.DataFrame(
    {
        "item": ["手帳", "万年筆", "煎茶", "急須", "湯呑"],
        "title": ["革の手帳", "黒い万年筆", "宇治の煎茶", "備前の急須", "備前の湯呑"],
        "price": [2800, 12000, 1500, 6400, 1800],
    }
)
shop = endcap.Recommender.fit(endcap.Events.from_frame(log), endcap.Catalog.from_frame(items))
print(shop.similar("湯呑", k=2))  # in no event

shop.observe("guest-7", "急須")
print(shop.recommend("guest-7", k=2, filter="price < 5000"))
