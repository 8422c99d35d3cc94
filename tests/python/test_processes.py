"""Forked workers, threads beside a fit, the time of an import: endcap as a part of others."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from scipy import sparse

import endcap


@pytest.fixture(scope="module")
def likes():
    return sparse.random(3_000, 800, density=0.02, format="csr", random_state=0, dtype=np.float32)


def answers(model, likes):
    return model.recommend(np.arange(50), likes[:50], threads=2)[0]


def fit_and_answer(likes):
    return answers(endcap.Ease(neighbors=20).fit(likes, threads=2), likes)


def test_a_forked_worker_fits_and_answers_as_its_parent_does(likes):
    expected = fit_and_answer(likes)  # threads have run before the fork
    with multiprocessing.get_context("fork").Pool(2) as workers:
        for found in workers.map(fit_and_answer, [likes] * 4):
            assert np.array_equal(found, expected)


def test_a_forked_worker_asks_the_recommender_of_its_parent(shop):
    expected = shop.recommend_many(["u0", "u1"]).lists()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # no exception may reach pytest from here
        same = shop.recommend_many(["u0", "u1"]).lists() == expected
        os.write(write, b"same" if same else b"other")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 9) == b"same"
    os.close(read)
    os.close(write)


@pytest.mark.parametrize(
    "model", [endcap.Rp3Beta(), endcap.Ease(), endcap.Als(factors=32, iterations=60)]
)
def test_other_threads_go_on_during_a_fit(likes, model):
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    other = threading.Thread(target=tick)
    other.start()
    begin = time.perf_counter()
    for _ in range(3):
        model.fit(likes, threads=1)
    end = time.perf_counter()
    done.set()
    other.join()
    # Whoever holds the lock through a fit leaves one gap as long as the fit.
    gaps = np.diff([begin, *[t for t in ticks if begin < t < end], end])
    assert gaps.max() < max(0.05, (end - begin) / 6)


def test_omp_num_threads_is_honoured(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert endcap.build_info()["threads"] == 3


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_import_changes_nothing_around_it():
    state = """
import os, signal, locale, warnings, threading, logging, numpy, random
def state():
    return (dict(os.environ), [signal.getsignal(s) for s in (2, 15)],
            locale.setlocale(locale.LC_ALL), numpy.geterr(), warnings.filters[:],
            logging.root.level, threading.active_count(),
            random.getstate(), os.sched_getaffinity(0))
before = state()
import endcap
print(state() == before)
"""
    assert run(state) == "True"


def test_an_import_is_quick():
    code = """
import time
start = time.process_time()
import endcap
print(time.process_time() - start)
"""
    assert min(float(run(code)) for _ in range(5)) < 0.1


def test_an_import_leaves_other_packages_for_later():
    code = """
import sys, endcap
print([m for m in ("numpy", "scipy", "pandas", "narwhals") if m in sys.modules])
"""
    assert run(code) == "[]"


def test_every_public_name_is_found_when_it_is_asked_for():
    assert set(dir(endcap)) >= set(endcap.__all__)
    assert {*endcap._MODULE_OF, "build_info"} == set(endcap.__all__)
    for name in endcap.__all__:
        assert getattr(endcap, name).__module__.startswith("endcap")
    with pytest.raises(AttributeError, match="no attribute 'Recomender'"):
        _ = endcap.Recomender
