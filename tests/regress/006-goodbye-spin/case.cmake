# SPDX-License-Identifier: MIT
ol_test(regress_006_goodbye_spin SOURCES ${OL_CASE_DIR}/goodbye_spin.c
    DEPENDS ol_test_agent LABELS regress)
