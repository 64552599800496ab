# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_mask SOURCES fuzz_mask.c DEPENDS ol_platform_core)
