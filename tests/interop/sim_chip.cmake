# SPDX-License-Identifier: MIT
# The chip model against the kernel's TCP/IP.
add_executable(sim_chip_kernel sim_chip_kernel.c)
target_link_libraries(sim_chip_kernel PRIVATE ol_flags sim_chip)
target_compile_definitions(sim_chip_kernel PRIVATE _GNU_SOURCE)
ol_script_test(interop_sim_chip
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sim_chip_kernel.sh $<TARGET_FILE:sim_chip_kernel>
    LABELS interop TIMEOUT 180)
set_tests_properties(interop_sim_chip PROPERTIES SKIP_RETURN_CODE 77)
