# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_store_record SOURCES fuzz_store_record.c DEPENDS ol_store)
