# SPDX-License-Identifier: MIT
ol_script_test(onelink_token COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-token TIMEOUT 60)
ol_script_test(onelink_settings COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-settings TIMEOUT 60)
ol_script_test(onelink_run COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-run TIMEOUT 240)
ol_script_test(demo COMMAND ${PROJECT_SOURCE_DIR}/scripts/demo ${CMAKE_BINARY_DIR} TIMEOUT 120)
