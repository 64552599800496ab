/* SPDX-License-Identifier: MIT */
#include "tests/sim/net.h"

#include <string.h>

#include "tests/sim/servers.h"

enum {
    PHASE_CLOSED,
    PHASE_OPENING,
    PHASE_OPEN,
    PHASE_ENDED, /* the peer has closed in order; ours to close */
    PHASE_CLOSING
};

void sim_net_init(struct sim_net *n, uint64_t seed, const struct sim_clock *clock)
{
    n->clock = clock;
    n->rng = ol_rng_make(seed);
    n->weather = (struct sim_weather){
        .delay_min_ms = 1, .delay_max_ms = 40, .chunk_max = SIM_WAY_CAP};
    for (size_t i = 0; i < SIM_CONNS; i++) {
        n->conn[i].used = false;
    }
    n->client = (struct sim_end){.net = n, .side = 0};
    n->udp_open = false;
    n->datagram_count = 0;
    n->accept_at = OL_NEVER;
    n->address = (struct ol_netif_config){.address = ol_addr_ipv4(192, 0, 2, 10, 0),
                                          .gateway = ol_addr_ipv4(192, 0, 2, 1, 0),
                                          .prefix_len = 24,
                                          .dns = {ol_addr_ipv4(192, 0, 2, 1, 0)}};
}

static ol_ms delay(struct sim_net *n)
{
    ol_ms span = n->weather.delay_max_ms - n->weather.delay_min_ms + 1;

    return n->weather.delay_min_ms + ol_rng_below(&n->rng, span);
}

static uint32_t chunk(struct sim_net *n, size_t len)
{
    uint32_t max = n->weather.chunk_max;

    if (len < max) {
        max = (uint32_t)len;
    }
    /* Usually all at once; any split otherwise. */
    return ol_rng_below(&n->rng, 8) != 0 ? max : 1 + (uint32_t)ol_rng_below(&n->rng, max);
}

/* ---- One direction ---- */

static void way_init(struct sim_way *w, ol_ms now)
{
    w->len = 0;
    w->segment_count = 0;
    w->last_at = now;
    w->fin_at = OL_NEVER;
    w->reset_at = OL_NEVER;
}

static uint32_t way_arrived(const struct sim_way *w, ol_ms now)
{
    uint32_t len = 0;

    for (uint32_t i = 0; i < w->segment_count && w->segment[i].at <= now; i++) {
        len += w->segment[i].len;
    }
    return len;
}

static void way_take(struct sim_way *w, uint32_t len)
{
    memmove(w->bytes, w->bytes + len, w->len - len);
    w->len -= len;
    while (len > 0) {
        if (w->segment[0].len > len) {
            w->segment[0].len -= len;
            return;
        }
        len -= w->segment[0].len;
        w->segment_count--;
        memmove(w->segment, w->segment + 1, w->segment_count * sizeof w->segment[0]);
    }
}

static ol_ms way_next_at(struct sim_net *n, struct sim_way *w)
{
    ol_ms at = n->clock->now + delay(n);

    if (at < w->last_at) {
        at = w->last_at;
    }
    w->last_at = at;
    return at;
}

/* When the reader gets to know of the end. */
static bool way_is_reset(const struct sim_way *w, ol_ms now)
{
    return w->reset_at <= now;
}

static bool way_is_over(const struct sim_way *w, ol_ms now)
{
    return w->fin_at <= now && way_arrived(w, now) == 0;
}

/* ---- The ends of a connection ---- */

static struct sim_way *way_in(const struct sim_end *e)
{
    return &e->conn->way[1 - e->side];
}

static struct sim_way *way_out(const struct sim_end *e)
{
    return &e->conn->way[e->side];
}

static bool is_silent(const struct sim_end *e)
{
    return e->conn->is_silent;
}

/* The end lets go of its connection; the last one frees it. */
static void detach(struct sim_end *e)
{
    struct sim_conn *c = e->conn;

    if (c == NULL) {
        return;
    }
    e->conn = NULL;
    bool has_client = c->server.net->client.conn == c;
    bool has_server = c->server.conn == c;
    if (!has_client && !has_server) {
        c->used = false;
    }
}

static void send_reset(struct sim_end *e)
{
    if (e->conn != NULL && !is_silent(e) && way_out(e)->reset_at == OL_NEVER) {
        way_out(e)->reset_at = way_next_at(e->net, way_out(e));
    }
}

