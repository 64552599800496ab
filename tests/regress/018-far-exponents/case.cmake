# SPDX-License-Identifier: MIT
ol_test(regress_018_far_exponents SOURCES ${OL_CASE_DIR}/far_exponents.c
    DEPENDS ol_onenet LABELS regress)
