# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_test(regress_123_refused_though_short SOURCES ${OL_CASE_DIR}/refused_though_short.c DEPENDS ol_test_firmware
        LABELS regress)
endif()
