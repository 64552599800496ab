# SPDX-License-Identifier: MIT
ol_script_test(platform_push TIMEOUT 300
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_push.sh)
