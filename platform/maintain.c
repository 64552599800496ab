/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/maintain.h"

#include <event2/event.h>
#include <time.h>

#include "platform/access/access.h"

#define DAY_MS   (INT64_C(24) * 3600 * 1000)
#define MEGABYTE (INT64_C(1) << 20)

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool wake_in(struct ol_maintain *m, int64_t ms)
{
    struct timeval tv = {.tv_sec = (time_t)(ms / 1000),
                         .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    return event_add(m->timer, &tv) == 0;
}

/* What devices sent in this turn is stored first: a slice that fails takes back its own
 * work alone. */
static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_maintain *m = ctx;
    ol_access_commit(m->access);
    (void)wake_in(m, ol_db_retention_step(m->db, &m->retention, wall_ms()));
}

bool ol_maintain_start(struct ol_maintain *m, struct event_base *base,
                       struct ol_access *access, struct ol_db *db,
                       const struct ol_options *o)
{
    *m = (struct ol_maintain){
        .access = access,
        .db = db,
        .retention = {.max_age_ms = (int64_t)o->history_days * DAY_MS,
                      .max_bytes = (int64_t)o->history_mb * MEGABYTE},
    };
    if (o->history_days == 0 && o->history_mb == 0) {
        return true;
    }
    m->timer = evtimer_new(base, on_timer, m);
    return m->timer != NULL && wake_in(m, OL_DB_RETENTION_BUSY_MS);
}

void ol_maintain_stop(struct ol_maintain *m)
{
    if (m->timer != NULL) {
        event_free(m->timer);
        m->timer = NULL;
    }
}
