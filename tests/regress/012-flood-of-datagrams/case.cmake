# SPDX-License-Identifier: MIT
ol_test(regress_012_flood_of_datagrams SOURCES ${OL_CASE_DIR}/flood_of_datagrams.c
    DEPENDS ol_test_agent LABELS regress)
