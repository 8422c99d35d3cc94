"""Reads the gift shop's invoices and fits a recommender on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import endcap

FILE = Path(__file__).parents[1] / "data" / "online-retail.csv.gz"


@dataclass(frozen=True)
class Product:
    """A product that stands in no invoice yet."""

    item: str
    title: str
    price: float


@dataclass(frozen=True)
class Log:
    """The usable rows, (user, item, kind, time, quantity, price, session, title), and the rest."""

    rows: pd.DataFrame
    n_read: int
    dropped: dict[str, int]  # reason -> rows; a row counts for its first reason

    @property
    def facts(self) -> dict[str, int]:
        """What the usable rows hold."""
        days = (self.rows.time.max().normalize() - self.rows.time.min().normalize()).days + 1
        return {
            "invoice lines": len(self.rows),
            "customers": self.rows.user.nunique(),
            "products": self.rows.item.nunique(),
            "days": days,
        }


def read_log() -> Log:
    """Keep the lines of a customer, with a quantity, a price and a product.

    A product's code starts with five digits; letters behind them tell colours and sizes apart, so
    they are products of their own.
    """
    rows = pd.read_csv(
        FILE, dtype={"StockCode": str, "InvoiceNo": str}, parse_dates=["InvoiceDate"]
    )
    n_read = len(rows)
    bad = {
        "no customer": rows.CustomerID.isna(),
        "cancelled or returned": rows.Quantity <= 0,
        "no price": rows.UnitPrice <= 0,
        "no product (postage, fees, samples)": ~rows.StockCode.str.match(r"\d{5}"),
    }
    dropped = {}
    for reason, is_bad in bad.items():
        dropped[reason] = int(is_bad[rows.index].sum())
        rows = rows[~is_bad[rows.index]]
    usable = pd.DataFrame(
        {
            "user": rows.CustomerID.astype(int),
            "item": rows.StockCode,
            "kind": "purchase",
            "time": rows.InvoiceDate,
            "quantity": rows.Quantity,
            "price": rows.UnitPrice,
            "session": rows.InvoiceNo,
            "title": rows.Description.str.split().str.join(" ").str.capitalize(),
        }
    )
    return Log(usable, n_read, dropped)


def fit(
    rows: pd.DataFrame, *new: Product, like: endcap.Recommender | None = None
) -> endcap.Recommender:
    """Fit on the rows, with the models and weights that `like` chose or by choosing anew.

    The catalogue holds each product's usual title and newest price.
    """
    usual = rows.value_counts(["item", "title"], sort=False).sort_values(kind="stable")
    titles = usual.reset_index().drop_duplicates("item", keep="last")[["item", "title"]]
    prices = rows.drop_duplicates("item", keep="last")[["item", "price"]]
    items = pd.concat([titles.merge(prices, on="item"), pd.DataFrame(new)])
    events = endcap.Events.from_frame(rows.drop(columns="title"))
    return endcap.Recommender.fit(events, endcap.Catalog.from_frame(items), like=like)
