# SPDX-License-Identifier: MIT
ol_script_test(regress_064_report_of_before TIMEOUT 120 LABELS regress
    COMMAND ${OL_CASE_DIR}/report-of-before.sh)
