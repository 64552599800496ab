# SPDX-License-Identifier: MIT
ol_test(regress_042_method_in_capitals SOURCES ${OL_CASE_DIR}/method_in_capitals.c
    DEPENDS ol_onenet LABELS regress)
