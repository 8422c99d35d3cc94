"""Prints a checksum of what each model answers: the same bytes, the same line.

Run by test_levels.py at every instruction level and by scripts/test_lowest_level.sh under QEMU:
`model_bytes.py all` or `model_bytes.py counting`.
"""

from __future__ import annotations

import hashlib
import random
import sys
from typing import Any

import endcap

# Sums of integers and of fixed point, turned into weights by the same operations everywhere.
COUNTING = [
    endcap.Popularity,
    endcap.ItemKnn,
    endcap.Rp3Beta,
    endcap.TurboCf,
    endcap.SequentialRules,
    endcap.SessionKnn,
]
SOLVED = [endcap.Ease, endcap.Slist, endcap.Als]


def histories() -> endcap.Events:
    draw = random.Random(11)
    return endcap.Events.from_sequences(
        [
            [int(400 * draw.random() * draw.random()) for _ in range(draw.randrange(2, 40))]
            for _ in range(500)
        ]
    )


def checksum(model: Any, events: endcap.Events, threads: int) -> str:
    model.fit(events, threads=threads)
    rows = endcap._core.Interactions(events._core)
    items, scores = model._fitted.recommend(rows, 20, False, [], None, threads)
    return hashlib.sha256(items.tobytes() + scores.tobytes()).hexdigest()


def main() -> None:
    events = histories()
    models = COUNTING if sys.argv[1] == "counting" else COUNTING + SOLVED
    for model in models:
        sums = {checksum(model(), events, threads) for threads in (1, 2, 4, 8)}
        print(model.__name__, *sums)


if __name__ == "__main__":
    main()
