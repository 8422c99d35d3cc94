"""Each example runs, and the README says what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(script: Path, folder: Path, *arguments: str | Path) -> str:
    return call(folder, sys.executable, script, *arguments)


def call(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(
        command,
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
    cpp = example.with_suffix(".cc").read_text("utf-8").split("\n", 1)[1].strip()
    for text in (code, run(example, tmp_path).strip(), cpp):
        indented = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
        assert indented in readme


# The C++ examples are built by `make test` before the Python tests run.
def cpp_twin(name: str, folder: Path) -> tuple[list[str], list[str]]:
    """Return what the Python example prints, and then the C++ one that loads what it saved."""
    python = run(ROOT / "examples" / f"{name}.py", folder)
    cpp = call(folder, ROOT / "build" / "release" / f"example_{name}")
    return python.splitlines(), cpp.replace("'", "").splitlines()


def test_the_first_list_is_the_same_in_cpp(tmp_path: Path) -> None:
    python, cpp = cpp_twin("01_first_list", tmp_path)
    rows = [line.rsplit(" ", 1) for line in cpp]
    assert [[title, f"{float(score):.4g}"] for title, score in rows] == [
        re.split(r"  +", line)[:2] for line in python[1:4]
    ]


def test_sessions_are_followed_the_same_in_cpp(tmp_path: Path) -> None:
    python, cpp = cpp_twin("02_sessions", tmp_path)
    assert [line.replace(",", "") for line in python[:3]] == cpp


def test_a_shop_in_a_folder_lives_in_cpp(tmp_path: Path) -> None:
    printed = call(tmp_path, ROOT / "build" / "release" / "example_07_live").splitlines()
    assert printed[0].startswith("for ann: ")
    assert printed[1:] == ["still known: 'kettle'", "forgotten: 1 event", "writable: 1"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What the demo prints, and its page."""
    folder = tmp_path_factory.mktemp("demo")
    printed = run(ROOT / "examples" / "demo.py", folder, "--quick", "--out", folder)
    return printed, (folder / "index.html").read_text("utf-8")


def test_the_demo_counts_what_it_dropped(demo: tuple[str, str]) -> None:
    table = [line.split() for line in demo[0].split("\n\n")[0].splitlines()[3:]]
    read, *dropped, kept = [int(row[0].replace(",", "")) for row in table[:6]]
    assert read == 541_909
    assert read + sum(dropped) == kept


def test_the_demo_shows_every_shelf_in_terminal_and_page(demo: tuple[str, str]) -> None:
    printed, page = demo
    for shelf in ("You may also like", "Often bought together", "Picked for you", "Buy again"):
        assert f"\n{shelf}." in printed
        assert f"<h3>{shelf}</h3>" in page
    assert page.count('class="tile"') == 7 * 6


def test_the_page_is_whole_and_needs_nothing_but_itself(demo: tuple[str, str]) -> None:
    page = demo[1]
    for outside in ("http", "//", "url(", "@import", "<script", "<link", "<img"):
        assert outside not in page
    reader = Balance()
    reader.feed(page)
    assert reader.open == []
    assert page.count("<h1>") == 1
    assert "$" not in page


def test_a_title_cannot_break_the_page() -> None:
    sys.path.insert(0, str(ROOT / "examples"))
    try:
        from gift_shop.page import _shelf
        from gift_shop.shelves import Place, Shelf
    finally:
        sys.path.pop(0)
    bad = '<b>"&'
    html = _shelf(Shelf(bad, bad, [Place(bad, bad, 1.0, 1.0, bad)]))
    assert "<b>" not in html
    assert '"&"' not in html
    assert "&lt;b&gt;&quot;&amp;" in html


class Balance(HTMLParser):
    """Keeps the tags that are not closed yet; a wrong end tag fails."""

    VOID = frozenset({"meta", "br", "rect", "circle"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, self.getpos()


def test_the_notebook_runs() -> None:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(ROOT / "examples" / "05_notebook.ipynb", as_version=4)
    client.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("宇治の煎茶" in str(output) for output in shown)
