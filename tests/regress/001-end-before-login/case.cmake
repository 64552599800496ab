# SPDX-License-Identifier: MIT
ol_test(regress_001_end_before_login SOURCES ${OL_CASE_DIR}/end_before_login.c
    DEPENDS ol_test_agent LABELS regress)
