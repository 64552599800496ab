# SPDX-License-Identifier: MIT
ol_test(regress_008_socket_still_closing SOURCES ${OL_CASE_DIR}/socket_still_closing.c
    DEPENDS ol_test_agent LABELS regress)
