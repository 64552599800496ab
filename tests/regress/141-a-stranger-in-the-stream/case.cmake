# SPDX-License-Identifier: MIT
ol_test(regress_141_a_stranger_in_the_stream
    SOURCES ${OL_CASE_DIR}/a_stranger_in_the_stream.c
        ${PROJECT_SOURCE_DIR}/tests/unit/wiznet_bench.c
    DEPENDS ol_wiznet sim_chip LABELS regress)
