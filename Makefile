# SPDX-License-Identifier: MIT
# A thin front on CMake. `make help` lists what there is.

BUILD := build
JOBS  := $(shell nproc)
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
# ninja says that there is nothing to do even when it is to be quiet.
QUIET := -- --quiet | { grep --line-buffered -vx 'ninja: no work to do.' || true; }

.PHONY: all help setup setup-test demo test check clang asan m0plus firmware emulate recovery dist \
        fuzz sim coverage soak load sizes bench costs fidelity clean

## all: build the library and the programs into build/ (the default)
all: $(BUILD)/build.ninja
	@cmake --build $(BUILD) $(QUIET)

$(BUILD)/build.ninja:
	@scripts/setup build
	@cmake --preset release >/dev/null

.PHONY: all-tests
all-tests: setup-test
	@cmake --preset release -DOL_TESTS=ON >/dev/null
	@cmake --build $(BUILD) $(QUIET)

## help: this list
help:
	@sed -n 's/^## \([a-z0-9-]*\): /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

## setup: install the Debian packages that building needs (setup-test: the tests too)
setup:
	@scripts/setup build

setup-test:
	@scripts/setup test

## demo: watch a device report to a local OneNET and obey it
demo: setup all
	@scripts/demo

## test: build and run all tests
test: all-tests firmware
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

## check: layer, purity, stack and text rules
check: all-tests m0plus
	@scripts/check-layers
	@scripts/check-text
	@scripts/check-purity $(BUILD)
	@scripts/check-docs $(BUILD)

## clang: build everything with clang, warnings as errors
clang:
	@cmake --preset clang >/dev/null && cmake --build --preset clang

## asan: build with gcc's sanitizers and run all tests under them
asan:
	@cmake --preset asan >/dev/null && cmake --build --preset asan
	@ctest --test-dir $(BUILD)/asan --output-on-failure -j $(JOBS)

## m0plus: build the portable library for Cortex-M0+
m0plus:
	@scripts/fetch-bearssl
	@cmake --no-warn-unused-cli --preset m0plus >/dev/null && cmake --build --preset m0plus

## m0-tests: the library's unit tests on an emulated Cortex-M0, then on a Cortex-M33
.PHONY: m0-tests
m0-tests: setup-test
	@tests/m0/run --build $(BUILD)
	@tests/m0/run --build $(BUILD) --m33

## firmware: the image of each BOARD (default: all) into build/firmware/: ELF, bin, UF2, sizes
BOARD ?=
firmware:
	@[ -z "$(BOARD)" ] || [ -f "firmware/boards/$(BOARD)/board.h" ] || { \
	    echo "There is no board $(BOARD); these are: $$(cd firmware/boards && echo *)" >&2; exit 2; }
	@scripts/setup firmware
	@scripts/fetch-bearssl
	@cmake --no-warn-unused-cli --preset firmware >/dev/null
	@cmake --build --preset firmware --target $(if $(BOARD),firmware-$(BOARD),firmware-all) $(QUIET)

## emulate: boot the image of BOARD (w55rp20_evb_pico) beside a local platform and watch both
emulate: BOARD := $(or $(BOARD),w55rp20_evb_pico)
emulate: firmware
	@scripts/setup emulate
	@cmake --preset release -DOL_WASM=ON >/dev/null
	@cmake --build $(BUILD) --target onelink-platform sim_chip_wasm sim_lan_wasm $(QUIET)
	@scripts/emulate $(BOARD) $(BUILD)

## throughput: TCP each way on each board in the emulator, and the bus frames of a report
.PHONY: throughput
throughput: firmware
	@scripts/setup emulate
	@cmake --preset release -DOL_WASM=ON >/dev/null
	@cmake --build $(BUILD) --target sim_chip_wasm sim_lan_wasm sim_cloud_wasm $(QUIET)
	@scripts/throughput $(BUILD) --transcript
	@scripts/throughput $(BUILD)

## recovery: every fault on the image of each board, in the emulator; with SEEDS=40 from each of 40 seeds
SEEDS ?=
recovery: all-tests firmware
	@scripts/setup emulate
	@OL_SOURCE_DIR=. OL_BINARY_DIR=$(BUILD) tests/emulator/recovery.mjs \
		$(if $(SEEDS),--seeds $(SEEDS))

## dist: what is published: both images, their checksums, sizes and the cost table
dist: override BOARD :=
dist: firmware
	@scripts/dist $(BUILD)

## fuzz: run every fuzz target for FUZZ_SECONDS (30) from its committed corpus, with FUZZ_SEED
FUZZ_SECONDS ?= 30
FUZZ_SEED ?=
fuzz:
	@cmake --preset fuzz >/dev/null && cmake --build --preset fuzz
	@scripts/fuzz $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ_SEED)

## sim: simulate SIM_SEEDS (100000) runs of device and platform with faults
SIM_SEEDS ?= 100000
sim: all-tests
	@scripts/sim $(BUILD) $(SIM_SEEDS)

## soak: kill the platform at random for SOAK_SECONDS (600) under 20 devices
SOAK_SECONDS ?= 600
soak: all
	@scripts/soak $(BUILD) $(SOAK_SECONDS)

## load: 10,000 idle and 200 posting devices for LOAD_SECONDS (600), then waves of logins
LOAD_SECONDS ?= 600
load: all
	@scripts/load $(BUILD) $(LOAD_SECONDS)

## coverage: lines and branches of onelink/ that its unit tests reach
coverage: setup-test
	@scripts/coverage $(BUILD)

## sizes: flash, RAM and stack of each part on Cortex-M0+, beside the budget
sizes: setup-test m0plus firmware
	@scripts/sizes $(BUILD)

## bench: instructions of each operation, beside the budget
bench: all-tests
	@scripts/bench $(BUILD)

## costs: measure anew and write the tables into docs/costs.md
costs: all-tests m0plus firmware
	@scripts/costs-doc $(BUILD)

## fidelity: run the conformance battery and write its table into docs/fidelity.md
fidelity: all-tests
	@ctest --test-dir $(BUILD) -R '^conformance$$' >/dev/null || true
	@scripts/fidelity-doc $(BUILD)/conformance.md --write

## clean: remove build/
clean:
	@rm -rf $(BUILD)
