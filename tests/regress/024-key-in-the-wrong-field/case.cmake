# SPDX-License-Identifier: MIT
ol_test(regress_024_key_in_the_wrong_field SOURCES ${OL_CASE_DIR}/key_in_the_wrong_field.c
    DEPENDS ol_test_platform LABELS regress)
