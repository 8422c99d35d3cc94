"""From a log to a list, with its reasons."""

import endcap

tea = ["kettle", "teapot", "green tea", "cups"]
desk = ["ink", "pen", "paper", "stamps"]
visits = [shelf[n % 2 :] for n in range(40) for shelf in (tea, desk)]

shop = endcap.Recommender.fit(endcap.Events.from_sequences(visits))
print(shop.next(["kettle", "teapot"], k=3))
shop.save("shop.endcap")
shop.observe(1000, "pen")  # somebody never seen before
print(shop.recommend(1000, k=2))
