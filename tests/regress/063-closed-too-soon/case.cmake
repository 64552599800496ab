# SPDX-License-Identifier: MIT
ol_script_test(regress_063_closed_too_soon TIMEOUT 90 LABELS regress
    COMMAND ${OL_CASE_DIR}/closed-too-soon.sh)
