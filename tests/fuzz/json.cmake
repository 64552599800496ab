# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_json SOURCES fuzz_json.c DEPENDS ol_test_json)
ol_fuzzer(fuzz_json_number SOURCES fuzz_json_number.c DEPENDS ol_test_json)
