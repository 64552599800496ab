# SPDX-License-Identifier: MIT
ol_test(test_settings SOURCES settings.c DEPENDS ol_settings ol_test_support)
