# SPDX-License-Identifier: MIT
ol_test(regress_150_a_bit_in_a_report SOURCES ${OL_CASE_DIR}/a_bit_in_a_report.c
    DEPENDS ol_test_agent LABELS regress)
