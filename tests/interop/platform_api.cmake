# SPDX-License-Identifier: MIT
ol_script_test(platform_api_manage TIMEOUT 120
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_api_manage.sh)
ol_script_test(foreign_client TIMEOUT 60
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/foreign_client.sh)
