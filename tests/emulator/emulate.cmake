# SPDX-License-Identifier: MIT
# What `make emulate` does without a terminal, for each board.
foreach(board w55rp20_evb_pico w5500_evb_pico)
    ol_script_test(emulate_${board} TIMEOUT 120
        COMMAND ${PROJECT_SOURCE_DIR}/scripts/emulate ${board} ${CMAKE_BINARY_DIR})
    set_tests_properties(emulate_${board} PROPERTIES FIXTURES_REQUIRED "board;firmware")
endforeach()
