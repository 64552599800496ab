# SPDX-License-Identifier: MIT
ol_test(regress_080_datagrams_unanswered SOURCES ${OL_CASE_DIR}/datagrams_unanswered.c
    ${PROJECT_SOURCE_DIR}/tests/unit/wiznet_bench.c DEPENDS ol_wiznet sim_chip LABELS regress)
