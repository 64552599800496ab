# SPDX-License-Identifier: MIT
ol_script_test(costs_table COMMAND ${CMAKE_CURRENT_LIST_DIR}/costs.sh)

# The budgets of what needs no other source than ours. It is also the library's test on a
# machine that faults on unaligned words.
ol_script_test(costs_m0 COMMAND ${PROJECT_SOURCE_DIR}/bench/m0/run
    --build ${CMAKE_BINARY_DIR}/costs_m0 empty mqtt onenet net)
