# SPDX-License-Identifier: MIT
if(TARGET ol_test_firmware)
    ol_script_test(regress_127_done_with_two_keys TIMEOUT 30 LABELS regress
        COMMAND ${OL_CASE_DIR}/done-with-two-keys.sh)
endif()
