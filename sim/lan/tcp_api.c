/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/tcp.h"

/* Connections and their owners. */

/* ---- Settings ---- */

void sim_lan_set_tcp(struct sim_lan *lan, const struct sim_lan_tcp *tcp)
{
    lan->tcp = *tcp;
    lan->tcp.mss = tcp->mss >= 64 && tcp->mss <= 1460 ? tcp->mss : 1460;
    lan->tcp.window = tcp->window != 0 ? tcp->window : UINT16_MAX;
    lan->tcp.rto_min_ms = tcp->rto_min_ms != 0 ? tcp->rto_min_ms : 200;
    lan->tcp.retries = tcp->retries != 0 ? tcp->retries : 8;
}

/* ---- Connections ---- */

static struct conn *find(struct sim_lan *lan, uint32_t id)
{
    for (unsigned i = 0; id != 0 && i < SIM_LAN_CONNS; i++) {
        struct conn *c = &lan->conns[i];
        if (c->id == id && c->state != CONN_FREE && c->is_owned) {
            return c;
        }
    }
    return NULL;
}

/* For functions that only look. */
static const struct conn *look(const struct sim_lan *lan, uint32_t id)
{
    for (unsigned i = 0; id != 0 && i < SIM_LAN_CONNS; i++) {
        const struct conn *c = &lan->conns[i];
        if (c->id == id && c->state != CONN_FREE && c->is_owned) {
            return c;
        }
    }
    return NULL;
}

/* A free connection, or the one that has lingered longest. */
static struct conn *find_free(struct sim_lan *lan)
{
    struct conn *found = NULL;
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        struct conn *c = &lan->conns[i];
        if (c->state == CONN_FREE) {
            return c;
        }
        if (c->state == CONN_TIME_WAIT && !c->is_owned &&
            (found == NULL || c->wait_at < found->wait_at)) {
            found = c;
        }
    }
    return found;
}

struct conn *tcp_new(struct sim_lan *lan, uint32_t host,
                     const struct sim_lan_tcp_owner *owner)
{
    struct conn *c = find_free(lan);
    if (c == NULL) {
        return NULL;
    }
    memset(c, 0, offsetof(struct conn, tx));
    c->state = CONN_SYN_SENT;
    c->is_owned = true;
    c->id = ++lan->last_conn;
    c->host = host;
    c->owner = *owner;
    c->una = c->max = lan_random(lan);
    c->nxt = c->una + 1;
    c->cwnd = TCP_UNLIMITED;
    c->rto = NS_PER_S;
    c->rto_at = c->ack_at = c->wait_at = SIM_LAN_NEVER;
    return c;
}

void tcp_die(struct sim_lan *lan, struct conn *c, enum sim_lan_closed why)
{
    c->rto_at = c->ack_at = c->wait_at = SIM_LAN_NEVER;
    if (!c->is_owned) {
        c->state = CONN_FREE;
        return;
    }
    c->state = CONN_DEAD;
    c->tell_closed = true;
    c->why = (uint8_t)why;
    lan->tcp_due = true;
}

void tcp_linger(struct sim_lan *lan, struct conn *c)
{
    c->state = CONN_TIME_WAIT;
    c->rto_at = SIM_LAN_NEVER;
    c->wait_at = lan->now + TCP_LINGER;
    c->tell_closed = true;
    c->why = SIM_LAN_CLOSED_NORMAL;
    lan->tcp_due = true;
}

bool tcp_is_silent(const struct sim_lan *lan, const struct conn *c)
{
    uint32_t port = lan->faults[SIM_LAN_FAULT_TCP_SILENT];
    return c->is_silent ||
           (port != 0 && (port == c->peer.local_port || port == c->peer.remote_port));
}

static bool is_deaf(const struct sim_lan *lan, const struct conn *c)
{
    uint32_t port = lan->faults[SIM_LAN_FAULT_TCP_DEAF];
    return port != 0 && (port == c->peer.local_port || port == c->peer.remote_port);
}

/* ---- Telling owners ---- */

