"""Every instruction level that is built here answers, and counting models answer alike."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import endcap

BYTES = Path(__file__).parent / "model_bytes.py"
LEVELS = endcap.build_info()["levels"]


def python(level: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"ENDCAP_INSTRUCTIONS": level},
        capture_output=True,
        text=True,
        check=False,
    )


def level_in_use(wanted: str) -> str:
    done = python(wanted, "-c", "import endcap; print(endcap.build_info()['instructions'])")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def checksums(level: str) -> dict[str, list[str]]:
    done = python(level, str(BYTES), "all")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    return {name: sums for name, *sums in lines}


def test_build_info_says_what_is_in_use():
    info = endcap.build_info()
    assert info["version"] == endcap.__version__
    assert info["instructions"] in info["levels"]
    assert info["compiler"].split()[0] in {"gcc", "clang"}
    assert info["eigen"]
    assert info["threads"] >= 1


def test_a_lower_level_can_be_asked_for():
    assert level_in_use(LEVELS[0]) == LEVELS[0]
    assert level_in_use("") == endcap.build_info()["instructions"]


def test_an_unknown_level_is_refused():
    done = python("386", "-c", "import endcap")
    assert "ValueError: ENDCAP_INSTRUCTIONS must be" in done.stderr


def test_each_level_gives_the_same_bytes_for_any_number_of_threads():
    for level in LEVELS:
        for name, sums in checksums(level).items():
            assert len(sums) == 1, f"{name} at {level}"


@pytest.mark.skipif(len(LEVELS) == 1, reason="one level is built")
def test_counting_models_give_the_same_bytes_on_all_levels():
    lowest, *higher = [checksums(level) for level in LEVELS]
    counting = ("Popularity", "ItemKnn", "Rp3Beta", "TurboCf", "SequentialRules", "SessionKnn")
    for sums in higher:
        for name in counting:
            assert sums[name] == lowest[name]
