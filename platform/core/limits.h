/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_LIMITS_H
#define PLATFORM_CORE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "platform/core/node.h"
#include "platform/core/session.h"

/* The two sets of limits of docs/protocol.md §1.7 as data: how much a session may do in
 * one window, and what becomes of more. A window begins with the first counted packet
 * after the last one has passed. */
enum ol_limit {
    OL_LIMIT_PUBLISHES,      /* QoS 0; with studio both QoS */
    OL_LIMIT_PUBLISHES_QOS1, /* suite only */
    OL_LIMIT_FILTERS,        /* filters subscribed */
    OL_LIMIT_UNFILTERS,      /* filters unsubscribed */
    OL_LIMIT_PINGS,
    OL_LIMIT_BYTES, /* of payload; studio only */
    OL_LIMIT_COUNT
};

/* What happens to the packet that is one too many. */
enum ol_excess {
    OL_EXCESS_NONE,   /* within the limit, or limits are not enforced */
    OL_EXCESS_DELAY,  /* it and all behind it wait for the next window */
    OL_EXCESS_PAUSE,  /* it is served (a SUBSCRIBE: refused), then all wait a second */
    OL_EXCESS_REFUSE, /* a SUBSCRIBE is refused */
    OL_EXCESS_BAN     /* the connection ends, and the device stays out for 5 minutes */
};

struct ol_limit_row {
    uint32_t max; /* in a window; 0: no limit */
    enum ol_excess excess;
    const char *words; /* for the message log */
};

struct ol_limit_rules {
    ol_ms window_ms;
    struct ol_limit_row row[OL_LIMIT_COUNT];
    struct ol_limit_row logins; /* of a device in OL_LIMIT_LOGINS_MS: REFUSE or BAN */
    ol_ms set_ms;               /* between two property/set to a device; 0: none */
    uint32_t call_max;          /* bytes of the params of a set or get; 0: no limit */
    uint32_t answer_max;        /* bytes of the answer to it; 0: no limit */
    uint8_t filters_max;        /* in a session, whether limits are enforced or not */
    const char *filters_words;
};

#define OL_LIMIT_PAUSE_MS  1000
#define OL_LIMIT_LOGINS_MS 5000
#define OL_LIMIT_BAN_MS    300000

/* A set of limits. Static storage. */
const struct ol_limit_rules *ol_limit_rules(enum ol_limit_table table);

/* Counts n more of a kind. false: the limit is exceeded; *first then tells that it is so
 * for the first time in this window. */
bool ol_limit_count(const struct ol_limit_rules *rules, struct ol_session *s,
                    enum ol_limit limit, uint32_t n, ol_ms now, bool *first);

/* When the running window ends. */
ol_ms ol_limit_window_end(const struct ol_limit_rules *rules, const struct ol_session *s);

/* ---- logins ---- */

/* The logins of the last seconds and the bans, by device: a bounded table. A device has
 * OL_LOGIN_WAYS places that it may take; when all are taken by others, the one that
 * matters least is forgotten: first whose login is longest ago, a ban last. */
#define OL_LOGIN_SETS 512
#define OL_LOGIN_WAYS 4
#define OL_LOGIN_KEPT 10 /* the largest max of a row logins */

struct ol_login_times {
    struct ol_login_time {
        int64_t device;          /* 0: free */
        ol_ms at[OL_LOGIN_KEPT]; /* newest first; 0: none */
        ol_ms banned_until_ms;   /* 0: not banned */
    } entry[OL_LOGIN_SETS][OL_LOGIN_WAYS];
};

/* Notes a login. false: it is one too many in OL_LIMIT_LOGINS_MS; then it only counts when
 * it is served all the same. */
bool ol_limit_login(const struct ol_limit_rules *rules, struct ol_login_times *t,
                    int64_t device, bool served, ol_ms now);

/* The device stays out for OL_LIMIT_BAN_MS. */
void ol_limit_ban(struct ol_login_times *t, int64_t device, ol_ms now);

/* It is banned now. */
bool ol_limit_is_banned(const struct ol_login_times *t, int64_t device, ol_ms now);

#endif
