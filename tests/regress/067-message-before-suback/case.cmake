# SPDX-License-Identifier: MIT
ol_script_test(regress_067_message_before_suback TIMEOUT 60 LABELS regress
    COMMAND ${OL_CASE_DIR}/message-before-suback.sh)
