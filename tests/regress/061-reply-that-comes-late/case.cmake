# SPDX-License-Identifier: MIT
ol_script_test(regress_061_reply_that_comes_late TIMEOUT 120 LABELS regress
    COMMAND ${OL_CASE_DIR}/reply-that-comes-late.sh)
