/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/maintain.h"

#include <event2/event.h>
#include <time.h>

#include "platform/access/access.h"
#include "platform/store/msglog.h"

#define DAY_MS   (INT64_C(24) * 3600 * 1000)
#define MEGABYTE (INT64_C(1) << 20)

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool wake_in(struct event *timer, int64_t ms)
{
    struct timeval tv = {.tv_sec = (time_t)(ms / 1000),
                         .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    return event_add(timer, &tv) == 0;
}

/* What devices sent in this turn is stored first: a slice that fails takes back its own
 * work alone. */
static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_maintain *m = ctx;
    ol_access_commit(m->access);
    (void)wake_in(m->timer, ol_db_retention_step(m->db, &m->retention, wall_ms()));
}

static void on_log_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_maintain *m = ctx;
    (void)wake_in(m->log_timer, ol_db_log_retention_step(m->db, &m->log_at, wall_ms()));
}

static bool start(struct event **timer, struct event_base *base, event_callback_fn turn,
                  struct ol_maintain *m, int64_t ms)
{
    *timer = evtimer_new(base, turn, m);
    return *timer != NULL && wake_in(*timer, ms);
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
    ol_db_log_set_age(db, (int64_t)o->log_days * DAY_MS);
    if (o->log_days > 0 &&
        !start(&m->log_timer, base, on_log_timer, m, OL_DB_LOG_BUSY_MS)) {
        return false;
    }
    return start(&m->timer, base, on_timer, m, OL_DB_RETENTION_BUSY_MS);
}

static void stop(struct event **timer)
{
    if (*timer != NULL) {
        event_free(*timer);
        *timer = NULL;
    }
}

void ol_maintain_stop(struct ol_maintain *m)
{
    stop(&m->timer);
    stop(&m->log_timer);
}
