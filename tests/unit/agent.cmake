# SPDX-License-Identifier: MIT
add_library(ol_test_agent STATIC ${CMAKE_CURRENT_LIST_DIR}/agent_bench.c)
target_link_libraries(ol_test_agent PUBLIC ol_agent cmocka)

foreach(part queue login post command clock fault edges dhcp)
    ol_test(test_agent_${part} SOURCES ${CMAKE_CURRENT_LIST_DIR}/agent_${part}.c
        DEPENDS ol_test_agent)
endforeach()
