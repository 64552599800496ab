# SPDX-License-Identifier: MIT
ol_test(regress_021_presence_out_of_step SOURCES ${OL_CASE_DIR}/presence_out_of_step.c
    DEPENDS ol_test_store LABELS regress)
