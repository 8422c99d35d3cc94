"""What a loaded model costs eight workers, by the operating system's accounting."""

from __future__ import annotations

import subprocess
import sys

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


def test_eight_workers_share_one_model(file):
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for _ in range(3):  # each step when all have done the one before
        assert all(worker.stdout.readline() for worker in workers)
        for worker in workers:
            worker.stdin.write("\n")
            worker.stdin.flush()
    added_mib = sum(float(worker.stdout.readline()) for worker in workers)
    for worker in workers:
        worker.communicate("\n")
    model_mib = file.stat().st_size / 2**20
    assert model_mib > 20
    assert added_mib <= 1.2 * model_mib
