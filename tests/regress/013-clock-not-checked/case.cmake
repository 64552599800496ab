# SPDX-License-Identifier: MIT
ol_test(regress_013_clock_not_checked SOURCES ${OL_CASE_DIR}/clock_not_checked.c
    DEPENDS ol_test_agent LABELS regress)
