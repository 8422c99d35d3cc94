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
    """One list per query, the items that were right, and the figures that the benchmark quotes.

    purpose: whether the lists hold items "new" to the visitor or "all". rivals: other ways to make
    the same lists, by name.
    """

    ask: Callable[[endcap.Recommender], Any]
    relevant: Sequence[Sequence[Any]]
    metrics: Sequence[str]
    purpose: Literal["new", "all"] = "new"
    denominator: Literal["relevant", "min"] = "relevant"
    rivals: dict[str, Callable[[], Any]] = field(default_factory=dict)


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
        purpose="all",
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
        purpose="all",
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
    log = endcap.Events.from_frame(events)
    in_order = events.sort_values("time", kind="stable").groupby("user")["item"].agg(list)
    histories = in_order[users].tolist()

    def question(repeats: Repeats) -> Question:
        return Question(
            lambda shop: shop.recommend_many(users, 10, repeats=repeats),
            [[item] for item in test["item"].tolist()],
            ["hit_rate@10", "ndcg@10"],
            purpose="all" if repeats == "include" else "new",
        )

    questions = {"explore": question("exclude"), "all": question("include")}
    questions["explore"].rivals.update(
        {
            "sequential_rules, as it is": lambda: unweighed(
                endcap.SequentialRules(), log, histories
            ),
            "slist, as it is": lambda: unweighed(endcap.Slist(), log, histories),
        }
    )
    return Task(log, questions)


def unweighed(model: Any, log: endcap.Events, histories: list[list[Any]]) -> list[list[Any]]:
    """The lists of new items of a single model as it is, without a word of the blend's."""
    items = log.items
    place = {item: number for number, item in enumerate(items)}
    model.fit(log)
    asked = ([place[item] for item in history] for history in histories)
    return [[items[number] for number in model.next(history)[0]] for history in asked]


RETAIL_CUT = pd.Timestamp("2011-11-01")
RETAIL_COLUMNS = ["user", "item", "kind", "time", "invoice", "quantity", "price"]


def retail_rows(folder: Path) -> pd.DataFrame:
    """The purchases of goods by customers who are named."""
    names = {"StockCode": "item", "CustomerID": "user", "InvoiceDate": "time"}
    names |= {"InvoiceNo": "invoice", "Quantity": "quantity", "UnitPrice": "price"}
    rows = pd.read_csv(
        next(folder.glob("*.csv.gz")), dtype={"StockCode": str, "InvoiceNo": str}
    ).rename(columns=names)
    goods = rows["item"].str.match(r"\d{5}")  # the rest is postage, fees and samples
    bought = (rows["quantity"] > 0) & (rows["price"] > 0)
    rows = rows[goods & bought & rows["user"].notna()].copy()
    rows["user"] = rows["user"].astype(int)
    rows["time"] = pd.to_datetime(rows["time"])
    rows["kind"] = "purchase"
    return rows


def retail_events(rows: pd.DataFrame) -> endcap.Events:
    return endcap.Events.from_frame(
        rows[RETAIL_COLUMNS], session="invoice", quantity="quantity", price="price"
    )


def retail_items(rows: pd.DataFrame) -> pd.DataFrame:
    items = rows.drop_duplicates("item", keep="last")[["item", "Description", "price"]]
    return items.rename(columns={"Description": "title"})


def items_by_user(pairs: pd.DataFrame) -> pd.Series:
    """Each user's distinct items, by user."""
    return pairs[["user", "item"]].drop_duplicates().groupby("user")["item"].agg(list)


def retail(folder: Path) -> Task:
    """Invoices: known customers' purchases of known goods from 2011-11-01 on, new ones and all."""
    rows = retail_rows(folder)
    old = rows["time"] < RETAIL_CUT
    train, test = rows[old], rows[~old]
    test = test[test["user"].isin(train["user"]) & test["item"].isin(train["item"])]
    test = test[["user", "item"]].drop_duplicates()
    had = pd.MultiIndex.from_frame(train[["user", "item"]])
    explored = test[~pd.MultiIndex.from_frame(test).isin(had)]

    def question(pairs: pd.DataFrame, repeats: Repeats) -> Question:
        relevant = items_by_user(pairs)
        users = relevant.index.tolist()
        return Question(
            lambda shop: shop.recommend_many(users, 20, repeats=repeats),
            relevant.tolist(),
            ["recall@10", "ndcg@10", "recall@20", "ndcg@20"],
            purpose="all" if repeats == "include" else "new",
            denominator="min",
        )

    questions = {
        "explore": question(explored, "exclude"),
        "all": question(test, "include"),
    }
    return Task(retail_events(train), questions, retail_items(train))


