# SPDX-License-Identifier: MIT
find_library(OL_PAHO_LIBRARY NAMES paho-mqtt3c REQUIRED)
add_executable(platform_paho platform_paho.c)
target_link_libraries(platform_paho PRIVATE ol_flags ${OL_PAHO_LIBRARY})
set_target_properties(platform_paho PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

add_executable(platform_crowd platform_crowd.c)
target_link_libraries(platform_crowd PRIVATE ol_flags ol_test_support)
set_target_properties(platform_crowd PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

add_executable(platform_refusals platform_refusals.c)
target_link_libraries(platform_refusals PRIVATE ol_flags ol_onenet)
set_target_properties(platform_refusals PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

foreach(name api cli crowd mosquitto notices paho refusals restart)
    ol_script_test(platform_${name} TIMEOUT 300
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_${name}.sh)
endforeach()
