/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tests/sim/board.h"

/* The platform's TCP connections on the virtual network, as streams. */

enum {
    PHASE_FREE,
    PHASE_OPEN,
    PHASE_ENDED, /* the peer has closed in order; ours to close */
    PHASE_CLOSING,
    PHASE_CLOSED
};

static void on_accept(void *ctx, uint32_t conn, const struct sim_lan_peer *peer)
{
    struct sim_board *b = ctx;

    b->has_news = true;
    for (size_t i = 0; i < SIM_LINKS; i++) {
        struct sim_link *l = &b->link[b->next_link++ % SIM_LINKS];
        if (l->phase == PHASE_FREE) {
            *l = (struct sim_link){.board = b,
                                   .conn = conn,
                                   .peer_port = peer->remote_port,
                                   .phase = PHASE_OPEN,
                                   .is_new = true,
                                   .give_up_at = OL_NEVER};
            return;
        }
    }
    sim_lan_tcp_reset(b->lan, conn);
}

static void on_data(void *ctx, uint32_t conn)
{
    struct sim_board *b = ctx;

    (void)conn;
    b->has_news = true;
}

static void on_closed(void *ctx, uint32_t conn, enum sim_lan_closed why)
{
    struct sim_board *b = ctx;

    b->has_news = true;
    for (size_t i = 0; i < SIM_LINKS; i++) {
        struct sim_link *l = &b->link[i];
        if (l->phase != PHASE_FREE && l->conn == conn) {
            l->phase = l->is_new ? PHASE_FREE : PHASE_CLOSED;
            l->failure = why == SIM_LAN_CLOSED_NORMAL    ? OL_E_CLOSED
                         : why == SIM_LAN_CLOSED_TIMEOUT ? OL_E_TIMEOUT
                                                         : OL_E_IO;
        }
    }
}

void sim_links_init(struct sim_board *b)
{
    const struct sim_lan_tcp_owner owner = {.ctx = b,
                                            .accept = on_accept,
                                            .data = on_data,
                                            .writable = on_data,
                                            .closed = on_closed};

    memset(b->link, 0, sizeof b->link);
    (void)sim_lan_tcp_listen(b->lan, b->router, SIM_PLATFORM, SIM_PORT, &owner);
}

/* ---- Streams ---- */

static int32_t link_state(const void *ctx)
{
    const struct sim_link *l = ctx;

    switch (l->phase) {
    case PHASE_OPEN:
        return OL_OK;
    case PHASE_ENDED:
        return OL_E_CLOSED;
    case PHASE_CLOSING:
        return OL_E_AGAIN;
    default:
        return l->failure != OL_OK ? l->failure : OL_E_CLOSED;
    }
}

/* A stream that is closed on both sides is free for the next connection. */
static void link_step(void *ctx, ol_ms now)
{
    struct sim_link *l = ctx;

    if (l->phase == PHASE_CLOSING && now >= l->give_up_at) {
        sim_lan_tcp_reset(l->board->lan, l->conn);
        l->phase = PHASE_CLOSED;
    }
    if (l->phase == PHASE_CLOSED && l->give_up_at != OL_NEVER) {
        l->phase = PHASE_FREE;
    }
}

static int32_t link_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                         ol_ms now, ol_ms give_up_at)
{
    (void)ctx;
    (void)peer;
    (void)host;
    (void)now;
    (void)give_up_at;
    return OL_E_ARG;
}

static int32_t link_send(void *ctx, const void *data, size_t len)
{
    struct sim_link *l = ctx;

    if (l->phase != PHASE_OPEN) {
        return OL_E_CLOSED;
    }
    size_t n = sim_lan_tcp_send(l->board->lan, l->conn, data, len);
    return n > 0 ? (int32_t)n : OL_E_AGAIN;
}

static int32_t link_recv(void *ctx, void *buf, size_t cap)
{
    struct sim_link *l = ctx;

    if (l->phase != PHASE_OPEN) {
        return OL_E_CLOSED;
    }
    int32_t n = sim_lan_tcp_recv(l->board->lan, l->conn, buf, cap);
    if (n == SIM_LAN_END) {
        l->phase = PHASE_ENDED;
        return OL_E_CLOSED;
    }
    return n > 0 ? n : OL_E_AGAIN;
}

static void link_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct sim_link *l = ctx;

    l->give_up_at = give_up_at;
    if (l->phase == PHASE_CLOSED || l->phase == PHASE_FREE) {
        l->phase = PHASE_FREE;
        return;
    }
    sim_lan_tcp_close(l->board->lan, l->conn);
    l->phase = PHASE_CLOSING;
    link_step(l, now);
}

static ol_ms link_deadline(const void *ctx)
{
    const struct sim_link *l = ctx;

    return l->phase == PHASE_CLOSING ? l->give_up_at : OL_NEVER;
}

static const struct ol_stream_ops link_ops = {.open = link_open,
                                              .step = link_step,
                                              .state = link_state,
                                              .send = link_send,
                                              .recv = link_recv,
                                              .close = link_close,
                                              .deadline = link_deadline};

static bool accept_one(void *ctx, struct ol_stream *out)
{
    struct sim_board *b = ctx;

    for (size_t i = 0; i < SIM_LINKS; i++) {
        struct sim_link *l = &b->link[i];
        if (l->is_new && l->phase != PHASE_FREE) {
            l->is_new = false;
            *out = (struct ol_stream){.ctx = l, .ops = &link_ops};
            return true;
        }
    }
    return false;
}

static void crash_all(void *ctx, bool silent)
{
    struct sim_board *b = ctx;

    sim_lan_tcp_restart(b->lan, SIM_PORT, !silent);
    memset(b->link, 0, sizeof b->link);
}

struct sim_front sim_links_front(struct sim_board *b)
{
    return (struct sim_front){.ctx = b, .accept = accept_one, .crash = crash_all};
}

struct sim_link *sim_link_find(const struct sim_board *b)
{
    const struct ol_w5500_socket *s = &b->tcp.socket;

    for (size_t i = 0; i < SIM_LINKS; i++) {
        const struct sim_link *l = &b->link[i];
        if (l->phase == PHASE_OPEN && l->peer_port == s->port) {
            return (struct sim_link *)l;
        }
    }
    return NULL;
}

ol_ms sim_links_next(const struct sim_board *b)
{
    ol_ms next = OL_NEVER;

    for (size_t i = 0; i < SIM_LINKS; i++) {
        next = ol_ms_min(next, link_deadline(&b->link[i]));
    }
    return next;
}
