"""The gate lets through what it should, and nothing else."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "bench/gate/gate.py"
BEFORE = {"fit": 1_000_000, "ask": 1_000}


@pytest.fixture
def gate(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("gate", PATH)
    assert spec is not None
    assert spec.loader is not None
    gate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gate)
    monkeypatch.setattr(gate, "ROOT", tmp_path)
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(gate, "output", lambda *_: "12.2.0\n")
    monkeypatch.setattr(sys, "argv", ["gate.py"])
    gate.BASELINE.write_text(json.dumps({"g++ 12.2.0": BEFORE}))
    return gate


def judge(gate, counts):
    gate.count_all = lambda: counts
    gate.main()


def test_as_many_instructions_or_a_little_more_pass(gate):
    judge(gate, BEFORE)
    judge(gate, {"fit": 1_029_000, "ask": 10})


def test_over_3_percent_more_fail_by_name(gate):
    with pytest.raises(SystemExit, match=r"more instructions .*: ask; if that is meant"):
        judge(gate, {"fit": 1_000_000, "ask": 1_031})


def test_a_task_or_a_compiler_without_a_baseline_fails(gate):
    with pytest.raises(SystemExit, match="new"):
        judge(gate, BEFORE | {"new": 1})
    gate.BASELINE.write_text("{}")
    with pytest.raises(SystemExit, match="fit, ask"):
        judge(gate, BEFORE)


def test_a_renewed_baseline_passes_and_keeps_other_compilers(gate, monkeypatch):
    gate.BASELINE.write_text(json.dumps({"g++ 13": {"fit": 1}}))
    monkeypatch.setattr(sys, "argv", ["gate.py", "--renew"])
    judge(gate, {"fit": 2_000_000, "ask": 5})
    monkeypatch.setattr(sys, "argv", ["gate.py"])
    judge(gate, {"fit": 2_000_000, "ask": 5})
    assert json.loads(gate.BASELINE.read_text())["g++ 13"] == {"fit": 1}
