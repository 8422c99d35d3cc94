"""The lowest instruction level runs on a processor that has nothing above it.

QEMU's user mode stops at an instruction that the emulated processor does not know.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QEMU = "qemu-x86_64-static"
pytestmark = pytest.mark.skipif(shutil.which(QEMU) is None, reason=f"{QEMU} is not installed")


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_kernels_run_on_a_processor_of_2006():
    # Of each test below the models, those that are quick: a Core 2 has SSSE3, no AVX.
    tests = "GemmTest.*:SoftmaxTest.*:InstructionsTest.*:BuildInfoTest.*:Rp3BetaTest.*:AlsTest.*"
    output = run(
        QEMU, "-cpu", "core2duo", ROOT / "build/release/endcap_tests", f"--gtest_filter={tests}"
    )
    assert "[  PASSED  ]" in output


def test_counting_models_give_the_same_bytes_on_a_processor_without_avx():
    # numpy needs SSE4.2, as a Nehalem has. Its OpenBLAS has to be told: on some hosts it takes the
    # emulated processor for a newer one.
    command: list[str | Path] = [sys.executable, ROOT / "tests/python/model_bytes.py", "counting"]
    emulated = (QEMU, "-E", "OPENBLAS_CORETYPE=Nehalem", "-cpu", "Nehalem")
    assert run(*emulated, *command) == run(*command)
