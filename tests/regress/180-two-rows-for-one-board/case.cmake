# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_script_test(regress_180_two_rows_for_one_board TIMEOUT 60 LABELS regress
        COMMAND ${OL_CASE_DIR}/two-rows-for-one-board.sh)
endif()
