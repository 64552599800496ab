# SPDX-License-Identifier: MIT
if(NOT OL_SANITIZE)
    ol_script_test(regress_199_platform_left_behind LABELS regress
        COMMAND ${OL_CASE_DIR}/platform-left-behind.sh)
    set_tests_properties(regress_199_platform_left_behind PROPERTIES
        FIXTURES_REQUIRED "board;firmware")
endif()
