# SPDX-License-Identifier: MIT
ol_test(test_posix_stream SOURCES posix_stream.c DEPENDS ol_posix)
ol_test(test_posix_host SOURCES posix_host.c DEPENDS ol_posix)
target_compile_definitions(test_posix_stream PRIVATE _GNU_SOURCE)
target_compile_definitions(test_posix_host PRIVATE _GNU_SOURCE)
