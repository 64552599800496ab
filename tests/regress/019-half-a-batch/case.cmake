# SPDX-License-Identifier: MIT
ol_test(regress_019_half_a_batch SOURCES ${OL_CASE_DIR}/half_a_batch.c
    DEPENDS ol_test_store LABELS regress)
