# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_sim_chip SOURCES fuzz_sim_chip.c DEPENDS sim_chip)
