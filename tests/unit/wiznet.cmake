# SPDX-License-Identifier: MIT
ol_test(test_wiznet_model SOURCES wiznet_model.c wiznet_bench.c DEPENDS ol_wiznet sim_chip
            TIMEOUT 300)
ol_test(test_wiznet_odd SOURCES wiznet_odd.c wiznet_bench.c
    DEPENDS ol_wiznet sim_chip TIMEOUT 300)
ol_test(test_wiznet_transcript SOURCES wiznet_transcript.c DEPENDS ol_wiznet)
# The bus budget of a report, on a machine that faults on unaligned words.
ol_script_test(costs_m0_wiznet COMMAND ${PROJECT_SOURCE_DIR}/bench/m0/run
    --build ${CMAKE_BINARY_DIR}/costs_m0_wiznet wiznet)
