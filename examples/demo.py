"""Recommends from the log of a real gift shop: what was read, how good the lists are, the lists.

Writes demo/index.html, one page that shows the same as shelves.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from gift_shop import terminal
from gift_shop.cost import measure_cost
from gift_shop.log import fit, read_log
from gift_shop.page import Page, write_page
from gift_shop.quality import Measured, measure
from gift_shop.shelves import NEW, Shelves

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run the whole demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the measurement out")
    parser.add_argument("--out", type=Path, default=ROOT / "demo", help="folder of what is written")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    log = read_log()
    terminal.show_log(log)
    measured = Measured() if options.quick else measure(log.rows)
    terminal.show_quality(measured.questions)

    start = time.perf_counter()
    shop = fit(log.rows, NEW, like=measured.shop)  # what was measured, with all that is known
    fits = {"fit": measured.fit_seconds, "fit again on all": time.perf_counter() - start}
    terminal.heading("The shop")
    print(shop)

    ask = Shelves(shop, log.rows)
    aisles = {
        "On a product's page": ask.for_product(),
        "For a customer": ask.for_customer(),
        "For a visitor without a name": ask.for_visitor(),
        "For a product without a past": ask.for_new_product(),
    }
    for shelf in (shelf for shelves in aisles.values() for shelf in shelves):
        terminal.show_shelf(shelf)
    why = ask.why()
    terminal.show_why(why)

    cost = measure_cost(shop, fits, options.out / "shop.endcap")
    terminal.show_cost(cost)
    page = options.out / "index.html"
    write_page(page, Page(log, measured.questions, aisles, why, cost))
    print(f"\nWrote {os.path.relpath(page)}: open it in a browser.")


if __name__ == "__main__":
    main()
