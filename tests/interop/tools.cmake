# SPDX-License-Identifier: MIT
ol_script_test(onelink_token COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-token TIMEOUT 60)
ol_script_test(onelink_settings COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-settings TIMEOUT 60)
ol_script_test(onelink_run COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-run TIMEOUT 240)
ol_script_test(demo COMMAND ${PROJECT_SOURCE_DIR}/scripts/demo ${CMAKE_BINARY_DIR} TIMEOUT 300)
if(TARGET ol_test_firmware)
    add_executable(provision_boards provision_boards.c)
    target_link_libraries(provision_boards PRIVATE ol_test_firmware)
    set_target_properties(provision_boards PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    ol_script_test(onelink_provision
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onelink-provision TIMEOUT 120)
endif()
