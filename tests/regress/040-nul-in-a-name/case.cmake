# SPDX-License-Identifier: MIT
ol_script_test(regress_040_nul_in_a_name COMMAND ${OL_CASE_DIR}/nul_in_a_name.sh LABELS regress)
