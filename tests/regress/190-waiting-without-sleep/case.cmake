# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_test(regress_190_waiting_without_sleep SOURCES ${OL_CASE_DIR}/waiting_without_sleep.c
        DEPENDS ol_test_firmware LABELS regress)
endif()
