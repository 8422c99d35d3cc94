#!/usr/bin/env python3
"""Runs clang-tidy over all C++ there is: library, headers, tests, benches, examples, bindings.

Nearly all of its time goes into headers that the files share (Eigen, the standard library). So
files are checked together; those that define nothing of the library's own each in a namespace.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pybind11

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build/lint"
FLAGS = [
    "-std=c++20",
    "-DENDCAP_HAS_JSON",
    "-DENDCAP_HAS_SQLITE",
    '-DENDCAP_VERSION=""',
    "-DENDCAP_MODULE=_core",
    *(f"-I{ROOT / folder}" for folder in ("include", "tests", "bench")),
    *(f"-isystem{path}" for path in ("/usr/include/eigen3", pybind11.get_include())),
    f"-isystem{sysconfig.get_path('include')}",
]
# What these define is declared elsewhere, or global.
ALONE = ["tests/base/allocations_test.cc", "tests/storage/failing_calls_test.cc"]


def main() -> int:
    """Check all pieces on all cores; return 1 if one of them fails."""
    OUT.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return max(pool.map(check, pieces()))


def pieces() -> Iterator[Path]:
    """What is checked at one time, what takes longest first."""
    alone = [ROOT / path for path in ALONE]
    library = sorted(ROOT.glob("src/**/*.cc"))
    tests = sorted(set(ROOT.glob("tests/**/*_test.cc")) - set(alone))
    yield together("tests_1", tests[::2])
    yield together("tests_2", tests[1::2])
    yield write("library_1", [f'#include "{path}"' for path in library[::2]])
    yield write("library_2", [f'#include "{path}"' for path in library[1::2]])
    yield together("bindings", sorted(ROOT.glob("python/src/*.cc")))
    yield together("programs", sorted([*ROOT.glob("bench/**/*.cc"), *ROOT.glob("examples/*.cc")]))
    yield write("headers", [f'#include "{path}"' for path in ROOT.glob("include/endcap/**/*.h")])
    yield from alone


def together(name: str, files: list[Path]) -> Path:
    """One source of many: first all they include, then each in a namespace that sees endcap."""
    lines = [*dict.fromkeys(include for file in files for include in includes(file))]
    lines += ["namespace endcap::detail {}"]
    for number, file in enumerate(files):
        lines += [
            f"namespace file_{number} {{  // NOLINTBEGIN",
            "namespace endcap { using namespace ::endcap; }",
            "namespace endcap::detail { using namespace ::endcap::detail; }",
            f'#include "{file}"',
            "}  // NOLINTEND",
        ]
    return write(name, lines)


def includes(file: Path) -> Iterator[str]:
    """Lines that include what the file includes, from wherever they stand."""
    for line in re.findall(r"^#include .*", file.read_text(), re.MULTILINE):
        beside = file.parent / line.removeprefix("#include ").strip('"')
        yield f'#include "{beside}"' if beside.exists() else line


def write(name: str, lines: list[str]) -> Path:
    """Write a source of these lines."""
    path = OUT / f"{name}.cc"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def check(source: Path) -> int:
    """Run clang-tidy over a source, print what it finds."""
    command = ["clang-tidy", "--quiet", *sys.argv[1:], str(source), "--", *FLAGS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
