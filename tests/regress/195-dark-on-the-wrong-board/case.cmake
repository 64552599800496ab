# SPDX-License-Identifier: MIT
if(NOT OL_SANITIZE)
    find_program(OL_NODE NAMES node nodejs REQUIRED)
    ol_script_test(regress_195_dark_on_the_wrong_board LABELS regress
        COMMAND ${OL_NODE} --test ${OL_CASE_DIR}/dark-on-the-wrong-board.mjs)
    set_tests_properties(regress_195_dark_on_the_wrong_board PROPERTIES
        FIXTURES_REQUIRED "board;firmware")
endif()
