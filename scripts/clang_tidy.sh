#!/bin/sh
# Runs clang-tidy over src/ and, by one file that includes them all, over the headers.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/lint
(cd include && find endcap -name '*.h' | sort | sed 's/.*/#include "&"/') > build/lint/headers.cc
eigen=/usr/include/eigen3
find src build/lint -name '*.cc' | xargs -P "$(nproc)" -n 1 sh -c \
  'clang-tidy --quiet --warnings-as-errors="*" "$1" -- -std=c++20 -Iinclude -isystem '"${eigen#-I}" tidy
