# SPDX-License-Identifier: MIT
ol_test(test_store SOURCES store.c DEPENDS ol_store ol_test_flash)
