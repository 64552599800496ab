# SPDX-License-Identifier: MIT
# The parts of the API that read, without those that answer: the targets take the answers.
set(api ${PROJECT_SOURCE_DIR}/platform/api)
ol_fuzzer(fuzz_api_body SOURCES fuzz_api_body.c ${api}/args.c
    DEPENDS ol_platform_core ol_json event_core event_extra)
ol_fuzzer(fuzz_api_query SOURCES fuzz_api_query.c ${api}/args.c
    DEPENDS ol_platform_core ol_json event_core event_extra)
ol_fuzzer(fuzz_api_authorization SOURCES fuzz_api_authorization.c ${api}/token.c
    DEPENDS ol_platform_core ol_onenet)
