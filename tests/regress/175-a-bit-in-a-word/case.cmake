# SPDX-License-Identifier: MIT
ol_test(regress_175_a_bit_in_a_word SOURCES ${OL_CASE_DIR}/a_bit_in_a_word.c
    DEPENDS ol_test_agent LABELS regress)
