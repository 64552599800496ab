# SPDX-License-Identifier: MIT
add_library(sim_chip_rig STATIC sim_chip_rig.c)
target_link_libraries(sim_chip_rig PUBLIC ol_flags sim_chip cmocka)
foreach(name bus udp tcp)
    ol_test(test_sim_chip_${name} SOURCES sim_chip_${name}.c DEPENDS sim_chip sim_chip_rig)
endforeach()
