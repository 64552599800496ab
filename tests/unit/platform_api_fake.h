/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PLATFORM_API_FAKE_H
#define TESTS_PLATFORM_API_FAKE_H

#include "platform/api/backend.h"

/* What the API gets from a platform that does not exist: a user, a time, tokens. */

#define FAKE_USER_KEY "dXNlcmtleXVzZXJrZXl1c2Vya2V5dXNlcmtleXVzZXJrZXl1c2Vya2V5"
#define FAKE_NOW_S    INT64_C(1700000000)

int64_t fake_wall_ms(void *ctx);
struct ol_str fake_user_id(void *ctx); /* 123456 */
struct ol_str fake_user_key(void *ctx);

/* A token signed with md5, NUL behind it. */
void fake_token(const char *version, const char *res, const char *key, int64_t et,
                char text[512]);

#endif
