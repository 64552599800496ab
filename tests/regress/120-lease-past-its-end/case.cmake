# SPDX-License-Identifier: MIT
ol_test(regress_120_lease_past_its_end SOURCES ${OL_CASE_DIR}/lease_past_its_end.c
    DEPENDS ol_net LABELS regress)
