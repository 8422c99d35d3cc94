"""Ctrl-C ends a fit within a second, wherever it is, and leaves everything usable."""

import os
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import endcap
from endcap import _core


@pytest.fixture(scope="module")
def events():
    """Return a log whose fit takes some seconds, a good part of it weighing the models."""
    draw = np.random.default_rng(0)
    n = 100_000
    return endcap.Events.from_frame(
        pd.DataFrame(
            {
                "user": draw.integers(0, 5_000, n),
                "item": (draw.pareto(1.0, n) * 50).astype(int) % 2_000,
                "time": draw.integers(1_600_000_000, 1_610_000_000, n),
            }
        )
    )


def press_ctrl_c_after(seconds):
    pressed = []

    def press():
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(seconds, press).start()
    return pressed


def test_ctrl_c_ends_a_fit(events):
    pressed = press_ctrl_c_after(0.2)
    with pytest.raises(KeyboardInterrupt):
        endcap.Recommender.fit(events, progress=False)
    assert time.perf_counter() - pressed[0] < 1


def test_ctrl_c_ends_the_fit_of_a_single_model():
    likes = sparse.random(20_000, 4_000, density=0.01, format="csr", random_state=0)
    pressed = press_ctrl_c_after(0.2)
    with pytest.raises(KeyboardInterrupt):
        endcap.Ease(neighbors=400).fit(likes)
    assert time.perf_counter() - pressed[0] < 1


def fit(events, report):
    return _core.Recommender.fit(
        events._core,
        _core.Catalog(),
        target="purchase",
        effort=_core.Effort.balanced,
        models=[],
        time_budget=None,
        like=None,
        threads=0,
        seed=0,
        progress=report,
    )


def test_no_part_of_a_fit_is_deaf(events):
    heard = [time.perf_counter()]
    fit(events, lambda stage, total, done: heard.append(time.perf_counter()))
    assert np.diff(heard).max() < 1


def test_a_callback_may_end_a_fit_at_any_stage(events):
    class Enough(Exception):  # noqa: N818
        pass

    def stop_at(last):
        def report(stage, total, done):
            if stage is not None and stage.startswith(last):
                raise Enough

        return report

    for last in ("fitting popularity", "fitting ease", "weighing"):
        with pytest.raises(Enough):
            fit(events, stop_at(last))
