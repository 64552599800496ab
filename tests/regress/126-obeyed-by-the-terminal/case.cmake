# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_test(regress_126_obeyed_by_the_terminal SOURCES ${OL_CASE_DIR}/obeyed_by_the_terminal.c DEPENDS ol_test_firmware
        LABELS regress)
endif()
