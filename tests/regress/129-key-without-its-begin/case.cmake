# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_script_test(regress_129_key_without_its_begin TIMEOUT 30 LABELS regress
        COMMAND ${OL_CASE_DIR}/key-without-its-begin.sh)
endif()
