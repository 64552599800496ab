# SPDX-License-Identifier: MIT
ol_script_test(regress_068_host_that_says_nothing TIMEOUT 300 LABELS regress
    COMMAND ${OL_CASE_DIR}/host-that-says-nothing.sh)
