# SPDX-License-Identifier: MIT
ol_script_test(regress_002_api_then_device TIMEOUT 60 LABELS regress
    COMMAND ${OL_CASE_DIR}/api-then-device.sh)
