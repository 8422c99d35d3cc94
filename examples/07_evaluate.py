"""How good will the lists be? Hide the newest days, fit on the rest, and ask."""

import datetime
import random

import pandas as pd

import endcap

random.seed(7)
shelves = {"tea": [f"tea {n}" for n in range(20)], "desk": [f"ink {n}" for n in range(20)]}
rows = []
for day in range(120):
    for visitor in random.sample(range(60), 12):
        own, other = ("tea", "desk") if visitor % 2 else ("desk", "tea")
        shelf = shelves[own if random.random() < 0.9 else other]
        moment = datetime.datetime(2024, 1, 1) + datetime.timedelta(days=day, minutes=visitor)
        rows.append((visitor, random.choice(shelf), moment, 3.5))

frame = pd.DataFrame(rows, columns=["user", "item", "time", "price"])
events = endcap.Events.from_frame(frame)
split = endcap.evaluation.split_by_time(events, "2024-04-01")
print(split)

shop = endcap.Recommender.fit(split.train, progress=False)
report = endcap.evaluate(shop, split, k=10, repeats="include")
print(report)

best_sellers = endcap.Recommender.fit(split.train, models=["popularity"], progress=False)
print("better than best sellers by")
print(report.compare(endcap.evaluate(best_sellers, split, k=10, repeats="include")))
