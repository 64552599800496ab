# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_session SOURCES fuzz_session.c DEPENDS ol_platform_core ol_test_support)
ol_fuzzer(fuzz_session_post SOURCES fuzz_session_post.c DEPENDS ol_platform_core)
