# SPDX-License-Identifier: MIT
ol_test(test_wiznet_faults SOURCES wiznet_faults.c ../unit/wiznet_bench.c
    DEPENDS ol_wiznet sim_chip TIMEOUT 300)
