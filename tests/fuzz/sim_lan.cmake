# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_sim_lan SOURCES fuzz_sim_lan.c DEPENDS sim_lan)
