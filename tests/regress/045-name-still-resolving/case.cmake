# SPDX-License-Identifier: MIT
ol_script_test(regress_045_name_still_resolving COMMAND ${OL_CASE_DIR}/name_still_resolving.sh
    LABELS regress)
