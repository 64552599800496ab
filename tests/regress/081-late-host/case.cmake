# SPDX-License-Identifier: MIT
ol_test(regress_081_late_host SOURCES ${OL_CASE_DIR}/late_host.c
    ${PROJECT_SOURCE_DIR}/tests/unit/wiznet_bench.c DEPENDS ol_wiznet sim_chip LABELS regress)
