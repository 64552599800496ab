# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_settings SOURCES fuzz_settings.c DEPENDS ol_settings)
