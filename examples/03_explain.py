"""Why does it stand there? The parts of a score add up, and a new event changes the next answer."""

import math

import pandas as pd

import endcap

baskets = {"tea": ["kettle", "teapot", "green tea", "cups"], "desk": ["ink", "pen", "paper"]}
log = pd.DataFrame(
    [
        (f"customer-{n}", item, "purchase", pd.Timestamp("2025-01-01") + pd.Timedelta(days=n))
        for n in range(60)
        for item in baskets["tea" if n % 2 else "desk"][: 2 + n % 3]
    ],
    columns=["user", "item", "kind", "time"],
)
shop = endcap.Recommender.fit(endcap.Events.from_frame(log))

shop.observe("guest", "teapot", "view")
shop.observe("guest", "pen", "purchase")
print(shop.recommend("guest", k=3))

why = shop.explain("guest", "green tea")
print(why)
parts = why.base + sum(reason.value for reason in why.reasons)
assert math.isclose(parts, why.score, rel_tol=1e-5)
