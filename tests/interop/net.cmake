# SPDX-License-Identifier: MIT
# The network engines against programs of others, in network namespaces that the tests make.
add_executable(net_client net_client.c net_client_ask.c)
target_link_libraries(net_client PRIVATE ol_flags ol_net ol_posix)
target_compile_definitions(net_client PRIVATE _GNU_SOURCE)
set_target_properties(net_client PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
foreach(name netns_ends dhcp net_life)
    ol_script_test(interop_${name} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${name}.sh
        LABELS interop TIMEOUT 120)
    set_tests_properties(interop_${name} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()
