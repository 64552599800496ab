/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "platform/push/state.h"

/* Messages on their way: each device's in order, each until the address takes it or the
 * last attempt has failed. docs/protocol.md §8.4 */

#define MINUTE 60

/* Seconds before the next attempt, after so many. */
static const uint16_t waits_s[] = {
    5,           10,          30,          1 * MINUTE,  2 * MINUTE, 3 * MINUTE,
    4 * MINUTE,  5 * MINUTE,  6 * MINUTE,  7 * MINUTE,  8 * MINUTE, 9 * MINUTE,
    10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 60 * MINUTE,
};

#define WAITS (sizeof waits_s / sizeof waits_s[0])

static void pump(struct ol_push_target *t);

static struct ol_push_lane **place_of(struct ol_push_target *t, int64_t device)
{
    return &t->lanes[(uint64_t)device & (OL_PUSH_LANES - 1)];
}

static void make_ready(struct ol_push_lane *lane)
{
    struct ol_push_target *t = lane->target;
    lane->next_ready = NULL;
    if (t->ready_last != NULL) {
        t->ready_last->next_ready = lane;
    } else {
        t->ready_first = lane;
    }
    t->ready_last = lane;
}

static void lane_free(struct ol_push_lane *lane)
{
    struct ol_push_lane **at = place_of(lane->target, lane->device);
    while (*at != lane) {
        at = &(*at)->next;
    }
    *at = lane->next;
    event_free(lane->timer);
    free(lane);
}

static void on_wait_over(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_push_lane *lane = ctx;
    make_ready(lane);
    pump(lane->target);
}

static struct ol_push_lane *lane_make(struct ol_push_target *t, int64_t device)
{
    struct ol_push_lane *lane = calloc(1, sizeof *lane);
    struct event *timer =
        lane == NULL ? NULL : event_new(t->push->config.base, -1, 0, on_wait_over, lane);
    if (timer == NULL) {
        free(lane);
        return NULL;
    }
    struct ol_push_lane **place = place_of(t, device);
    lane->target = t;
    lane->device = device;
    lane->timer = timer;
    lane->next = *place;
    *place = lane;
    return lane;
}

/* The first message is done with. */
static void drop_first(struct ol_push_lane *lane)
{
    struct ol_push_message *m = lane->first;
    lane->first = m->next;
    lane->attempts = 0;
    ol_push_message_free(m, true);
    if (lane->first == NULL) {
        lane_free(lane);
    } else {
        make_ready(lane);
    }
}

static void wait_again(struct ol_push_lane *lane)
{
    struct ol_push_target *t = lane->target;
    if (lane->attempts > WAITS) {
        t->failed++;
        drop_first(lane);
        return;
    }
    uint64_t ms = (uint64_t)waits_s[lane->attempts - 1] * t->push->config.second_ms;
    struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
    event_add(lane->timer, &tv);
}

static void on_answer(void *ctx, const struct ol_push_exchange *x)
{
    struct ol_push_lane *lane = ctx;
    struct ol_push_target *t = lane->target;
    lane->running = NULL;
    t->running--;
    if (x->status == HTTP_OK) {
        t->sent++;
        drop_first(lane);
    } else {
        wait_again(lane);
    }
    pump(t);
}

static void send_first(struct ol_push_lane *lane)
{
    struct ol_push_target *t = lane->target;
    struct ol_push_message *m = lane->first;
    size_t len = 0;
    char *body = ol_push_body(t->token, t->aes, ol_str_make(m->text, m->len), m->time_ms,
                              m->id, &len);
    t->retries += lane->attempts > 0 ? 1 : 0;
    lane->attempts++;
    if (body != NULL) {
        lane->running = ol_push_exchange_open(t, t->path, ol_str_make(body, len), NULL,
                                              on_answer, lane);
        free(body);
    }
    if (lane->running != NULL) {
        t->running++;
    } else {
        wait_again(lane); /* no memory counts as an attempt */
    }
}

static void pump(struct ol_push_target *t)
{
    while (t->running < OL_PUSH_RUNNING_MAX && t->ready_first != NULL) {
        struct ol_push_lane *lane = t->ready_first;
        t->ready_first = lane->next_ready;
        if (t->ready_first == NULL) {
            t->ready_last = NULL;
        }
        send_first(lane);
    }
}

void ol_push_lane_add(struct ol_push_target *t, struct ol_push_message *m)
{
    struct ol_push_lane *lane = *place_of(t, m->device);
    while (lane != NULL && lane->device != m->device) {
        lane = lane->next;
    }
    if (lane == NULL) {
        lane = lane_make(t, m->device);
    }
    if (lane == NULL) {
        t->dropped++;
        ol_push_message_free(m, true);
        return;
    }
    if (lane->first == NULL) {
        lane->first = m;
        lane->last = m;
        make_ready(lane);
        pump(t);
    } else {
        lane->last->next = m;
        lane->last = m;
    }
}

void ol_push_lanes_free(struct ol_push_target *t)
{
    for (size_t i = 0; i < OL_PUSH_LANES; i++) {
        while (t->lanes[i] != NULL) {
            struct ol_push_lane *lane = t->lanes[i];
            ol_push_exchange_close(lane->running);
            while (lane->first != NULL) {
                struct ol_push_message *m = lane->first;
                lane->first = m->next;
                ol_push_message_free(m, false);
            }
            lane_free(lane);
        }
    }
    t->ready_first = NULL;
    t->ready_last = NULL;
    t->running = 0;
}
