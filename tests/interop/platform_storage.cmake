# SPDX-License-Identifier: MIT
foreach(name storage storage_kill)
    ol_script_test(platform_${name} TIMEOUT 300
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_${name}.sh)
endforeach()
