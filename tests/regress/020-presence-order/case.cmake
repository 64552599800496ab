# SPDX-License-Identifier: MIT
ol_test(regress_020_presence_order SOURCES ${OL_CASE_DIR}/presence_order.c
    DEPENDS ol_test_store LABELS regress)
