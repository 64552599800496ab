# SPDX-License-Identifier: MIT
# Device and platform in one process, in virtual time, from one seed.
if(NOT TARGET ol_test_stacked)
    include(${CMAKE_CURRENT_LIST_DIR}/../support/stacked.cmake)
endif()
set(sim_sources main.c world.c plain.c faults.c board.c board_faults.c links.c table.c bugs.c cloud.c history.c net.c servers.c)
list(TRANSFORM sim_sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
add_executable(sim_run ${sim_sources})
target_link_libraries(sim_run PRIVATE ol_agent ol_platform_core ol_test_stacked ol_wiznet sim_wire)
set_target_properties(sim_run PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
ol_script_test(sim_seeds COMMAND sim_run --seeds 1..2000 TIMEOUT 300 LABELS sim)
# The simulator can fail: deliberate bugs of the device are found.
ol_script_test(sim_bugs COMMAND sim_run --bugs 200 TIMEOUT 300 LABELS sim)
# The same with driver, chip model, DHCP and virtual network between them.
ol_script_test(sim_board_seeds COMMAND sim_run --board --seeds 1..2000 TIMEOUT 300 LABELS sim)
ol_script_test(sim_board_table COMMAND sim_run --table TIMEOUT 120 LABELS sim)
ol_script_test(sim_board_bugs COMMAND sim_run --board --bugs 500 TIMEOUT 300 LABELS sim)
