/* SPDX-License-Identifier: MIT */
#include "ports/template/stream.h"

/* Every change of phase goes through here, so that a deadline never outlives its phase.
 */
static void set_phase(struct my_stream *s, enum my_phase phase, ol_ms give_up_at)
{
    s->phase = phase;
    s->give_up_at_ms = give_up_at;
}

/* Supply: take a socket and begin to connect, then
 *     s->failure = OL_OK;
 *     set_phase(s, MY_OPENING, give_up_at);
 *     return OL_OK;
 * Take a local port that was not used shortly before, also not before the last reset. */
static int32_t stream_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                           ol_ms now, ol_ms give_up_at)
{
    struct my_stream *s = ctx;
    (void)host; /* of use to TLS alone */
    (void)now;
    (void)give_up_at;
    if (s->phase == MY_CLOSING) {
        return OL_E_AGAIN;
    }
    if (peer->family != OL_ADDR_IPV4 || peer->port == 0 || s->phase != MY_CLOSED) {
        return OL_E_ARG;
    }
    return OL_E_NOSPC;
}

/* Supply: ask the medium how the connection is.
 *     opening: connected -> set_phase(s, MY_OPEN, OL_NEVER); refused -> s->failure =
 * OL_E_IO open:    reset or lost -> s->failure = OL_E_IO; the peer's orderly end shows in
 * recv closing: ended -> set_phase(s, MY_CLOSED, OL_NEVER) The deadline is here already;
 * give the socket back where it says so. */
static void stream_step(void *ctx, ol_ms now)
{
    struct my_stream *s = ctx;
    if (now < s->give_up_at_ms) {
        return;
    }
    if (s->phase == MY_OPENING) {
        s->failure = OL_E_TIMEOUT;
    }
    set_phase(s, MY_CLOSED, OL_NEVER); /* and reset the connection */
}

static int32_t stream_state(const void *ctx)
{
    const struct my_stream *s = ctx;
    if (s->phase == MY_OPEN) {
        return OL_OK;
    }
    if (s->phase != MY_CLOSED) {
        return OL_E_AGAIN;
    }
    return s->failure != OL_OK ? s->failure : OL_E_CLOSED;
}

/* Supply: hand over as much of data as there is room for, at least one byte, and answer
 * how much; OL_E_AGAIN when there is no room. Send at once: the library has gathered a
 * whole packet already. */
static int32_t stream_send(void *ctx, const void *data, size_t len)
{
    const struct my_stream *s = ctx;
    (void)data;
    (void)len;
    return s->phase == MY_OPEN || s->phase == MY_OPENING ? OL_E_AGAIN : OL_E_CLOSED;
}

/* Supply: up to cap of the bytes that are there; OL_E_AGAIN when none is. After the
 * peer's end, and only when all before it was read: set_phase(s, MY_CLOSED, OL_NEVER) and
 * OL_E_CLOSED. */
static int32_t stream_recv(void *ctx, void *buf, size_t cap)
{
    const struct my_stream *s = ctx;
    (void)buf;
    (void)cap;
    return s->phase == MY_OPEN || s->phase == MY_OPENING ? OL_E_AGAIN : OL_E_CLOSED;
}

/* Supply: with time left and a connection that is open, send FIN, then
 *     set_phase(s, MY_CLOSING, give_up_at);
 * else reset the connection and give the socket back. */
static void stream_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct my_stream *s = ctx;
    (void)now;
    (void)give_up_at;
    set_phase(s, MY_CLOSED, OL_NEVER);
}

static ol_ms stream_deadline(const void *ctx)
{
    const struct my_stream *s = ctx;
    return s->give_up_at_ms;
}

void my_stream_init(struct my_stream *s)
{
    s->failure = OL_OK;
    set_phase(s, MY_CLOSED, OL_NEVER);
}

struct ol_stream my_stream_link(struct my_stream *s)
{
    static const struct ol_stream_ops ops = {
        .open = stream_open,
        .step = stream_step,
        .state = stream_state,
        .send = stream_send,
        .recv = stream_recv,
        .close = stream_close,
        .deadline = stream_deadline,
    };
    return (struct ol_stream){.ctx = s, .ops = &ops};
}