static int32_t end_state(const void *ctx)
{
    const struct sim_end *e = ctx;

    switch (e->phase) {
    case PHASE_OPENING:
    case PHASE_CLOSING:
        return OL_E_AGAIN;
    case PHASE_OPEN:
        return OL_OK;
    default:
        return e->failure != OL_OK ? e->failure : OL_E_CLOSED;
    }
}

static void fail(struct sim_end *e, int32_t failure)
{
    detach(e);
    e->phase = PHASE_CLOSED;
    e->failure = failure;
}

static void step_opening(struct sim_end *e, ol_ms now)
{
    struct sim_net *n = e->net;

    if (now >= e->give_up_at) {
        fail(e, OL_E_TIMEOUT);
    } else if (now >= e->open_at) {
        if (e->conn == NULL || n->weather.is_refusing) {
            fail(e, OL_E_IO);
        } else {
            e->phase = PHASE_OPEN;
        }
    }
}

static void end_step(void *ctx, ol_ms now)
{
    struct sim_end *e = ctx;

    if (e->phase == PHASE_OPENING) {
        step_opening(e, now);
    } else if (e->phase == PHASE_OPEN) {
        if (way_is_reset(way_in(e), now)) {
            fail(e, OL_E_IO);
        }
    } else if (e->phase == PHASE_CLOSING) {
        if (now >= e->give_up_at) {
            send_reset(e);
            fail(e, OL_OK);
        } else if (way_is_reset(way_in(e), now) ||
                   (way_in(e)->fin_at <= now && way_out(e)->len == 0)) {
            fail(e, OL_OK);
        }
    }
}

static struct sim_conn *find_free(struct sim_net *n)
{
    for (size_t i = 0; i < SIM_CONNS; i++) {
        if (!n->conn[i].used) {
            return &n->conn[i];
        }
    }
    return NULL;
}

static int32_t end_open(void *ctx, const struct ol_addr *peer, struct ol_str host,
                        ol_ms now, ol_ms give_up_at)
{
    struct sim_end *e = ctx;
    struct sim_net *n = e->net;

    (void)host;
    if (e->phase == PHASE_CLOSING) {
        return OL_E_AGAIN;
    }
    if (e->phase == PHASE_ENDED) {
        fail(e, OL_OK);
    }
    if (e->phase != PHASE_CLOSED) {
        return OL_OK;
    }
    e->phase = PHASE_OPENING;
    e->failure = OL_OK;
    e->give_up_at = give_up_at;
    e->open_at = n->weather.is_blackhole || n->weather.is_unplugged
                     ? OL_NEVER
                     : now + delay(n) + delay(n);
    if (!ol_addr_same_host(peer, &n->listener) || e->open_at == OL_NEVER) {
        return OL_OK; /* refused, or never answered */
    }
    struct sim_conn *c = find_free(n);
    if (c == NULL) {
        e->phase = PHASE_CLOSED;
        return OL_E_NOSPC;
    }
    c->used = true;
    c->is_silent = false;
    way_init(&c->way[0], now);
    way_init(&c->way[1], now);
    c->server = (struct sim_end){.net = n, .side = 1, .phase = PHASE_OPENING, .conn = c};
    c->server.open_at = e->open_at;
    e->conn = c;
    return OL_OK;
}

static int32_t end_send(void *ctx, const void *data, size_t len)
{
    struct sim_end *e = ctx;

    if (e->phase != PHASE_OPEN) {
        return OL_E_CLOSED;
    }
    struct sim_way *w = way_out(e);
    uint32_t room = SIM_WAY_CAP - w->len;
    if (room == 0 || w->segment_count == SIM_SEGMENTS || e->net->weather.is_stalled) {
        return OL_E_AGAIN;
    }
    uint32_t n = chunk(e->net, len < room ? len : room);
    memcpy(w->bytes + w->len, data, n);
    w->len += n;
    w->segment[w->segment_count].len = n;
    w->segment[w->segment_count].at = is_silent(e) ? OL_NEVER : way_next_at(e->net, w);
    w->segment_count++;
    return (int32_t)n;
}

static int32_t end_recv(void *ctx, void *buf, size_t cap)
{
    struct sim_end *e = ctx;

    if (e->phase != PHASE_OPEN) {
        return OL_E_CLOSED;
    }
    struct sim_way *w = way_in(e);
    uint32_t there = way_arrived(w, e->net->clock->now);
    if (there == 0) {
        if (!way_is_over(w, e->net->clock->now)) {
            return OL_E_AGAIN;
        }
        e->phase = PHASE_ENDED;
        return OL_E_CLOSED;
    }
    uint32_t n = chunk(e->net, cap < there ? cap : there);
    memcpy(buf, w->bytes, n);
    way_take(w, n);
    return (int32_t)n;
}

