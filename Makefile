# All set-up happens on demand: Debian packages, .venv, the C++ build, the Python package.
# A stamp in build/ says what is done; a second run repeats nothing.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-asan test-asan-short test-tsan torture golden-renew bench quality shop peers gate gate-renew load scale wheel \
        lint tidy format clean

PYTHON := .venv/bin/python
CCACHE := $(if $(shell command -v ccache),-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
JOBS := $(shell nproc)

CPP = $(shell git ls-files -co --exclude-standard '*.h' '*.cc')
PACKAGE := $(shell find CMakeLists.txt pyproject.toml include src python/endcap python/src \
             -type f -not -name '*.pyc' 2>/dev/null)

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: build/stamps/package  ## recommend from real shop data, in a minute
	$(PYTHON) examples/demo.py

test: build/stamps/package build/release/build.ninja  ## run the C++ and the Python tests
	cmake --build build/release
	ctest --preset release -j $(JOBS)
	$(PYTHON) -m pytest

test-asan test-asan-short test-tsan: test-%: build/%/build.ninja  # the C++ tests under a sanitizer
	cmake --build build/$* --target endcap_tests
	ctest --preset $* -j $(JOBS)

torture: build/release/build.ninja  ## kill, cut the power, fuzz and race, for an hour
	cmake --build build/release
	ENDCAP_TORTURE=1 build/release/endcap_tests \
	  --gtest_filter='*Fail*:Killed*:PowerCut*:Published*:*Fuzz*:*Race*:Damaged*'

golden-renew: build/release/build.ninja  # write tests/data anew; not once a format is released
	cmake --build build/release --target endcap_tests
	ENDCAP_GOLDEN_RENEW=1 build/release/endcap_tests --gtest_filter='GoldenShop*'

bench: shop build/release/build.ninja  ## measure quality on the shop of the demo, and speed
	cmake --build build/release
	if [ -x build/release/endcap_bench ]; then build/release/endcap_bench; fi

gate: build/release/build.ninja  ## count instructions of fixed tasks, fail where they grew
	cmake --build build/release --target endcap_gate
	bench/gate/gate.py

gate-renew: build/release/build.ninja  # take the present counts as the measure
	cmake --build build/release --target endcap_gate
	bench/gate/gate.py --renew

scale: build/release/build.ninja  ## measure growth up to 10^7 events, write docs/scale.md
	cmake --build build/release --target endcap_scale
	bench/scale/scale.py

load: build/release/build.ninja  ## measure answers while events and snapshots arrive
	cmake --build build/release --target endcap_load
	build/release/endcap_load answers 1000000
	build/release/endcap_load update 1000000
	build/release/endcap_load counted 500000

wheel: build/stamps/venv  ## build a wheel for any Linux, test it where there is no compiler
	scripts/make_wheel.sh

peers: build/stamps/package build/stamps/peers  ## measure speed beside other libraries
	$(PYTHON) bench/peers/compare.py build/peers/bin/python

build/stamps/peers: bench/peers/requirements.txt
	python3 -m venv build/peers
	build/peers/bin/python -m pip install -q --disable-pip-version-check -r $<
	mkdir -p $(@D) && touch $@

quality: build/stamps/package  ## measure quality on public shop data, in three hours, write docs/quality.md
	$(PYTHON) bench/quality_table.py

shop: build/stamps/package  # measure quality on the log that the demo reads
	$(PYTHON) bench/quality.py retail examples/data

lint: build/stamps/package build/release/build.ninja  ## check style, types and includes
	scripts/check_includes.py
	@echo clang-format
	@clang-format --dry-run -Werror $(CPP)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	cmake --build build/release --target headers

tidy: build/stamps/venv  ## check all C++ with clang-tidy, in some four minutes
	cmake --preset tidy -Dpybind11_DIR=$$($(PYTHON) -m pybind11 --cmakedir)
	run-clang-tidy -quiet -p build/tidy -j $(JOBS) 'Unity/|\.cc$$'

format: build/stamps/venv  ## rewrite the sources in the common style
	clang-format -i $(CPP)
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

clean:  ## remove all that make has made
	rm -rf build .venv demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

build/stamps/packages: packages.txt
	scripts/install_packages.sh
	mkdir -p $(@D) && touch $@

build/stamps/venv: pyproject.toml | build/stamps/packages
	python3 -m venv .venv
	$(PYTHON) -m pip install -q --disable-pip-version-check 'scikit-build-core>=0.10' 'pybind11>=2.13' ruff
	touch $@

# Editable: changed .py files count at once, changed C++ is compiled by the next make. With the
# compiler's name that build/release has for it, so that ccache compiles the library once for both.
build/stamps/package: $(PACKAGE) build/stamps/venv
	CC=$${CC:-cc} CXX=$${CXX:-c++} $(PYTHON) -m pip install -q --disable-pip-version-check --no-build-isolation \
	  $(if $(CCACHE),--config-settings=cmake.args=$(CCACHE)) \
	  --config-settings=cmake.define.ENDCAP_WARNINGS=ON -e '.[dev]'
	touch $@

build/%/build.ninja: CMakePresets.json | build/stamps/packages
	cmake --preset $* $(CCACHE)
