# SPDX-License-Identifier: MIT
ol_test(test_platform_api_token SOURCES platform_api_token.c platform_api_fake.c
    DEPENDS ol_platform_api ol_platform_core ol_onenet)
ol_test(test_platform_notice
    SOURCES platform_notice.c ${PROJECT_SOURCE_DIR}/platform/notice.c
    DEPENDS ol_base event_core)
ol_test(test_platform_api_charts SOURCES platform_api_charts.c platform_api_fake.c
    DEPENDS ol_platform_api ol_platform_core ol_onenet)