static bool take(bool *flag)
{
    bool was = *flag;
    *flag = false;
    return was;
}

/* A callback may end the connection; its number tells, for a slot is not used again before
 * its owner was told. */
static void tell(struct sim_lan *lan, struct conn *c)
{
    const struct sim_lan_tcp_owner o = c->owner;
    uint32_t id = c->id;
    if (take(&c->tell_accept) && o.accept != NULL) {
        struct sim_lan_peer peer = c->peer;
        o.accept(o.ctx, id, &peer);
    }
    if (take(&c->tell_data) && o.data != NULL && !is_deaf(lan, c) &&
        !(c->tell_closed && c->why == SIM_LAN_CLOSED_LOCAL)) {
        o.data(o.ctx, id);
    }
    if (take(&c->tell_writable) && !c->tell_closed) {
        c->wants_room = false;
        if (o.writable != NULL) {
            o.writable(o.ctx, id);
        }
    }
    if (take(&c->tell_closed)) {
        enum sim_lan_closed why = (enum sim_lan_closed)c->why;
        c->is_owned = false;
        if (c->state == CONN_DEAD) {
            c->state = CONN_FREE;
        }
        if (o.closed != NULL) {
            o.closed(o.ctx, id, why);
        }
    }
}

/* Owners first: what they answer carries the acknowledgement. */
void tcp_flush(struct sim_lan *lan)
{
    lan->tcp_due = false;
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        if (lan->conns[i].state != CONN_FREE && lan->conns[i].is_owned) {
            tell(lan, &lan->conns[i]);
        }
    }
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        struct conn *c = &lan->conns[i];
        if (c->state != CONN_FREE && (c->output_due || c->ack_now)) {
            tcp_output(lan, c);
        }
    }
}

/* ---- Opening ---- */

uint32_t sim_lan_tcp_listen(struct sim_lan *lan, uint32_t host, uint32_t address,
                            uint16_t port, const struct sim_lan_tcp_owner *owner)
{
    for (uint32_t i = 1; lan_is_host(lan, host) && port != 0 && i <= SIM_LAN_LISTENERS;
         i++) {
        if (lan->listeners[i].host == 0) {
            lan->listeners[i] = (struct listener){
                .host = host, .address = address, .port = port, .owner = *owner};
            return i;
        }
    }
    return 0;
}

void sim_lan_tcp_unlisten(struct sim_lan *lan, uint32_t listener)
{
    if (listener <= SIM_LAN_LISTENERS) {
        lan->listeners[listener].host = 0;
    }
}

uint32_t sim_lan_tcp_connect(struct sim_lan *lan, uint32_t host, uint32_t to,
                             uint16_t to_port, const struct sim_lan_tcp_owner *owner)
{
    struct conn *c = lan_is_host(lan, host) ? tcp_new(lan, host, owner) : NULL;
    if (c == NULL) {
        return 0;
    }
    lan->last_port = lan->last_port >= 65535 ? 49152 : (uint16_t)(lan->last_port + 1);
    c->peer = (struct sim_lan_peer){.local = lan->stations[host].address,
                                    .remote = to,
                                    .local_port = lan->last_port,
                                    .remote_port = to_port};
    tcp_emit(lan, c, c->una, TCP_SYN, 0);
    return c->id;
}

/* ---- Bytes ---- */

int32_t sim_lan_tcp_recv(struct sim_lan *lan, uint32_t conn, void *buf, size_t cap)
{
    struct conn *c = find(lan, conn);
    if (c == NULL) {
        return SIM_LAN_END;
    }
    if (is_deaf(lan, c)) {
        return 0;
    }
    if (c->rx_len == 0) {
        return c->fin_received ? SIM_LAN_END : 0;
    }
    uint32_t len = cap < c->rx_len ? (uint32_t)cap : c->rx_len;
    uint32_t first = SIM_LAN_BUFFER - c->rx_head;
    first = first < len ? first : len;
    memcpy(buf, c->rx + c->rx_head, first);
    memcpy((uint8_t *)buf + first, c->rx, len - first);
    c->rx_head = (c->rx_head + len) % SIM_LAN_BUFFER;
    c->rx_len -= len;
    if (!c->fin_received && tcp_window_opened(lan, c)) {
        c->ack_now = true;
        lan->tcp_due = true;
    }
    return (int32_t)len;
}

