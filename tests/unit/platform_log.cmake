# SPDX-License-Identifier: MIT
ol_test(test_platform_ring SOURCES platform_ring.c DEPENDS ol_platform_store ol_test_support)
ol_test(test_platform_core_log SOURCES platform_core_log.c DEPENDS ol_test_platform)
