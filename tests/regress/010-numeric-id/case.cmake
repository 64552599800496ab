# SPDX-License-Identifier: MIT
ol_test(regress_010_numeric_id SOURCES ${OL_CASE_DIR}/numeric_id.c
    DEPENDS ol_test_agent LABELS regress)
