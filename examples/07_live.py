"""A shop that learns while it sells: open a folder, tell what happens, forget on request."""

import tempfile
from pathlib import Path

import endcap

folder = Path(tempfile.mkdtemp()) / "my-shop"
tea, desk = ["kettle", "teapot", "green tea", "cups"], ["ink", "pen", "paper", "stamps"]

with endcap.Recommender.open(folder) as shop:  # a new shop: it has met nobody
    for n in range(40):
        shelf = (tea, desk)[n % 2]
        shop.observe_many([{"user": f"u{n}", "item": item} for item in shelf[n % 3 :]])
    shop.refit(progress=False)  # now and then, at night: choose and weigh the models anew

    shop.observe("guest-7", "kettle", event_id="click-1", durable=True)
    shop.observe("guest-7", "kettle", event_id="click-1", durable=True)  # counts once
    print(shop.recommend("guest-7", k=2))
    shop.merge("guest-7", "ann")  # she signs in
    shop.prefer("ann", dislike="cups", source="a click on 'not for me'")
    print(
        "ann:", shop.export("ann")["events"][0]["item"], "then", shop.recommend("ann", k=2)[0].item
    )

with endcap.Recommender.open(folder) as shop:  # after a restart, or a crash
    print("still known:", [item for item, _, _ in shop.history("ann")])
    print("why no cups:", shop.why_not("ann", "cups").reason)
    receipt = shop.forget("ann")  # and guest-7 with her
    print("forgotten:", receipt.ids, "with", receipt.n_events, "event")
    print("known:", "ann" in shop.users)
