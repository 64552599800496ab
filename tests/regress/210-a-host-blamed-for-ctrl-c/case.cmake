# SPDX-License-Identifier: MIT
ol_script_test(regress_210_a_host_blamed_for_ctrl_c TIMEOUT 60 LABELS regress
    COMMAND ${OL_CASE_DIR}/a-host-blamed-for-ctrl-c.sh)
