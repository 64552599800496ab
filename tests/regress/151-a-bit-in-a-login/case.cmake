# SPDX-License-Identifier: MIT
ol_test(regress_151_a_bit_in_a_login SOURCES ${OL_CASE_DIR}/a_bit_in_a_login.c
    DEPENDS ol_test_agent LABELS regress)
