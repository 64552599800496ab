# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_test(regress_124_reboot_forgotten SOURCES ${OL_CASE_DIR}/reboot_forgotten.c DEPENDS ol_test_firmware
        LABELS regress)
endif()
