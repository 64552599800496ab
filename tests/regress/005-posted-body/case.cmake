# SPDX-License-Identifier: MIT
ol_test(regress_005_posted_body SOURCES ${OL_CASE_DIR}/posted_body.c
    DEPENDS ol_test_agent LABELS regress)
