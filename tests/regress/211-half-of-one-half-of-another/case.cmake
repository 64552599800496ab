# SPDX-License-Identifier: MIT
if(NOT OL_SANITIZE)
    find_program(OL_NODE NAMES node nodejs REQUIRED)
    ol_script_test(regress_211_half_of_one_half_of_another TIMEOUT 300 LABELS regress
        COMMAND ${OL_NODE} --test ${OL_CASE_DIR}/half-of-one-half-of-another.mjs)
    set_tests_properties(regress_211_half_of_one_half_of_another PROPERTIES
        FIXTURES_REQUIRED "board;firmware")
endif()
