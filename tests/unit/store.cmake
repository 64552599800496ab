# SPDX-License-Identifier: MIT
ol_test(test_store_record SOURCES store_record.c DEPENDS ol_store ol_test_flash)
