# SPDX-License-Identifier: MIT
ol_test(test_net_dns_message SOURCES net_dns_message.c DEPENDS ol_net ol_test_support)
ol_test(test_net_dns SOURCES net_dns.c DEPENDS ol_net)
ol_test(test_net_sntp SOURCES net_sntp.c DEPENDS ol_net ol_test_support)
