/* SPDX-License-Identifier: MIT */
#include "platform/core/limits.h"

#include <string.h>

static const uint32_t max_per_window[OL_LIMIT_COUNT] = {
    [OL_LIMIT_PUBLISHES] = 1, [OL_LIMIT_FILTERS] = 10,        [OL_LIMIT_UNFILTERS] = 10,
    [OL_LIMIT_PINGS] = 1,     [OL_LIMIT_BYTES] = 512u * 1024,
};

static const struct ol_str words[OL_LIMIT_COUNT] = {
    [OL_LIMIT_PUBLISHES] = OL_STR_INIT("more than 1 publish a second"),
    [OL_LIMIT_FILTERS] = OL_STR_INIT("more than 10 filters subscribed a second"),
    [OL_LIMIT_UNFILTERS] = OL_STR_INIT("more than 10 filters unsubscribed a second"),
    [OL_LIMIT_PINGS] = OL_STR_INIT("more than 1 PINGREQ a second"),
    [OL_LIMIT_BYTES] = OL_STR_INIT("more than 512 KB a second"),
};

bool ol_limit_count(struct ol_session *s, enum ol_limit limit, uint32_t n, ol_ms now,
                    bool *first)
{
    struct ol_session_window *w = &s->window;
    if (now - w->began_at_ms >= OL_LIMIT_WINDOW_MS || w->began_at_ms == 0) {
        memset(w, 0, sizeof *w);
        w->began_at_ms = now;
    }
    uint32_t before = w->count[limit];
    w->count[limit] = before + n;
    *first = before <= max_per_window[limit];
    return w->count[limit] <= max_per_window[limit];
}

ol_ms ol_limit_window_end(const struct ol_session *s)
{
    return ol_ms_add(s->window.began_at_ms, OL_LIMIT_WINDOW_MS);
}

struct ol_str ol_limit_str(enum ol_limit limit)
{
    return words[limit];
}

bool ol_limit_login(struct ol_login_times *t, int64_t device, ol_ms now)
{
    struct ol_login_time *e = &t->entry[(uint64_t)device % OL_LOGIN_TIMES];
    if (e->device != device) {
        memset(e, 0, sizeof *e);
        e->device = device;
    }
    ol_ms oldest = e->at[OL_LIMIT_LOGINS - 1];
    memmove(&e->at[1], &e->at[0], sizeof e->at - sizeof e->at[0]);
    /* 0 stands for "none". */
    e->at[0] = now == 0 ? 1 : now;
    return oldest == 0 || now - oldest >= OL_LIMIT_LOGINS_MS;
}
