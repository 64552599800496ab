# SPDX-License-Identifier: MIT
if(NOT OL_SANITIZE)
    ol_script_test(regress_198_stale_image_published LABELS regress
        COMMAND ${OL_CASE_DIR}/stale-image-published.sh)
    set_tests_properties(regress_198_stale_image_published PROPERTIES FIXTURES_REQUIRED firmware)
endif()
