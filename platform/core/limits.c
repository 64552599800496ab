/* SPDX-License-Identifier: MIT */
#include "platform/core/limits.h"

#include <string.h>

static const struct ol_limit_rules tables[] = {
    [OL_LIMIT_TABLE_STUDIO] =
        {.window_ms = 1000,
         .row = {[OL_LIMIT_PUBLISHES] = {1, OL_EXCESS_DELAY,
                                         "more than 1 publish a second"},
                 [OL_LIMIT_FILTERS] = {10, OL_EXCESS_PAUSE,
                                       "more than 10 filters subscribed a second"},
                 [OL_LIMIT_UNFILTERS] = {10, OL_EXCESS_PAUSE,
                                         "more than 10 filters unsubscribed a second"},
                 [OL_LIMIT_PINGS] = {1, OL_EXCESS_PAUSE, "more than 1 PINGREQ a second"},
                 [OL_LIMIT_BYTES] = {512u * 1024, OL_EXCESS_DELAY,
                                     "more than 512 KB a second"}},
         .logins = {3, OL_EXCESS_REFUSE, "more than 3 logins in 5 seconds"},
         .set_ms = 1000,
         .filters_max = 10,
         .filters_words = "more than 10 filters in this session"},
    [OL_LIMIT_TABLE_SUITE] =
        {.window_ms = 5000,
         .row = {[OL_LIMIT_PUBLISHES] = {300, OL_EXCESS_BAN,
                                         "more than 300 publishes of QoS 0 in 5 seconds"},
                 [OL_LIMIT_PUBLISHES_QOS1] =
                     {100, OL_EXCESS_BAN,
                      "more than 100 publishes of QoS 1 in 5 seconds"},
                 [OL_LIMIT_FILTERS] = {15, OL_EXCESS_REFUSE,
                                       "more than 15 filters subscribed in 5 seconds"},
                 [OL_LIMIT_UNFILTERS] = {10, OL_EXCESS_BAN,
                                         "more than 10 filters unsubscribed in 5 "
                                         "seconds"},
                 [OL_LIMIT_PINGS] = {10, OL_EXCESS_BAN,
                                     "more than 10 PINGREQ in 5 seconds"}},
         .logins = {10, OL_EXCESS_BAN, "more than 10 logins in 5 seconds"},
         .call_max = 20u * 1024,
         .answer_max = 1024,
         .filters_max = 15,
         .filters_words = "more than 15 filters in this session"},
};

const struct ol_limit_rules *ol_limit_rules(enum ol_limit_table table)
{
    return &tables[table];
}

bool ol_limit_count(const struct ol_limit_rules *rules, struct ol_session *s,
                    enum ol_limit limit, uint32_t n, ol_ms now, bool *first)
{
    struct ol_session_window *w = &s->window;
    uint32_t max = rules->row[limit].max;
    if (now - w->began_at_ms >= rules->window_ms || w->began_at_ms == 0) {
        memset(w, 0, sizeof *w);
        w->began_at_ms = now;
    }
    uint32_t before = w->count[limit];
    w->count[limit] = before + n;
    *first = before <= max;
    return max == 0 || w->count[limit] <= max;
}

ol_ms ol_limit_window_end(const struct ol_limit_rules *rules, const struct ol_session *s)
{
    return ol_ms_add(s->window.began_at_ms, rules->window_ms);
}

/* ---- logins ---- */

/* Multiplicative hashing: the store's numbers may all share their low bits. */
static size_t set_of(int64_t device)
{
    uint64_t hash = (uint64_t)device * UINT64_C(0x9E3779B97F4A7C15);
    return (hash >> 32) % OL_LOGIN_SETS;
}

static bool is_banned(const struct ol_login_time *e, ol_ms now)
{
    return e->banned_until_ms > now;
}

/* a matters less than b. */
static bool matters_less(const struct ol_login_time *a, const struct ol_login_time *b,
                         ol_ms now)
{
    if (is_banned(a, now) != is_banned(b, now)) {
        return is_banned(b, now);
    }
    return a->at[0] < b->at[0];
}

static struct ol_login_time *find(struct ol_login_times *t, int64_t device, ol_ms now)
{
    struct ol_login_time *set = t->entry[set_of(device)];
    struct ol_login_time *least = &set[0];
    for (size_t i = 0; i < OL_LOGIN_WAYS; i++) {
        if (set[i].device == device) {
            return &set[i];
        }
        if (matters_less(&set[i], least, now)) {
            least = &set[i];
        }
    }
    memset(least, 0, sizeof *least);
    least->device = device;
    return least;
}

bool ol_limit_login(const struct ol_limit_rules *rules, struct ol_login_times *t,
                    int64_t device, bool served, ol_ms now)
{
    struct ol_login_time *e = find(t, device, now);
    ol_ms oldest = e->at[rules->logins.max - 1];
    bool fine = oldest == 0 || now - oldest >= OL_LIMIT_LOGINS_MS;
    if (!fine && !served) {
        return false;
    }
    memmove(&e->at[1], &e->at[0], sizeof e->at - sizeof e->at[0]);
    /* 0 stands for "none". */
    e->at[0] = now == 0 ? 1 : now;
    return fine;
}

void ol_limit_ban(struct ol_login_times *t, int64_t device, ol_ms now)
{
    find(t, device, now)->banned_until_ms = ol_ms_add(now, OL_LIMIT_BAN_MS);
}

bool ol_limit_is_banned(const struct ol_login_times *t, int64_t device, ol_ms now)
{
    const struct ol_login_time *set = t->entry[set_of(device)];
    for (size_t i = 0; i < OL_LOGIN_WAYS; i++) {
        if (set[i].device == device) {
            return is_banned(&set[i], now);
        }
    }
    return false;
}
