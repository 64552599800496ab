# SPDX-License-Identifier: MIT
ol_script_test(regress_064_report_of_before TIMEOUT 30 LABELS regress
    COMMAND ${OL_CASE_DIR}/report-of-before.sh)
