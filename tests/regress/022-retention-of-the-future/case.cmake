# SPDX-License-Identifier: MIT
ol_test(regress_022_retention_of_the_future SOURCES ${OL_CASE_DIR}/retention_of_the_future.c
    DEPENDS ol_test_store LABELS regress)
