# SPDX-License-Identifier: MIT
add_library(ol_test_sim_lan STATIC sim_lan_rig.c)
target_link_libraries(ol_test_sim_lan PUBLIC sim_lan cmocka)
foreach(part tcp segments dhcp services wire)
    ol_test(test_sim_lan_${part} SOURCES sim_lan_${part}.c
        DEPENDS ol_test_sim_lan)
endforeach()
if(TARGET sim_wire)
    ol_test(test_sim_lan_chip SOURCES sim_lan_chip.c
        DEPENDS ol_test_sim_lan sim_wire)
endif()
# Foreign judges: tshark, and node for the WebAssembly twin.
add_executable(sim_lan_trace sim_lan_trace.c)
target_link_libraries(sim_lan_trace PRIVATE sim_lan)
ol_script_test(test_sim_lan_trace
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sim_lan_trace.sh $<TARGET_FILE:sim_lan_trace>
        ${CMAKE_BINARY_DIR}/sim/lan.wasm)
set_tests_properties(test_sim_lan_trace PROPERTIES SKIP_RETURN_CODE 77)
