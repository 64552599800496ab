# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_settings SOURCES fuzz_settings.c DEPENDS ol_settings)
ol_fuzzer(fuzz_settings_source SOURCES fuzz_settings_source.c DEPENDS ol_tools)
