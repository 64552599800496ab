# SPDX-License-Identifier: MIT
ol_test(regress_026_arrival_of_yesterday SOURCES ${OL_CASE_DIR}/arrival_of_yesterday.c
    DEPENDS ol_test_platform LABELS regress)
