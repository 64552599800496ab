# SPDX-License-Identifier: MIT
ol_script_test(regress_041_page_for_a_method COMMAND ${OL_CASE_DIR}/page_for_a_method.sh
    LABELS regress)
