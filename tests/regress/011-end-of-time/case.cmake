# SPDX-License-Identifier: MIT
ol_test(regress_011_end_of_time SOURCES ${OL_CASE_DIR}/end_of_time.c
    DEPENDS ol_test_agent LABELS regress)
