# SPDX-License-Identifier: MIT
ol_test(regress_176_a_cable_that_wobbles SOURCES ${OL_CASE_DIR}/a_cable_that_wobbles.c
    DEPENDS ol_test_agent LABELS regress)
