# SPDX-License-Identifier: MIT
ol_script_test(costs_table COMMAND ${CMAKE_CURRENT_LIST_DIR}/costs.sh)
