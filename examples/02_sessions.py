"""Visitors without a name: the list follows each click."""

import endcap

stationery = ["手帳", "万年筆", "インク", "便箋"]
tea = ["煎茶", "急須", "湯呑", "茶筒"]
visits = [shelf[n % 2 :] for n in range(40) for shelf in (stationery, tea)]
shop = endcap.Recommender.fit(endcap.Events.from_sequences(visits))

session = []
for click in ("手帳", "急須", "湯呑"):
    session.append(click)
    print(f"after {click}: {', '.join(shop.next(session, k=3).items)}")

lists = shop.next_many([["手帳"], ["煎茶", "急須"]], k=2)  # many sessions, on all cores
print(lists.to_frame())
shop.save("sessions.endcap")
