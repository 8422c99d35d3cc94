"""Each example runs, and the README says what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(script: Path, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, script, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("examples/0*.py")))
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    assert run(ROOT / "examples" / name, tmp_path)


def test_the_readme_says_what_the_first_example_prints(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    example = ROOT / "examples" / "01_first_list.py"
    code = example.read_text("utf-8").split("\n", 2)[2].strip()
    for text in (code, run(example, tmp_path).strip()):
        indented = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
        assert indented in readme


def test_the_demo_runs_and_writes_its_page() -> None:
    printed = run(ROOT / "examples" / "demo.py", ROOT, "--quick")
    assert "rows dropped: no customer" in printed
    page = (ROOT / "demo" / "index.html").read_text("utf-8")
    assert page.count("<section>") >= 8
    assert "http" not in page  # needs nothing but itself


def test_the_notebook_runs() -> None:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(ROOT / "examples" / "03_notebook.ipynb", as_version=4)
    client.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("宇治の煎茶" in str(output) for output in shown)
