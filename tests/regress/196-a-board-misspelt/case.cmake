# SPDX-License-Identifier: MIT
ol_script_test(regress_196_a_board_misspelt LABELS regress
    COMMAND ${OL_CASE_DIR}/a-board-misspelt.sh)
