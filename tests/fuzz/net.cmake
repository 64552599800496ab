# SPDX-License-Identifier: MIT
ol_fuzzer(fuzz_dns_message SOURCES fuzz_dns_message.c DEPENDS ol_net)
ol_fuzzer(fuzz_dns SOURCES fuzz_dns.c DEPENDS ol_net)
ol_fuzzer(fuzz_sntp SOURCES fuzz_sntp.c DEPENDS ol_net)
ol_fuzzer(fuzz_http_date SOURCES fuzz_http_date.c DEPENDS ol_net)
ol_fuzzer(fuzz_dhcp SOURCES fuzz_dhcp.c DEPENDS ol_net)
ol_fuzzer(fuzz_dhcp_message SOURCES fuzz_dhcp_message.c DEPENDS ol_net)
