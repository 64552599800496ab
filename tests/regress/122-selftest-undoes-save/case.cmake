# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_test(regress_122_selftest_undoes_save SOURCES ${OL_CASE_DIR}/selftest_undoes_save.c
        DEPENDS ol_test_firmware LABELS regress)
endif()
