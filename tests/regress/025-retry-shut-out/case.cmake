# SPDX-License-Identifier: MIT
ol_test(regress_025_retry_shut_out SOURCES ${OL_CASE_DIR}/retry_shut_out.c
    DEPENDS ol_test_platform LABELS regress)
