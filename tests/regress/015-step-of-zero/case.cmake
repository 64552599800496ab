# SPDX-License-Identifier: MIT
ol_test(regress_015_step_of_zero SOURCES ${OL_CASE_DIR}/step_of_zero.c
    DEPENDS ol_onenet LABELS regress)
