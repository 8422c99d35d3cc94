"""Recommends from the log of a real gift shop: what was read, how good the lists are, the lists.

Writes demo/index.html, one page that shows the same as shelves.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import pandas as pd
from demo_page import Shelf, write_page

import endcap

ROOT = Path(__file__).parent.parent
LOG = Path(__file__).parent / "data" / "online-retail.csv.gz"
CUT = pd.Timestamp("2011-11-01")
NEW_ITEM = "NEW-1"


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def read_log() -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """Return the usable rows, and how many were dropped for which reason."""
    rows = pd.read_csv(LOG, dtype={"StockCode": str, "InvoiceNo": str}, parse_dates=["InvoiceDate"])
    reasons = {
        "no customer": rows.CustomerID.isna(),
        "cancelled or returned": rows.Quantity <= 0,
        "free or corrected price": rows.UnitPrice <= 0,
        "not a product (postage, fees, ...)": ~rows.StockCode.str.match(r"^\d{5}"),
    }
    dropped = []
    for reason, bad in reasons.items():
        bad_now = bad.reindex(rows.index)
        dropped.append((reason, int(bad_now.sum())))
        rows = rows[~bad_now]
    log = pd.DataFrame(
        {
            "user": rows.CustomerID.astype(int),
            "item": rows.StockCode,
            "kind": "purchase",
            "time": rows.InvoiceDate,
            "quantity": rows.Quantity,
            "price": rows.UnitPrice,
            "session": rows.InvoiceNo,
            "title": rows.Description,
        }
    )
    return log, dropped


def fit(log: pd.DataFrame, new_items: list[tuple[str, str, float]]) -> endcap.Recommender:
    """Fit on the log; the catalogue is its newest titles and prices, and the new items."""
    items = log.drop_duplicates("item", keep="last")[["item", "title", "price"]]
    extra = pd.DataFrame(new_items, columns=["item", "title", "price"])
    catalog = endcap.Catalog.from_frame(pd.concat([items, extra]) if new_items else items)
    return endcap.Recommender.fit(endcap.Events.from_frame(log.drop(columns="title")), catalog)


def answers(
    shop: endcap.Recommender, train: pd.DataFrame, test: pd.DataFrame, *, repeats: Any
) -> tuple[dict[str, Any], list[set[str]]]:
    """Return each method's lists for the customers of the test, and what they bought."""
    had = train.groupby("user").item.agg(set)
    wanted = test[test.user.isin(had.index) & test.item.isin(set(train.item))]
    wanted = wanted.groupby("user").item.agg(set)
    if repeats == "exclude":
        wanted = pd.Series({user: items - had[user] for user, items in wanted.items()})
        wanted = wanted[wanted.map(len) > 0]
    newest = train[train.time >= train.time.max() - pd.Timedelta(days=30)]
    top = list(newest.groupby("item").size().sort_values(ascending=False, kind="stable").index)
    own = train.groupby(["user", "item"]).size().sort_values(ascending=False, kind="stable")
    lists: dict[str, Any] = {}
    skip = had if repeats == "exclude" else None
    lists["popularity, 30 days"] = [
        [item for item in top[:600] if skip is None or item not in skip[user]][:20]
        for user in wanted.index
    ]
    if repeats == "include":
        personal = {
            user: list(part.index.get_level_values(1)) for user, part in own.groupby(level=0)
        }
        lists["personal history"] = [personal[user][:20] for user in wanted.index]
    lists["endcap"] = shop.recommend_many(list(wanted.index), 20, repeats=repeats)
    return lists, list(wanted)


