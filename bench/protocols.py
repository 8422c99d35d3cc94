"""The benchmarks of the shared data folder: what to fit on, what to ask, what was right."""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp

import endcap

Repeats = Literal["exclude", "include", "only"]


@dataclass(frozen=True)
class Question:
    """One list per query, the items that were right, and the figures that the benchmark quotes."""

    ask: Callable[[endcap.Recommender], Any]
    relevant: Sequence[Sequence[Any]]
    metrics: Sequence[str]
    denominator: Literal["relevant", "min"] = "relevant"


@dataclass(frozen=True)
class Task:
    events: endcap.Events
    questions: dict[str, Question]
    items: pd.DataFrame | None = field(default=None)  # the catalogue, where the data has one


def read_lists(path: Path) -> list[list[int]]:
    with gzip.open(path, "rt") as lines:
        return [[int(number) for number in line.split()] for line in lines]


def leave_one_out(folder: Path) -> Task:
    """The last item is the target; fitted without the last two, asked with all but the last."""
    sequences = [line[1:] for line in read_lists(folder / "sequences.txt.gz")]
    histories = [items[:-1] for items in sequences]
    question = Question(
        lambda shop: shop.next_many(histories, 40, repeats="exclude"),
        [items[-1:] for items in sequences],
        ["recall@10", "ndcg@10", "recall@20", "ndcg@20"],
    )
    items = None
    attributes = folder / "attributes.json.gz"
    if attributes.exists():
        with gzip.open(attributes) as file:
            tags = json.load(file)
        items = pd.DataFrame(
            {
                "item": [int(item) for item in tags],
                "tags": [[str(tag) for tag in of_item] for of_item in tags.values()],
            }
        )
    events = endcap.Events.from_sequences([items[:-2] for items in sequences])
    return Task(events, {"test": question}, items)


def sessions(folder: Path) -> Task:
    """Each test line is a session's beginning and, last, the item that came next."""
    tests = read_lists(folder / "test.txt.gz")
    prefixes = [line[:-1] for line in tests]
    question = Question(
        lambda shop: shop.next_many(prefixes, 20, repeats="include"),
        [line[-1:] for line in tests],
        ["hit_rate@20", "mrr@20"],
    )
    events = endcap.Events.from_sequences(read_lists(folder / "train_sessions.txt.gz"))
    return Task(events, {"test": question})


def top_n(folder: Path) -> Task:
    """Sets of items by user; what the user has in train is masked."""
    train, test = (read_lists(folder / f"{part}.txt.gz") for part in ("train", "test"))
    test = [line for line in test if len(line) > 1]
    rows = np.repeat([line[0] for line in train], [len(line) - 1 for line in train])
    columns = np.concatenate([line[1:] for line in train])
    n_items = max(max(line[1:], default=0) for line in train + test) + 1
    shape = (max(line[0] for line in train + test) + 1, n_items)
    matrix = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    users = [line[0] for line in test]
    question = Question(
        lambda shop: shop.recommend_many(users, 20, repeats="exclude"),
        [line[1:] for line in test],
        ["recall@20", "ndcg@20"],
    )
    return Task(endcap.Events.from_csr(matrix), {"test": question})


def basket_events(baskets_of: dict[str, list[list[int]]]) -> endcap.Events:
    """The order of a user's baskets is known, their times are not: one day is put between two."""
    rows = [
        (int(user), item, number, f"{user}/{number}")
        for user, baskets in baskets_of.items()
        for number, basket in enumerate(baskets)
        for item in basket
    ]
    frame = pd.DataFrame(rows, columns=["user", "item", "day", "basket"])
    frame["kind"] = "purchase"
    frame["time"] = pd.Timestamp("2000-01-01") + pd.to_timedelta(frame["day"], unit="D")
    return endcap.Events.from_frame(frame, session="basket")


