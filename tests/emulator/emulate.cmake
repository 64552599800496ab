# SPDX-License-Identifier: MIT
# What `make emulate` does, without a terminal for each board and with one.
foreach(board w55rp20_evb_pico w5500_evb_pico)
    ol_script_test(emulate_${board} TIMEOUT 300
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/emulate.sh ${board})
    set_tests_properties(emulate_${board} PROPERTIES FIXTURES_REQUIRED "board;firmware")
endforeach()

ol_script_test(emulate_terminal TIMEOUT 300
    COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/emulate_terminal.py w55rp20_evb_pico)
set_tests_properties(emulate_terminal PROPERTIES FIXTURES_REQUIRED "board;firmware")
