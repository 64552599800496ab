# SPDX-License-Identifier: MIT
ol_script_test(regress_197_three_lists_for_a_sensor LABELS regress
    COMMAND ${OL_CASE_DIR}/three-lists-for-a-sensor.sh)
