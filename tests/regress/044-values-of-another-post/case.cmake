# SPDX-License-Identifier: MIT
ol_test(regress_044_values_of_another_post SOURCES ${OL_CASE_DIR}/values_of_another_post.c
    DEPENDS ol_platform_push LABELS regress)
