/* SPDX-License-Identifier: MIT */
#include "tests/support/pipe_stream.h"

#include <string.h>

enum phase { PHASE_CLOSED, PHASE_OPENING, PHASE_OPEN, PHASE_FAILED, PHASE_CLOSING };

static struct ol_pipe_end *other(const struct ol_pipe_end *e)
{
    return &e->pipe->end[1 - e->index];
}

static struct ol_pipe_way *way_out(const struct ol_pipe_end *e)
{
    return &e->pipe->way[e->index];
}

static struct ol_pipe_way *way_in(const struct ol_pipe_end *e)
{
    return &e->pipe->way[1 - e->index];
}

static bool is_joined(const struct ol_pipe_end *e)
{
    return e->phase == PHASE_OPEN || e->phase == PHASE_CLOSING;
}

static void fail(struct ol_pipe_end *e, int32_t why)
{
    if (is_joined(e)) {
        e->phase = PHASE_FAILED;
        e->failure = why;
        e->give_up_at_ms = OL_NEVER;
    }
}

static void set_closed(struct ol_pipe_end *e)
{
    e->phase = PHASE_CLOSED;
    e->give_up_at_ms = OL_NEVER;
}

/* 1 to limit, or 0 for "later". */
static size_t portion(struct ol_pipe *p, size_t limit)
{
    if (limit > p->chunk_max) {
        limit = p->chunk_max;
    }
    if (limit == 0 || ol_rng_below(&p->rng, 8) < p->later_of_8) {
        return 0;
    }
    return 1 + (size_t)ol_rng_below(&p->rng, limit);
}

static int32_t pipe_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                         ol_ms now, ol_ms give_up_at)
{
    struct ol_pipe_end *e = ctx;
    (void)peer;
    (void)host;
    (void)now;
    if (e->phase == PHASE_CLOSING) {
        return OL_E_AGAIN;
    }
    e->phase = PHASE_OPENING;
    e->failure = OL_OK;
    e->give_up_at_ms = give_up_at;
    return OL_OK;
}

static void join(struct ol_pipe *p)
{
    for (int i = 0; i < 2; i++) {
        p->way[i].len = 0;
        p->way[i].total = 0;
        p->way[i].is_finished = false;
        p->end[i].phase = PHASE_OPEN;
        p->end[i].failure = OL_OK;
        p->end[i].give_up_at_ms = OL_NEVER;
    }
}

static void pipe_step(void *ctx, ol_ms now)
{
    struct ol_pipe_end *e = ctx;
    bool is_over = now >= e->give_up_at_ms;
    if (e->phase == PHASE_OPENING && !e->pipe->is_unreachable) {
        join(e->pipe);
    } else if (e->phase == PHASE_OPENING && is_over) {
        set_closed(e);
        e->failure = OL_E_TIMEOUT;
    } else if (e->phase == PHASE_CLOSING && (is_over || way_in(e)->is_finished)) {
        set_closed(e);
    }
}

static int32_t pipe_state(const void *ctx)
{
    const struct ol_pipe_end *e = ctx;
    switch (e->phase) {
    case PHASE_OPEN:
        return OL_OK;
    case PHASE_OPENING:
    case PHASE_CLOSING:
        return OL_E_AGAIN;
    default:
        return e->failure != OL_OK ? e->failure : OL_E_CLOSED;
    }
}

static int32_t pipe_send(void *ctx, const void *data, size_t len)
{
    struct ol_pipe_end *e = ctx;
    struct ol_pipe_way *w = way_out(e);
    if (e->phase == PHASE_OPENING) {
        return OL_E_AGAIN;
    }
    if (e->phase != PHASE_OPEN) {
        return OL_E_CLOSED;
    }
    size_t room = OL_PIPE_CAP - w->len;
    size_t until_cut = w->cut_after - w->total;
    size_t n = portion(e->pipe, len < room ? len : room);
    if (n > until_cut) {
        n = until_cut;
    }
    memcpy(w->bytes + w->len, data, n);
    w->len += n;
    w->total += n;
    if (w->total == w->cut_after) {
        fail(e, OL_E_IO);
        fail(other(e), OL_E_IO);
    }
    return n > 0 ? (int32_t)n : OL_E_AGAIN;
}

static int32_t pipe_recv(void *ctx, void *buf, size_t cap)
{
    struct ol_pipe_end *e = ctx;
    struct ol_pipe_way *w = way_in(e);
    if (e->phase == PHASE_OPENING) {
        return OL_E_AGAIN;
    }
    if (e->phase != PHASE_OPEN && e->phase != PHASE_FAILED) {
        return OL_E_CLOSED;
    }
    if (w->len == 0) {
        if (e->phase == PHASE_OPEN && !w->is_finished) {
            return OL_E_AGAIN;
        }
        set_closed(e);
        return OL_E_CLOSED;
    }
    size_t n = portion(e->pipe, cap < w->len ? cap : w->len);
    if (n == 0) {
        return OL_E_AGAIN;
    }
    memcpy(buf, w->bytes, n);
    w->len -= n;
    memmove(w->bytes, w->bytes + n, w->len);
    return (int32_t)n;
}

static void pipe_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct ol_pipe_end *e = ctx;
    if (e->phase == PHASE_OPEN && give_up_at > now) {
        way_out(e)->is_finished = true;
        e->phase = PHASE_CLOSING;
        e->give_up_at_ms = give_up_at;
        return;
    }
    if (e->phase == PHASE_CLOSING && give_up_at > now) {
        return;
    }
    if (e->phase == PHASE_OPEN || e->phase == PHASE_CLOSING) {
        way_out(e)->len = 0;
        fail(other(e), OL_E_IO); /* a reset takes with it what was on the way */
    }
    set_closed(e);
}

static ol_ms pipe_deadline(const void *ctx)
{
    const struct ol_pipe_end *e = ctx;
    return e->give_up_at_ms;
}

void ol_pipe_init(struct ol_pipe *p, uint64_t seed)
{
    memset(p, 0, sizeof *p);
    p->rng = ol_rng_make(seed);
    p->chunk_max = OL_PIPE_CAP;
    for (uint8_t i = 0; i < 2; i++) {
        p->way[i].cut_after = SIZE_MAX;
        p->end[i] =
            (struct ol_pipe_end){.pipe = p, .index = i, .give_up_at_ms = OL_NEVER};
    }
}

struct ol_stream ol_pipe_link(struct ol_pipe *p, unsigned index)
{
    static const struct ol_stream_ops ops = {
        .open = pipe_open,
        .step = pipe_step,
        .state = pipe_state,
        .send = pipe_send,
        .recv = pipe_recv,
        .close = pipe_close,
        .deadline = pipe_deadline,
    };
    return (struct ol_stream){.ctx = &p->end[index], .ops = &ops};
}
