# SPDX-License-Identifier: MIT
ol_test(regress_043_one_address_for_all SOURCES ${OL_CASE_DIR}/one_address_for_all.c
    DEPENDS ol_platform_access LABELS regress)
