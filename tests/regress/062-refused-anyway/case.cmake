# SPDX-License-Identifier: MIT
ol_script_test(regress_062_refused_anyway TIMEOUT 120 LABELS regress
    COMMAND ${OL_CASE_DIR}/refused-anyway.sh)
