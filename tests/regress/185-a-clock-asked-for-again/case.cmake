# SPDX-License-Identifier: MIT
ol_test(regress_185_a_clock_asked_for_again SOURCES ${OL_CASE_DIR}/a_clock_asked_for_again.c
    LABELS regress)