size_t sim_lan_tcp_readable(const struct sim_lan *lan, uint32_t conn)
{
    const struct conn *c = look(lan, conn);
    return c != NULL && !is_deaf(lan, c) ? c->rx_len : 0;
}

static bool can_send(const struct conn *c)
{
    return c != NULL && !c->fin_queued && c->state <= CONN_CLOSE_WAIT;
}

size_t sim_lan_tcp_room(const struct sim_lan *lan, uint32_t conn)
{
    const struct conn *c = look(lan, conn);
    return can_send(c) ? SIM_LAN_BUFFER - c->tx_len : 0;
}

size_t sim_lan_tcp_send(struct sim_lan *lan, uint32_t conn, const void *data, size_t len)
{
    struct conn *c = find(lan, conn);
    if (!can_send(c)) {
        return 0;
    }
    uint32_t room = SIM_LAN_BUFFER - c->tx_len;
    uint32_t n = len < room ? (uint32_t)len : room;
    uint32_t at = (c->tx_head + c->tx_len) % SIM_LAN_BUFFER;
    uint32_t first = n < SIM_LAN_BUFFER - at ? n : SIM_LAN_BUFFER - at;
    memcpy(c->tx + at, data, first);
    memcpy(c->tx, (const uint8_t *)data + first, n - first);
    c->tx_len += n;
    c->wants_room = n < len;
    c->output_due = true;
    lan->tcp_due = true;
    return n;
}

size_t sim_lan_tcp_unacked(const struct sim_lan *lan, uint32_t conn)
{
    const struct conn *c = look(lan, conn);
    return c != NULL ? c->tx_len : 0;
}

/* ---- Ending ---- */

void sim_lan_tcp_close(struct sim_lan *lan, uint32_t conn)
{
    struct conn *c = find(lan, conn);
    if (!can_send(c)) {
        return;
    }
    if (c->state < CONN_ESTABLISHED) {
        tcp_die(lan, c, SIM_LAN_CLOSED_LOCAL);
        return;
    }
    c->fin_queued = true;
    c->state = c->state == CONN_CLOSE_WAIT ? CONN_LAST_ACK : CONN_FIN_WAIT_1;
    c->output_due = true;
    lan->tcp_due = true;
}

static void reset(struct sim_lan *lan, struct conn *c)
{
    if (c->state != CONN_DEAD && c->state != CONN_TIME_WAIT) {
        tcp_emit(lan, c, c->max, TCP_RST, 0);
        tcp_die(lan, c, SIM_LAN_CLOSED_LOCAL);
    }
}

void sim_lan_tcp_reset(struct sim_lan *lan, uint32_t conn)
{
    struct conn *c = find(lan, conn);
    if (c != NULL) {
        reset(lan, c);
    }
}

void sim_lan_tcp_silence(struct sim_lan *lan, uint32_t conn, bool is_silent)
{
    struct conn *c = find(lan, conn);
    if (c != NULL) {
        c->is_silent = is_silent;
    }
}

void sim_lan_tcp_forget(struct sim_lan *lan, uint32_t conn)
{
    struct conn *c = find(lan, conn);
    if (c != NULL && c->state != CONN_DEAD) {
        tcp_die(lan, c, SIM_LAN_CLOSED_LOCAL);
    }
}

void sim_lan_tcp_restart(struct sim_lan *lan, uint16_t port, bool with_reset)
{
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        struct conn *c = &lan->conns[i];
        if (c->state == CONN_FREE || c->state == CONN_DEAD ||
            c->peer.local_port != port) {
            continue;
        }
        if (with_reset) {
            reset(lan, c);
        } else {
            tcp_die(lan, c, SIM_LAN_CLOSED_LOCAL);
        }
    }
}
