# SPDX-License-Identifier: MIT
# Seen: no address came by DHCP, for good, after a bus that turned bits while the board started.
# Cause: test patterns went through the chip's memory then, and a bit of a frame's address sent one
# to registers that nobody looks at again. Now the chip is set up anew after patterns that came back
# wrong. Found by the recovery table with this seed.
if(NOT OL_SANITIZE)
    find_program(OL_NODE NAMES node nodejs REQUIRED)
    ol_script_test(regress_191_patterns_elsewhere LABELS regress TIMEOUT 120
        COMMAND ${OL_NODE} ${PROJECT_SOURCE_DIR}/tests/emulator/recovery.mjs
            --only "SPI: a bit in 1000 bytes flips, power-on" --seeds 1)
    set_tests_properties(regress_191_patterns_elsewhere PROPERTIES
        FIXTURES_REQUIRED "board;firmware" ENVIRONMENT_MODIFICATION "OL_SEED=set:44")
endif()