static void end_close(void *ctx, ol_ms now, ol_ms give_up_at)
{
    struct sim_end *e = ctx;

    if (e->phase == PHASE_CLOSED) {
        return;
    }
    if (give_up_at <= now || e->phase == PHASE_OPENING || e->phase == PHASE_ENDED) {
        send_reset(e);
        fail(e, OL_OK);
        return;
    }
    if (!is_silent(e) && way_out(e)->fin_at == OL_NEVER) {
        way_out(e)->fin_at = way_next_at(e->net, way_out(e));
    }
    e->phase = PHASE_CLOSING;
    e->give_up_at = give_up_at;
}

static ol_ms end_deadline(const void *ctx)
{
    const struct sim_end *e = ctx;

    return e->phase == PHASE_OPENING || e->phase == PHASE_CLOSING ? e->give_up_at
                                                                  : OL_NEVER;
}

static const struct ol_stream_ops end_ops = {.open = end_open,
                                             .step = end_step,
                                             .state = end_state,
                                             .send = end_send,
                                             .recv = end_recv,
                                             .close = end_close,
                                             .deadline = end_deadline};

struct ol_stream sim_net_stream(struct sim_net *n)
{
    return (struct ol_stream){.ctx = &n->client, .ops = &end_ops};
}

struct ol_stream sim_conn_stream(struct sim_conn *c)
{
    return (struct ol_stream){.ctx = &c->server, .ops = &end_ops};
}

struct sim_conn *sim_net_accept(struct sim_net *n)
{
    for (size_t i = 0; i < SIM_CONNS; i++) {
        struct sim_conn *c = &n->conn[i];
        if (!c->used || c->server.phase != PHASE_OPENING ||
            c->server.open_at > n->clock->now) {
            continue;
        }
        if (n->weather.is_refusing) {
            fail(&c->server, OL_E_IO);
            continue;
        }
        c->server.phase = PHASE_OPEN;
        return c;
    }
    return NULL;
}

/* ---- Faults ---- */

void sim_net_reset(struct sim_net *n)
{
    struct sim_conn *c = n->client.conn;

    if (c != NULL && n->client.phase == PHASE_OPEN) {
        send_reset(&n->client);
        if (c->server.conn == c) {
            send_reset(&c->server);
        }
    }
}

void sim_net_finish(struct sim_net *n)
{
    struct sim_conn *c = n->client.conn;

    if (c != NULL && n->client.phase == PHASE_OPEN && c->server.conn == c &&
        !c->is_silent && c->way[1].fin_at == OL_NEVER) {
        c->way[1].fin_at = way_next_at(n, &c->way[1]);
        send_reset(&n->client); /* a box between closes both sides */
    }
}

void sim_net_silence(struct sim_net *n)
{
    struct sim_conn *c = n->client.conn;

    if (c == NULL) {
        return;
    }
    c->is_silent = true;
    for (size_t side = 0; side < 2; side++) {
        struct sim_way *w = &c->way[side];
        uint32_t arrived = way_arrived(w, n->clock->now);
        uint32_t seen = 0;
        for (uint32_t i = 0; i < w->segment_count; i++) {
            seen += w->segment[i].len;
            if (seen > arrived) {
                w->segment[i].at = OL_NEVER;
            }
        }
        if (w->fin_at > n->clock->now) {
            w->fin_at = OL_NEVER;
        }
        if (w->reset_at > n->clock->now) {
            w->reset_at = OL_NEVER;
        }
    }
}

void sim_net_crash(struct sim_net *n, bool silent)
{
    for (size_t i = 0; i < SIM_CONNS; i++) {
        struct sim_conn *c = &n->conn[i];
        if (!c->used || c->server.conn != c) {
            continue;
        }
        if (silent) {
            c->is_silent = true;
        } else {
            send_reset(&c->server);
        }
        fail(&c->server, OL_OK);
    }
}

/* ---- Datagrams ---- */

static int32_t udp_open(void *ctx, uint16_t local_port)
{
    struct sim_net *n = ctx;

    (void)local_port;
    n->udp_open = true;
    n->datagram_count = 0;
    return OL_OK;
}

static int32_t udp_send(void *ctx, const struct ol_addr *to, const void *data, size_t len)
{
    struct sim_net *n = ctx;
    struct sim_datagram answer = {.from = *to};

    if (!n->udp_open) {
        return OL_E_CLOSED;
    }
    if (n->weather.is_unplugged || n->datagram_count == SIM_DATAGRAMS) {
        return OL_OK; /* lost */
    }
    size_t got = sim_servers_answer(n, to->port, data, len, answer.bytes);
    if (got > 0 && ol_rng_below(&n->rng, 16) != 0) {
        answer.len = (uint16_t)got;
        answer.at = n->clock->now + delay(n) + delay(n);
        n->datagram[n->datagram_count++] = answer;
    }
    return OL_OK;
}

