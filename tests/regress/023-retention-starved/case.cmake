# SPDX-License-Identifier: MIT
ol_test(regress_023_retention_starved SOURCES ${OL_CASE_DIR}/retention_starved.c
    DEPENDS ol_test_store LABELS regress)
