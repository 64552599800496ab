# SPDX-License-Identifier: MIT
ol_script_test(regress_029_follow_goes_on TIMEOUT 300 LABELS regress
    COMMAND ${OL_CASE_DIR}/follow-goes-on.sh)
