"""What is wrong with the files of a shop, if anything."""

from __future__ import annotations

from os import PathLike
from typing import NamedTuple

from endcap import _core


class FileCheck(NamedTuple):
    """What is known of one file after every byte of it was read."""

    path: str
    kind: str  # "model", "event log", "left over" or "unknown"
    problems: list[str]  # each names the section and the byte; none: all is well


def check_files(path: str | PathLike[str]) -> list[FileCheck]:
    """Check a model file or an event log, or every file of a folder.

    A log must not be open elsewhere. Raises OSError if there is nothing to read.

    >>> check_files("shop.endcap")
    [FileCheck(path='shop.endcap', kind='model', problems=[])]
    """
    return [FileCheck(*row) for row in _core.check_files(path)]