def quality(log: pd.DataFrame) -> list[tuple[str, str, dict[str, Any]]]:
    """Measure on the weeks from CUT on, fitted on what was before."""
    train, test = log[log.time < CUT], log[log.time >= CUT]
    popularity = {str(item): int(n) for item, n in train.groupby("item").size().items()}
    shop = fit(train, [])
    rows = []
    for repeats, what in (("exclude", "new items"), ("include", "all items")):
        lists, wanted = answers(shop, train, test, repeats=repeats)
        heading(f"How good: {what}, {len(wanted):,} customers, from {CUT.date()} on")
        for method, answer in lists.items():
            report = endcap.evaluate(
                answer, wanted, k=(10, 20), train_popularity=popularity, denominator="min"
            )
            rows.append((what, method, report.to_dict()))
            print(f"{method}\n{report}\n")
    return rows


def timed(name: str, call: Any) -> tuple[str, float]:
    """Return the median time of 200 calls in microseconds."""
    taken = []
    for _ in range(200):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return name, sorted(taken)[100] * 1e6


def main() -> None:
    """Run the whole demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the measurement out")
    quick = parser.parse_args().quick

    heading("The log")
    log, dropped = read_log()
    for reason, n in dropped:
        print(f"{n:>9,} rows dropped: {reason}")
    days = (log.time.max() - log.time.min()).days + 1
    print(f"{len(log):>9,} rows kept: {log.user.nunique():,} customers, ", end="")
    print(f"{log.item.nunique():,} items, {days} days")
    measured = [] if quick else quality(log)

    heading("The shop")
    shop = fit(log, [(NEW_ITEM, "SET OF 3 VINTAGE CHRISTMAS CAKE TINS", 4.95)])
    print(shop)

    customer = int(log.user.value_counts().index[40])
    product = str(log.item.value_counts().index[0])
    clicks = [str(item) for item in log.item.value_counts().index[[30, 80, 120]]]
    title = shop.catalog.title
    shelves = [
        Shelf(f"Picked for customer {customer}", "Not bought before", shop.recommend(customer, 8)),
        Shelf(
            "Time to buy again",
            f"Customer {customer}'s own favourites",
            shop.buy_again(customer, 8),
        ),
        Shelf("You may also like", f"Beside {title(product)}", shop.similar(product, 8)),
        Shelf("Bought together", f"With {title(product)}", shop.bought_together([product], 8)),
    ]
    for click in clicks:
        shop.observe(-1, click)
    shelves.append(
        Shelf(
            "An anonymous visitor, after three clicks",
            "; ".join(str(title(click)) for click in clicks),
            shop.recommend(-1, 8),
        )
    )
    shop.observe(-1, product)
    shelves.append(
        Shelf("The same visitor, one click later", f"On {title(product)}", shop.recommend(-1, 8))
    )
    shelves.append(
        Shelf(
            "Beside a brand-new product",
            f"{title(NEW_ITEM)}: known by its title alone",
            shop.similar(NEW_ITEM, 8),
        )
    )
    for shelf in shelves:
        heading(f"{shelf.title} ({shelf.note})")
        print(shelf.picks)

    heading("The cost")
    path = ROOT / "demo" / "shop.endcap"
    path.parent.mkdir(exist_ok=True)
    shop.save(path)
    times = [
        timed("recommend", lambda: shop.recommend(customer)),
        timed("similar", lambda: shop.similar(product)),
        timed("bought_together", lambda: shop.bought_together([product])),
        timed("next", lambda: shop.next(clicks)),
        timed("observe", lambda: shop.observe(-2, product)),
        timed("load", lambda: endcap.Recommender.load(path)),
    ]
    for name, microseconds in times:
        print(f"{name:<16} {microseconds:>8,.0f} us")
    print(f"{'model file':<16} {path.stat().st_size / 2**20:>8,.1f} MiB")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"{'peak memory':<16} {memory:>8,.0f} MiB, pandas and the measurement included")

    page = ROOT / "demo" / "index.html"
    weekly = log.groupby(log.time.dt.to_period("W").dt.start_time).size()
    write_page(page, shop.catalog, shelves, measured, weekly)
    print(f"\nWrote {page.relative_to(ROOT)}: open it in a browser.")


if __name__ == "__main__":
    main()
