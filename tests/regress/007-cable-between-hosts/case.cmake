# SPDX-License-Identifier: MIT
ol_test(regress_007_cable_between_hosts SOURCES ${OL_CASE_DIR}/cable_between_hosts.c
    DEPENDS ol_test_agent LABELS regress)
