# SPDX-License-Identifier: MIT
ol_script_test(regress_066_nobody_asked TIMEOUT 60 LABELS regress
    COMMAND ${OL_CASE_DIR}/nobody-asked.sh)
