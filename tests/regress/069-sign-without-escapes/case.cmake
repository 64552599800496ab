# SPDX-License-Identifier: MIT
ol_script_test(regress_069_sign_without_escapes TIMEOUT 120 LABELS regress
    COMMAND ${OL_CASE_DIR}/sign-without-escapes.sh)
