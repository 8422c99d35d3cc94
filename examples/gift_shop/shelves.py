"""The lists of the shop, with the reasons for each place in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

import endcap
from gift_shop.log import Product

K = 6
CUSTOMER = 17381  # buys toys and games: some thirty invoices, forty products
PRODUCT = "85123A"  # the bestseller
CLICKS = ("20719", "22727", "23298")  # a bag, an alarm clock, bunting
NEXT_CLICK = PRODUCT
VISITOR = -1  # an id that no customer has
NEW = Product("NEW-1", "Set of 3 vintage Christmas cake tins", 4.95)


@dataclass(frozen=True)
class Place:
    """One product on a shelf."""

    item: str
    title: str
    price: float
    score: float
    reason: str
    moved: str = ""  # since the list before: "new", "up 2", "down 1"


@dataclass(frozen=True)
class Shelf:
    """A list with a title and a line that says what it is."""

    title: str
    note: str
    places: list[Place]


@dataclass(frozen=True)
class Why:
    """The parts of one score, the largest first; they add up to it."""

    title: str
    parts: list[tuple[str, float]]
    score: float


class Shelves:
    """Asks the shop. rows: what it was fitted on, to say in numbers what the log holds."""

    def __init__(self, shop: endcap.Recommender, rows: pd.DataFrame) -> None:
        self._shop = shop
        self._rows = rows

    def for_product(self) -> list[Shelf]:
        """You may also like, and complete the basket."""
        title = self._title(PRODUCT)
        return [
            self._shelf(
                "You may also like",
                f"On the page of: {title}",
                self._shop.similar(PRODUCT, K),
                self._shared("user", "{:,} customers have both"),
            ),
            self._shelf(
                "Often bought together",
                f"With {title} in the basket",
                self._shop.bought_together([PRODUCT], K),
                self._shared("session", "together on {:,} invoices"),
            ),
        ]

    def for_customer(self) -> list[Shelf]:
        """Picked for you, and buy again."""
        times = Counter(item for item, _, _ in self._shop.history(CUSTOMER))
        known = f"Customer {CUSTOMER}, {times.total()} purchases of {len(times)} products"
        return [
            self._shelf(
                "Picked for you",
                f"{known}: what they have not bought yet",
                self._shop.recommend(CUSTOMER, K),
                lambda pick: self._because(self._shop.explain(CUSTOMER, pick.item).reasons),
            ),
            self._shelf(
                "Buy again",
                f"Customer {CUSTOMER}'s own favourites, those first that are due",
                self._shop.buy_again(CUSTOMER, K),
                lambda pick: f"bought {times[pick.item]} times",
            ),
        ]

    def for_visitor(self) -> list[Shelf]:
        """After three clicks, and after one more; the shop learns of each as it happens."""
        clicked = ", ".join(self._title(item) for item in CLICKS)
        before = self._shelf(
            "After three clicks", clicked, self._shop.next(CLICKS, K), self._clicks
        )
        for item in (*CLICKS, NEXT_CLICK):
            self._shop.observe(VISITOR, item, "view")
        picks = self._shop.recommend(VISITOR, K)
        old = [place.item for place in before.places]
        note = f"And then: {self._title(NEXT_CLICK)}"
        return [before, self._shelf("One click later", note, picks, self._clicks, old)]

    def for_new_product(self) -> list[Shelf]:
        """What stands beside a product that nobody has bought yet."""
        words = _words(NEW.title)
        return [
            self._shelf(
                "Beside a brand-new product",
                f"{NEW.title}: nobody has bought it, its title speaks for it",
                self._shop.similar(NEW.item, K),
                lambda pick: f"shares {', '.join(sorted(words & _words(self._title(pick.item))))}",
            )
        ]

    def why(self) -> Why:
        """The parts of the first place among the customer's picks, four of them by name."""
        answer = self._shop.explain(CUSTOMER, self._shop.recommend(CUSTOMER, 1)[0].item)
        parts = [(self._title(item), value) for item, value in _by_item(answer.reasons)]
        rest = sum(value for _, value in parts[4:])
        named = [(f"bought {title}", value) for title, value in parts[:4]]
        others = (f"{len(parts) - 4} other products bought", rest)
        rows = [("popular with everyone", answer.base), *named, others]
        return Why(self._title(answer.item), rows, answer.score)

    def _shelf(
        self,
        title: str,
        note: str,
        picks: Iterable[Any],
        reason: Callable[[Any], str],
        before: Sequence[str] = (),
    ) -> Shelf:
        places = [
            Place(
                pick.item,
                self._title(pick.item),
                self._shop.catalog.value(pick.item, "price"),
                pick.score,
                reason(pick),
                _moved(before, rank, pick.item),
            )
            for rank, pick in enumerate(picks)
        ]
        return Shelf(title, note, places)

    def _title(self, item: Any) -> str:
        return self._shop.catalog.title(item) or str(item)

    def _because(self, reasons: Iterable[Any]) -> str:
        parts = _by_item(reasons)[:2]
        parts = [part for part in parts if part[1] > 0.05 * parts[0][1]]
        causes = [f"{self._title(item)} {value:+.2f}" for item, value in parts]
        return f"because of {' and '.join(causes)}" if causes else "popular now"

    def _clicks(self, pick: Any) -> str:
        return self._because(pick.reasons)

    def _shared(self, by: str, text: str) -> Callable[[Any], str]:
        """Say how many customers or invoices hold both PRODUCT and the pick."""
        owners = self._rows[[by, "item"]].drop_duplicates()
        with_product = owners[owners[by].isin(owners[by][owners.item == PRODUCT])]
        counts = with_product.item.value_counts()
        return lambda pick: text.format(int(counts.get(pick.item, 0)))


def _by_item(reasons: Iterable[Any]) -> list[tuple[Any, float]]:
    """Add up the events of an item; the largest part first."""
    parts: dict[Any, float] = {}
    for reason in reasons:
        parts[reason.item] = parts.get(reason.item, 0) + reason.value
    return sorted(parts.items(), key=lambda part: -part[1])


def _moved(before: Sequence[str], rank: int, item: str) -> str:
    if not before:
        return ""
    if item not in before:
        return "new"
    up = before.index(item) - rank
    return "" if up == 0 else f"{'up' if up > 0 else 'down'} {abs(up)}"


def _words(title: str) -> set[str]:
    return {word for word in title.lower().split() if len(word) > 2 and word.isalpha()}
