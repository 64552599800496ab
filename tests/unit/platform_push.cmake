# SPDX-License-Identifier: MIT
ol_test(test_platform_push SOURCES platform_push.c DEPENDS ol_platform_push)
ol_test(test_platform_push_queue SOURCES platform_push_queue.c DEPENDS ol_platform_push)
ol_test(test_platform_outbox SOURCES platform_outbox.c DEPENDS ol_platform_store)
