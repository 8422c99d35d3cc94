#!/bin/sh
# Compiles the core for arm64 and runs tests of it under QEMU. By hand: it takes some minutes.
# Needs the Debian packages g++-aarch64-linux-gnu, qemu-user-static and googletest.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/arm64
tests=${*:-"tests/base/instructions_test.cc tests/models/detail/gemm_test.cc tests/models/detail/softmax_test.cc
  tests/matrix/co_counts_test.cc tests/models/rp3beta_test.cc tests/models/als_test.cc tests/models/ease_test.cc"}
# GoogleTest comes as source; Debian's arm64 libraries are not on this machine.
aarch64-linux-gnu-g++ -std=c++20 -O2 -ffp-contract=off -static -DENDCAP_VERSION='"0"' \
  -Iinclude -Itests -isystem /usr/include/eigen3 -isystem /usr/src/googletest/googletest/include \
  -I/usr/src/googletest/googletest $tests src/base/build_info.cc \
  /usr/src/googletest/googletest/src/gtest-all.cc /usr/src/googletest/googletest/src/gtest_main.cc \
  -o build/arm64/tests
qemu-aarch64-static build/arm64/tests
