# SPDX-License-Identifier: MIT
ol_test(test_settings SOURCES settings.c DEPENDS ol_settings ol_test_support)
ol_test(test_tools SOURCES tools.c tools_help.c DEPENDS ol_tools ol_test_support)
ol_test(test_tools_input SOURCES tools_input.c tools_help.c DEPENDS ol_tools ol_test_support)
ol_test(test_tools_numbers SOURCES tools_numbers.c tools_help.c DEPENDS ol_tools ol_test_support)
foreach(test test_tools test_tools_input test_tools_numbers)
    target_compile_definitions(${test} PRIVATE _GNU_SOURCE)
endforeach()
