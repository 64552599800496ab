# SPDX-License-Identifier: MIT
ol_script_test(regress_128_told_without_end TIMEOUT 30 LABELS regress
    COMMAND ${OL_CASE_DIR}/told-without-end.sh)
