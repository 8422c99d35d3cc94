#!/usr/bin/env python3
"""Checks that headers include only from their own folder or from folders above it.

Usage: check_includes.py [root]. Prints each wrong include and fails if there is one.
"""

import re
import sys
from pathlib import Path

# The data's way: a folder may include itself and what stands before it.
FOLDERS = (
    "base",
    "storage",
    "ids",
    "catalog",
    "people",
    "retrieval",
    "matrix",
    "events",
    "models",
    "ranking",
    "evaluation",
    "tuning",
    "serving",
    "audience",
    "experiment",
    "privacy",
)
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]endcap/([\w./]+)[">]', re.MULTILINE)


def wrong_includes(include_dir: Path) -> list[str]:
    """One line for each include under include_dir (.../include/endcap) that points downwards."""
    wrong = []
    for header in sorted(include_dir.glob("*/**/*.h")):
        folder = header.relative_to(include_dir).parts[0]
        if folder not in FOLDERS:
            wrong.append(f"{header}: folder {folder} has no place in the order")
            continue
        allowed = FOLDERS[: FOLDERS.index(folder) + 1]
        for target in INCLUDE.findall(header.read_text()):
            if target.split("/")[0] not in allowed:
                wrong.append(f"{header}: {folder} may not include endcap/{target}")
    return wrong


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    wrong = wrong_includes(root / "include" / "endcap")
    print("\n".join(wrong) or "includes: all point upwards")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
