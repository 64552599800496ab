# SPDX-License-Identifier: MIT
add_executable(mosquitto_client mosquitto_client.c)
target_link_libraries(mosquitto_client PRIVATE ol_flags ol_mqtt)
target_compile_definitions(mosquitto_client PRIVATE _GNU_SOURCE)
set_target_properties(mosquitto_client PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

ol_script_test(mosquitto_client TIMEOUT 120
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/mosquitto_client.sh)
