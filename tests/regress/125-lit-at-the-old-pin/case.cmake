# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_test(regress_125_lit_at_the_old_pin SOURCES ${OL_CASE_DIR}/lit_at_the_old_pin.c DEPENDS ol_test_firmware
        LABELS regress)
endif()
