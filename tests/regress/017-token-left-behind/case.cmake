# SPDX-License-Identifier: MIT
ol_test(regress_017_token_left_behind SOURCES ${OL_CASE_DIR}/token_left_behind.c
    DEPENDS ol_mqtt LABELS regress)
