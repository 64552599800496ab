/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_LIMITS_H
#define PLATFORM_CORE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "platform/core/session.h"

/* What a session may do in one second, docs/protocol.md §1.7. A second begins with the
 * first counted packet after the last one has passed. */
enum ol_limit {
    OL_LIMIT_PUBLISHES, /* 1 */
    OL_LIMIT_FILTERS,   /* 10 filters subscribed */
    OL_LIMIT_UNFILTERS, /* 10 filters unsubscribed */
    OL_LIMIT_PINGS,     /* 1 */
    OL_LIMIT_BYTES,     /* 512 KB of payload */
    OL_LIMIT_COUNT
};

#define OL_LIMIT_WINDOW_MS 1000
#define OL_LIMIT_LOGINS    3
#define OL_LIMIT_LOGINS_MS 5000
#define OL_LIMIT_SET_MS    1000 /* between two property/set to one device */

/* Counts n more of a kind. false: the limit is exceeded; *first then tells that it is so
 * for the first time in this second. */
bool ol_limit_count(struct ol_session *s, enum ol_limit limit, uint32_t n, ol_ms now,
                    bool *first);

/* When the running second ends. */
ol_ms ol_limit_window_end(const struct ol_session *s);

/* The words for a limit that is exceeded. Static storage. */
struct ol_str ol_limit_str(enum ol_limit limit);

/* The logins of the last seconds, by device. Devices share a place when the table is
 * smaller than their number; the one that logged in last is then the one remembered. */
#define OL_LOGIN_TIMES 512

struct ol_login_times {
    struct ol_login_time {
        int64_t device;
        ol_ms at[OL_LIMIT_LOGINS]; /* newest first; 0: none */
    } entry[OL_LOGIN_TIMES];
};

/* Notes a login. false: it is one too many. */
bool ol_limit_login(struct ol_login_times *t, int64_t device, ol_ms now);

#endif
