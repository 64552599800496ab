# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_wiznet SOURCES fuzz_wiznet.c DEPENDS ol_wiznet)
