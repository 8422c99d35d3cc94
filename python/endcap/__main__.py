"""python -m endcap fsck FILE|DIR: say what is wrong with the files of a shop."""

from __future__ import annotations

import argparse
import sys

from endcap.file_check import FileCheck, check_files

_MEANING = "exit code: 0 all is well, 1 something is wrong, 2 nothing could be read"


def _line(check: FileCheck) -> str:
    if check.kind == "left over":
        return f"{check.path}: left over by an interrupted save, may be deleted"
    return f"{check.path}: {check.kind}, all is well"


def _fsck(paths: list[str]) -> int:
    wrong = False
    for path in paths:
        try:
            checks = check_files(path)
        except OSError as error:
            print(f"cannot read {path}: {error}", file=sys.stderr)
            return 2
        for check in checks:
            wrong = wrong or bool(check.problems)
            print("\n".join(check.problems) or _line(check))
    return 1 if wrong else 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m endcap")
    commands = parser.add_subparsers(dest="command", required=True)
    fsck = commands.add_parser("fsck", help="check model files and event logs", epilog=_MEANING)
    fsck.add_argument("paths", nargs="+", metavar="FILE|DIR")
    return _fsck(parser.parse_args(arguments).paths)


if __name__ == "__main__":
    sys.exit(main())
