# SPDX-License-Identifier: MIT
ol_script_test(platform_log TIMEOUT 120
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_log.sh)
