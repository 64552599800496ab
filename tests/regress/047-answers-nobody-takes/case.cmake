# SPDX-License-Identifier: MIT
ol_script_test(regress_047_answers_nobody_takes
    COMMAND ${OL_CASE_DIR}/answers_nobody_takes.sh LABELS regress)
