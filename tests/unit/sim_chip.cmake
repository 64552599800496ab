# SPDX-License-Identifier: MIT
# The chip model, against a plain host on its SPI bytes.
add_library(sim_chip_rig STATIC sim_chip_rig.c sim_chip_peer.c)
target_link_libraries(sim_chip_rig PUBLIC ol_flags sim_chip cmocka)
foreach(name bus faults udp tcp tcp_states)
    ol_test(test_sim_chip_${name} SOURCES sim_chip_${name}.c DEPENDS sim_chip_rig)
endforeach()

# Foreign judges: tshark of what was on the cable, node of the WebAssembly twin.
add_executable(sim_chip_witness sim_chip_witness.c)
target_link_libraries(sim_chip_witness PRIVATE sim_chip_rig)
ol_script_test(sim_chip_witness
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sim_chip_witness.sh $<TARGET_FILE:sim_chip_witness>)
ol_script_test(sim_chip_wasm
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sim_chip_wasm.sh $<TARGET_FILE:sim_chip_witness>
        ${CMAKE_BINARY_DIR}/sim/chip.wasm)
set_tests_properties(sim_chip_wasm PROPERTIES SKIP_RETURN_CODE 77)
