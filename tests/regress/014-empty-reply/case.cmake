# SPDX-License-Identifier: MIT
ol_test(regress_014_empty_reply SOURCES ${OL_CASE_DIR}/empty_reply.c
    DEPENDS ol_onenet LABELS regress)
