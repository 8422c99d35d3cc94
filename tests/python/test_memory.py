"""What a loaded model costs eight workers, by the operating system's accounting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import endcap

WORKER = """
import re, sys
import endcap

def pss_mib():
    return int(re.search(r"Pss:\\s+(\\d+)", open("/proc/self/smaps_rollup").read())[1]) / 1024

def say(text):
    print(text, flush=True)
    sys.stdin.readline()

endcap.Recommender, endcap.Events  # and numpy with them
say("ready")
before = pss_mib()
say("measured")
shop = endcap.Recommender.load(sys.argv[1])
for user in range(500):
    shop.recommend(user)
say("asked")
say(pss_mib() - before)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    draw = np.random.default_rng(0)
    n = 300_000
    log = pd.DataFrame({"user": draw.integers(0, n // 20, n), "item": draw.integers(0, 15_000, n)})
    shop = endcap.Recommender.fit(endcap.Events.from_frame(log), models=["rp3beta"], progress=False)
    path = tmp_path_factory.mktemp("memory") / "shop.endcap"
    shop.save(path)
    return path


class Worker:
    """A process that stops at each line that it prints until it is told to go on."""

    def __init__(self, file: Path) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-c", WORKER, file], stdin=pipe, stdout=pipe, text=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def line(self) -> str:
        line = self._out.readline()
        assert line
        return line

    def go_on(self) -> None:
        self._in.write("\n")
        self._in.flush()

    def finish(self) -> None:
        self._process.communicate("\n")


def added_mib(n_workers: int, file: Path) -> float:
    """Return what as many workers hold more after they have loaded the model and asked it."""
    workers = [Worker(file) for _ in range(n_workers)]
    for _ in range(3):  # each step when all have done the one before
        for worker in workers:
            worker.line()
        for worker in workers:
            worker.go_on()
    added = sum(float(worker.line()) for worker in workers)
    for worker in workers:
        worker.finish()
    return added


def test_eight_workers_share_one_model(file):
    one = added_mib(1, file)
    assert one > file.stat().st_size / 2**20 / 2  # the model was indeed read
    assert added_mib(8, file) <= 1.2 * one
