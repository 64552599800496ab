# SPDX-License-Identifier: MIT
find_package(Threads REQUIRED)
add_executable(platform_hostile platform_hostile.c)
target_link_libraries(platform_hostile PRIVATE platform-client ol_test_support Threads::Threads)
set_target_properties(platform_hostile PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

ol_script_test(platform_hostile TIMEOUT 300
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_hostile.sh)
# The same load as `make load`, for 20 seconds.
ol_script_test(platform_load TIMEOUT 300
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/load ${CMAKE_BINARY_DIR} 20 2000 200)
