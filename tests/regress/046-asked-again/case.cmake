# SPDX-License-Identifier: MIT
ol_script_test(regress_046_asked_again COMMAND ${OL_CASE_DIR}/asked_again.sh LABELS regress)
