# SPDX-License-Identifier: MIT
ol_test(regress_016_gets_in_one_piece SOURCES ${OL_CASE_DIR}/gets_in_one_piece.c
    DEPENDS ol_test_agent LABELS regress)
