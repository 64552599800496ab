# SPDX-License-Identifier: MIT
ol_script_test(regress_065_name_of_the_command TIMEOUT 30 LABELS regress
    COMMAND ${OL_CASE_DIR}/name-of-the-command.sh)
