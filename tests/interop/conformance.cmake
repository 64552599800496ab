# SPDX-License-Identifier: MIT
ol_script_test(conformance COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/conformance.sh TIMEOUT 900)
