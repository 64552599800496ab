# SPDX-License-Identifier: MIT
ol_test(interop_dns_sntp SOURCES dns_sntp.c DEPENDS ol_net ol_posix LABELS interop TIMEOUT 60)
target_compile_definitions(interop_dns_sntp PRIVATE _GNU_SOURCE)

add_executable(dhcp_client dhcp_client.c)
target_link_libraries(dhcp_client PRIVATE ol_flags ol_net ol_posix)
target_compile_definitions(dhcp_client PRIVATE _GNU_SOURCE)
set_target_properties(dhcp_client PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
ol_script_test(interop_dhcp COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/dhcp.sh LABELS interop TIMEOUT 120)
set_tests_properties(interop_dhcp PROPERTIES SKIP_RETURN_CODE 77)
