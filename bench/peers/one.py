"""Measures one model of one library on a top-n folder and prints one JSON line.

usage: one.py LIBRARY-MODEL FOLDER. Runs in the environment that has the library; seconds are of
the wall and of the processors, since others may share them. A list never holds what its user has.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

BEST = 20
QUERIES = 500


def read(path: Path) -> list[list[int]]:
    with gzip.open(path, "rt") as lines:
        return [[int(number) for number in line.split()] for line in lines]


def matrix(rows: list[list[int]], shape: tuple[int, int]) -> Any:
    users = np.repeat([row[0] for row in rows], [len(row) - 1 for row in rows])
    items = np.concatenate([np.array(row[1:], int) for row in rows])
    cells = sp.csr_matrix((np.ones(len(users), np.float32), (users, items)), shape)
    cells.data[:] = 1
    return cells


def ndcg(lists: Any, test: Any) -> float:
    discount = 1 / np.log2(np.arange(2, BEST + 2))
    gains = []
    for user in range(test.shape[0]):
        wanted = test.indices[test.indptr[user] : test.indptr[user + 1]]
        if len(wanted):
            hits = np.isin(lists[user][:BEST], wanted)
            gains.append((hits * discount[: len(hits)]).sum() / discount[: len(wanted)].sum())
    return float(np.mean(gains))


# What each answers: fit(X), all lists, one list. Settings are the best found for each on gowalla.
def endcap_model(name: str) -> Any:
    import endcap

    if name.startswith("als"):
        return endcap.Als(factors=int(name[3:]))
    return endcap.ItemKnn(neighbors=100)


def implicit_model(name: str) -> Any:
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender

    if name.startswith("als"):
        factors = int(name[3:])
        return AlternatingLeastSquares(
            factors=factors, alpha=100, regularization=1.0, iterations=15, random_state=0
        )
    return CosineRecommender(K=100)


def irspack_fit(name: str, likes: Any) -> tuple[Callable[[], Any], Callable[[int], Any]]:
    from irspack.recommenders import IALSRecommender
    from irspack.utils.id_mapping import retrieve_recommend_from_score as best

    model = IALSRecommender(likes, n_components=int(name[3:]), alpha0=0.03, reg=0.001).learn()

    def everyone() -> list[list[int]]:
        lists = []
        for first in range(0, likes.shape[0], 2000):
            users = np.arange(first, min(first + 2000, likes.shape[0]))
            found = best(model.get_score_remove_seen(users), [], BEST, n_threads=2)
            lists += [[item for item, _ in row] for row in found]
        return lists

    def one(user: int) -> Any:
        return best(model.get_score_cold_user_remove_seen(likes[user]), [], BEST, n_threads=1)

    return everyone, one


def cmfrec_fit(name: str, likes: Any) -> tuple[Callable[[], Any], Callable[[int], Any]]:
    from cmfrec import CMF_implicit

    model = CMF_implicit(
        k=int(name[3:]), alpha=40, niter=15, use_float=True, nthreads=2, verbose=False
    )
    model.fit(likes.tocoo())

    def everyone() -> Any:  # it has no call for many users: what its users write
        lists = np.empty((likes.shape[0], BEST), np.int64)
        for first in range(0, likes.shape[0], 1000):
            own = likes[first : first + 1000]
            scores = model.A_[first : first + 1000] @ model.B_.T
            scores[own.nonzero()] = -np.inf
            best = np.argpartition(-scores, BEST, axis=1)[:, :BEST]
            order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1)
            lists[first : first + 1000] = np.take_along_axis(best, order, 1)
        return lists

    def one(user: int) -> Any:
        return model.topN(user, n=BEST, exclude=likes[user].indices)

    return everyone, one


def fit(library: str, name: str, likes: Any) -> tuple[Callable[[], Any], Callable[[int], Any]]:
    if library in ("irspack", "cmfrec"):
        return (irspack_fit if library == "irspack" else cmfrec_fit)(name, likes)
    model = endcap_model(name) if library == "endcap" else implicit_model(name)
    model.fit(likes, **({} if library == "endcap" else {"show_progress": False}))
    users = np.arange(likes.shape[0])

    def everyone() -> Any:
        return model.recommend(users, likes, N=BEST)[0]

    def one(user: int) -> Any:
        # endcap reads the row where it stands; implicit wants it cut out.
        return model.recommend(user, likes if library == "endcap" else likes[user], N=BEST)

    return everyone, one


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def best_time_us(one: Callable[[int], Any], user: int) -> float:
    """Microseconds of one query, the best of three: others use the machine too."""
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        one(user)
        spent.append(1e6 * (time.perf_counter() - start))
    return min(spent)


def main() -> None:
    library, name = sys.argv[1].split("-")
    train, test = (read(Path(sys.argv[2]) / f"{part}.txt.gz") for part in ("train", "test"))
    rows = train + test
    shape = (1 + max(row[0] for row in rows), 1 + max(max(row[1:], default=0) for row in rows))
    likes = matrix(train, shape)
    (everyone, one), fit_s, fit_cpu_s = timed(lambda: fit(library, name, likes))
    lists, all_s, all_cpu_s = timed(everyone)
    users = np.random.default_rng(1).choice(shape[0], QUERIES, replace=False)
    p50, p99 = np.quantile([best_time_us(one, int(user)) for user in users], [0.5, 0.99])
    figures = {
        "ndcg@20": ndcg(lists, matrix(test, shape)),
        "fit_s": fit_s,
        "fit_cpu_s": fit_cpu_s,
        "all_s": all_s,
        "all_cpu_s": all_cpu_s,
        "p50_us": p50,
        "p99_us": p99,
    }
    line = json.dumps({"model": sys.argv[1]} | {k: round(v, 4) for k, v in figures.items()})
    print(f"\n{line}")  # irspack leaves its bar without an end of line


if __name__ == "__main__":
    main()
