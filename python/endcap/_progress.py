"""A progress bar on a terminal or in a notebook, none elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Report = Callable[["str | None", "int | None", int], None]


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in shell.config


@contextmanager
def progress_bar(wanted: bool) -> Iterator[Report | None]:
    """Yield what the core calls with (stage, total, 0) and (None, None, done)."""
    if not wanted or not (sys.stderr.isatty() or _in_notebook()):
        yield None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield None
        return
    bar: Any = tqdm(
        leave=False, miniters=1, bar_format="{desc:<40} {percentage:3.0f}%|{bar}| {elapsed}"
    )

    def report(stage: str | None, total: int | None, done: int) -> None:
        if stage is not None:
            bar.reset(total=total)
            bar.set_description_str(stage)
        else:
            bar.update(done - bar.n)  # drawn ten times a second at most

    try:
        yield report
    finally:
        bar.close()
