# SPDX-License-Identifier: MIT
ol_test(regress_004_long_answer SOURCES ${OL_CASE_DIR}/long_answer.c
    DEPENDS ol_test_agent LABELS regress)