static int32_t udp_recv(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    struct sim_net *n = ctx;

    if (!n->udp_open) {
        return OL_E_CLOSED;
    }
    for (uint32_t i = 0; i < n->datagram_count; i++) {
        struct sim_datagram *d = &n->datagram[i];
        if (d->at > n->clock->now) {
            continue;
        }
        int32_t len = d->len;
        memcpy(buf, d->bytes, d->len < cap ? d->len : cap);
        *from = d->from;
        n->datagram_count--;
        *d = n->datagram[n->datagram_count];
        return len;
    }
    return OL_E_AGAIN;
}

static void udp_close(void *ctx)
{
    struct sim_net *n = ctx;

    n->udp_open = false;
    n->datagram_count = 0;
}

static const struct ol_datagram_ops udp_ops = {
    .open = udp_open, .send = udp_send, .recv = udp_recv, .close = udp_close};

struct ol_datagram sim_net_datagram(struct sim_net *n)
{
    return (struct ol_datagram){.ctx = n, .ops = &udp_ops};
}

/* ---- The interface ---- */

static bool netif_is_link_up(void *ctx)
{
    const struct sim_net *n = ctx;

    return !n->weather.is_unplugged;
}

static void netif_get_mac(void *ctx, uint8_t mac[6])
{
    (void)ctx;
    memset(mac, 2, 6);
}

static void netif_get_config(void *ctx, struct ol_netif_config *out)
{
    const struct sim_net *n = ctx;

    *out = n->address;
    if (n->weather.has_no_address) {
        out->address.family = OL_ADDR_NONE;
    }
}

static const struct ol_netif_ops netif_ops = {.is_link_up = netif_is_link_up,
                                              .get_mac = netif_get_mac,
                                              .get_config = netif_get_config};

struct ol_netif sim_net_netif(struct sim_net *n)
{
    return (struct ol_netif){.ctx = n, .ops = &netif_ops, .managed = true};
}

/* ---- Time ---- */

static ol_ms later(ol_ms at, ol_ms now)
{
    return at > now ? at : OL_NEVER;
}

static ol_ms way_next(const struct sim_way *w, ol_ms now)
{
    ol_ms next = ol_ms_min(later(w->fin_at, now), later(w->reset_at, now));

    for (uint32_t i = 0; i < w->segment_count; i++) {
        if (w->segment[i].at > now) {
            return ol_ms_min(next, w->segment[i].at);
        }
    }
    return next;
}

ol_ms sim_net_next(const struct sim_net *n)
{
    ol_ms next = OL_NEVER;

    for (size_t i = 0; i < SIM_CONNS; i++) {
        const struct sim_conn *c = &n->conn[i];
        if (c->used) {
            next = ol_ms_min(next, way_next(&c->way[0], n->clock->now));
            next = ol_ms_min(next, way_next(&c->way[1], n->clock->now));
            next = ol_ms_min(next, later(c->server.open_at, n->clock->now));
            next = ol_ms_min(next, later(end_deadline(&c->server), n->clock->now));
        }
    }
    for (uint32_t i = 0; i < n->datagram_count; i++) {
        next = ol_ms_min(next, later(n->datagram[i].at, n->clock->now));
    }
    return ol_ms_min(next, later(n->client.open_at, n->clock->now));
}

bool sim_net_device_ready(const struct sim_net *n, bool wants_send)
{
    const struct sim_end *e = &n->client;

    for (uint32_t i = 0; i < n->datagram_count; i++) {
        if (n->datagram[i].at <= n->clock->now) {
            return true;
        }
    }
    if (e->phase == PHASE_OPENING) {
        return e->open_at <= n->clock->now;
    }
    if (e->conn == NULL || (e->phase != PHASE_OPEN && e->phase != PHASE_CLOSING)) {
        return false;
    }
    const struct sim_way *in = way_in(e);
    if (way_arrived(in, n->clock->now) > 0 || in->fin_at <= n->clock->now ||
        in->reset_at <= n->clock->now) {
        return true;
    }
    const struct sim_way *out = way_out(e);
    return wants_send && e->phase == PHASE_OPEN && !n->weather.is_stalled &&
           out->len < SIM_WAY_CAP && out->segment_count < SIM_SEGMENTS;
}