def next_basket(folder: Path) -> Task:
    """Users are split; a test user's last basket is the target, the ones before are the history."""
    with gzip.open(folder / "baskets.json.gz") as file:
        parts = json.load(file)
    # Rows of the answer follow the users of the table: sorted, so that both readings agree.
    test = dict(sorted(parts["test"].items(), key=lambda entry: int(entry[0])))
    histories = basket_events({user: baskets[:-1] for user, baskets in test.items()})
    question = Question(
        lambda shop: shop.next_many(histories, 10, repeats="include"),
        [baskets[-1] for baskets in test.values()],
        ["recall@10", "ndcg@10", "hit_rate@10"],
    )
    return Task(basket_events(parts["train"] | parts["validate"]), {"test": question})


def multi(folder: Path) -> Task:
    """Views, carts and purchases with times; the target is one later purchase a user.

    The split has no target that its user had before, which a shop cannot know: so it is asked both
    for new items and for all.
    """
    events = pd.read_csv(folder / "events.csv.gz").rename(
        columns={"timestamp": "time", "event": "kind"}
    )
    events["time"] = pd.to_datetime(events["time"], unit="s")
    test = pd.read_csv(folder / "test.csv.gz")
    users = test["user"].tolist()

    def question(repeats: Repeats) -> Question:
        return Question(
            lambda shop: shop.recommend_many(users, 10, repeats=repeats),
            [[item] for item in test["item"].tolist()],
            ["hit_rate@10", "ndcg@10"],
        )

    questions = {"explore": question("exclude"), "all": question("include")}
    return Task(endcap.Events.from_frame(events), questions)


def retail(folder: Path) -> Task:
    """Invoices: known customers' purchases of known goods from 2011-11-01 on, new ones and all."""
    names = {"StockCode": "item", "CustomerID": "user", "InvoiceDate": "time"}
    names |= {"InvoiceNo": "invoice", "Quantity": "quantity", "UnitPrice": "price"}
    rows = pd.read_csv(
        folder / "transactions.csv.gz", dtype={"StockCode": str, "InvoiceNo": str}
    ).rename(columns=names)
    goods = rows["item"].str.match(r"\d{5}")  # the rest is postage, fees and samples
    bought = (rows["quantity"] > 0) & (rows["price"] > 0)
    rows = rows[goods & bought & rows["user"].notna()].copy()
    rows["user"] = rows["user"].astype(int)
    rows["time"] = pd.to_datetime(rows["time"])
    rows["kind"] = "purchase"
    old = rows["time"] < pd.Timestamp("2011-11-01")
    train, test = rows[old], rows[~old]
    test = test[test["user"].isin(train["user"]) & test["item"].isin(train["item"])]
    test = test[["user", "item"]].drop_duplicates()
    had = pd.MultiIndex.from_frame(train[["user", "item"]])
    explored = test[~pd.MultiIndex.from_frame(test).isin(had)]

    def question(pairs: pd.DataFrame, repeats: Repeats) -> Question:
        relevant = pairs.groupby("user")["item"].agg(list)
        users = relevant.index.tolist()
        return Question(
            lambda shop: shop.recommend_many(users, 20, repeats=repeats),
            relevant.tolist(),
            ["recall@10", "ndcg@10", "recall@20", "ndcg@20"],
            denominator="min",
        )

    items = train.drop_duplicates("item", keep="last")[["item", "Description", "price"]]
    questions = {
        "explore": question(explored, "exclude"),
        "all": question(test, "include"),
    }
    columns = ["user", "item", "kind", "time", "invoice", "quantity", "price"]
    events = endcap.Events.from_frame(
        train[columns], session="invoice", quantity="quantity", price="price"
    )
    return Task(events, questions, items.rename(columns={"Description": "title"}))


PROTOCOLS: dict[str, Callable[[Path], Task]] = {
    "leave-one-out": leave_one_out,
    "sessions": sessions,
    "top-n": top_n,
    "next-basket": next_basket,
    "multi": multi,
    "retail": retail,
}
