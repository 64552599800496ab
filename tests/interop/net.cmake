# SPDX-License-Identifier: MIT
ol_test(interop_dns_sntp SOURCES dns_sntp.c DEPENDS ol_net ol_posix LABELS interop TIMEOUT 60)
target_compile_definitions(interop_dns_sntp PRIVATE _GNU_SOURCE)
