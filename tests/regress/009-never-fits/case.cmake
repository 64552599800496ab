# SPDX-License-Identifier: MIT
ol_test(regress_009_never_fits SOURCES ${OL_CASE_DIR}/never_fits.c
    DEPENDS ol_test_agent LABELS regress)
