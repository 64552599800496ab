# SPDX-License-Identifier: MIT
ol_test(regress_028_numbers_given_twice SOURCES ${OL_CASE_DIR}/numbers_given_twice.c
    DEPENDS ol_platform_store LABELS regress)
