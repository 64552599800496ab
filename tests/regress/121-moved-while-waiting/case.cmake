# SPDX-License-Identifier: MIT
ol_test(regress_121_moved_while_waiting SOURCES ${OL_CASE_DIR}/moved_while_waiting.c
    DEPENDS ol_test_agent LABELS regress)
