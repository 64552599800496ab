# SPDX-License-Identifier: MIT
ol_script_test(regress_027_log_made_shorter TIMEOUT 90 LABELS regress
    COMMAND ${OL_CASE_DIR}/log-made-shorter.sh)
