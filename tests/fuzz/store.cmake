# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_store SOURCES fuzz_store.c DEPENDS ol_store)
