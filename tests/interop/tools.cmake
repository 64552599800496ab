# SPDX-License-Identifier: MIT
ol_script_test(onelink_token COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-token TIMEOUT 60)
