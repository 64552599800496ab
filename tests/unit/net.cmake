# SPDX-License-Identifier: MIT
ol_test(test_net_dns_message SOURCES net_dns_message.c DEPENDS ol_net ol_test_support)
ol_test(test_net_dns SOURCES net_dns.c DEPENDS ol_net)
ol_test(test_net_sntp SOURCES net_sntp.c DEPENDS ol_net ol_test_support)
ol_test(test_net_http_date SOURCES net_http_date.c DEPENDS ol_net ol_test_support)
if(NOT TARGET ol_test_stacked)
    include(${PROJECT_SOURCE_DIR}/tests/support/stacked.cmake)
endif()
ol_test(test_net_stacked SOURCES net_stacked.c DEPENDS ol_test_stacked)
