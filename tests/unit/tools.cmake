# SPDX-License-Identifier: MIT
ol_test(test_settings SOURCES settings.c DEPENDS ol_settings ol_test_support)
ol_test(test_tools SOURCES tools.c DEPENDS ol_tools ol_test_support)
target_compile_definitions(test_tools PRIVATE _GNU_SOURCE)