def cold_items(folder: Path) -> Task:
    """As retail, with every tenth item (by a hash of its code) in the catalogue only.

    cold: what known customers bought of those; shelf: the same, asked for among those items alone;
    warm: what they bought of the others.
    """
    rows = retail_rows(folder)
    old = rows["time"] < RETAIL_CUT
    items = retail_items(rows[old])
    codes = pd.util.hash_array(items["item"].to_numpy(object))
    cold = set(items["item"][codes % 10 == 0])
    train = rows[old & ~rows["item"].isin(cold)]
    test = rows[~old & rows["user"].isin(train["user"]) & rows["item"].isin(items["item"])]
    had = pd.MultiIndex.from_frame(rows[old][["user", "item"]])
    test = test[~pd.MultiIndex.from_frame(test[["user", "item"]]).isin(had)]
    events = retail_events(train)
    is_cold = test["item"].isin(cold)

    def best_sellers() -> endcap.Recommender:
        catalog = endcap.Catalog.from_frame(items, item="item")
        return endcap.Recommender.fit(events, catalog, models=["popularity"], progress=False)

    def question(pairs: pd.DataFrame, shelf: set[str] | None = None) -> Question:
        relevant = items_by_user(pairs)
        users = relevant.index.tolist()

        def ask(shop: endcap.Recommender) -> Any:
            if shelf is None:
                return shop.recommend_many(users, 20)
            lists = [shop.recommend(user, 20, allow=shelf & set(shop.items)) for user in users]
            return [picks.items for picks in lists]

        return Question(
            ask,
            relevant.tolist(),
            ["recall@20", "ndcg@20"],
            denominator="min",
            rivals={"popularity": lambda: ask(best_sellers())},
        )

    questions = {
        "cold": question(test[is_cold]),
        "shelf": question(test[is_cold], cold),
        "warm": question(test[~is_cold]),
    }
    return Task(events, questions, items)


def new_visitors(folder: Path) -> Task:
    """As retail, asked by customers of whom nothing was known: after 1, 2 and 3 items.

    The items are drawn from a customer's first invoice, whose own order says nothing; right is what
    else they bought of the known goods.
    """
    rows = retail_rows(folder)
    old = rows["time"] < RETAIL_CUT
    train, test = rows[old], rows[~old]
    test = test[~test["user"].isin(train["user"]) & test["item"].isin(train["item"])]
    random = np.random.default_rng(0)
    beginnings, bought = [], []
    for _, of_user in test.sort_values("time", kind="stable").groupby("user"):
        first = sorted(set(of_user["item"][of_user["time"] == of_user["time"].min()]))
        if len(first) < 3 or of_user["item"].nunique() < 5:
            continue
        beginnings.append([str(item) for item in random.permutation(first)[:3]])
        bought.append(set(of_user["item"]))
    events = retail_events(train)

    def question(n: int) -> Question:
        histories = [beginning[:n] for beginning in beginnings]
        relevant = [sorted(all_of - set(h)) for all_of, h in zip(bought, histories, strict=True)]
        return Question(
            lambda shop: shop.next_many(histories, 10),
            relevant,
            ["recall@10", "ndcg@10"],
            denominator="min",
            rivals={
                "item_knn": lambda: folded_in(endcap.ItemKnn(), train, histories),
                "als": lambda: folded_in(endcap.Als(factors=64), train, histories),
            },
        )

    questions = {f"after {n}": question(n) for n in (1, 2, 3)}
    return Task(events, questions, retail_items(train))


def folded_in(model: Any, train: pd.DataFrame, histories: list[list[str]]) -> list[list[str]]:
    """The lists of a single model for people that it has not seen."""
    pairs = train[["user", "item"]].drop_duplicates()
    users, items = pd.factorize(pairs["user"], sort=True), pd.factorize(pairs["item"], sort=True)
    seen = sp.csr_matrix((np.ones(len(pairs), np.float32), (users[0], items[0])))
    place = {item: number for number, item in enumerate(items[1])}
    rows = np.repeat(np.arange(len(histories)), [len(history) for history in histories])
    columns = [place[item] for history in histories for item in history]
    shape = (len(histories), len(place))
    likes = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    ids, _ = model.fit(seen).recommend(np.arange(len(histories)), likes, N=10)
    return [[items[1][number] for number in row if number >= 0] for row in ids]


PROTOCOLS: dict[str, Callable[[Path], Task]] = {
    "leave-one-out": leave_one_out,
    "sessions": sessions,
    "top-n": top_n,
    "next-basket": next_basket,
    "multi": multi,
    "retail": retail,
    "cold-items": cold_items,
    "new-visitors": new_visitors,
}
