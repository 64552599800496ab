# SPDX-License-Identifier: MIT
ol_test(test_platform_push SOURCES platform_push.c DEPENDS ol_platform_push)
