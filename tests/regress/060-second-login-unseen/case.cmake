# SPDX-License-Identifier: MIT
ol_script_test(regress_060_second_login_unseen TIMEOUT 120 LABELS regress
    COMMAND ${OL_CASE_DIR}/second-login-unseen.sh)
