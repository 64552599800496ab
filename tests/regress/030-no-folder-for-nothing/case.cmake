# SPDX-License-Identifier: MIT
ol_script_test(regress_030_no_folder_for_nothing TIMEOUT 60 LABELS regress
    COMMAND ${OL_CASE_DIR}/no-folder-for-nothing.sh)
