/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/tcp.h"

/* Segments out, and what time does to a connection. */

#define HEADER_LEN 20

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- Window ---- */

/* By how much the right edge could move now. */
static uint32_t opening(const struct sim_lan *lan, const struct conn *c)
{
    uint32_t room = lan->tcp.window > c->rx_len ? lan->tcp.window - c->rx_len : 0;
    uint32_t edge = c->rcv_nxt + room;
    return is_after(edge, c->rcv_adv) ? edge - c->rcv_adv : 0;
}

bool tcp_window_opened(const struct sim_lan *lan, const struct conn *c)
{
    return opening(lan, c) >= smaller(2u * lan->tcp.mss, lan->tcp.window / 2u);
}

/* The window to announce. The edge moves in steps worth a segment and never back
 * (RFC 9293 3.8.6.2.2). */
static uint16_t window(struct sim_lan *lan, struct conn *c)
{
    uint32_t by = opening(lan, c);
    if (by >= smaller(lan->tcp.mss, lan->tcp.window / 2u)) {
        c->rcv_adv += by;
    }
    if (c->rcv_adv == c->rcv_nxt) {
        lan->stats.tcp_window_closed++;
    }
    return (uint16_t)(c->rcv_adv - c->rcv_nxt);
}

/* ---- Segments ---- */

static void put_header(uint8_t *tcp, uint16_t from_port, uint16_t to_port, uint32_t seq,
                       uint32_t ack, uint8_t flags)
{
    memset(tcp, 0, HEADER_LEN);
    put16(tcp, from_port);
    put16(tcp + 2, to_port);
    put32(tcp + 4, seq);
    put32(tcp + 8, (flags & TCP_ACK) != 0 ? ack : 0);
    tcp[12] = HEADER_LEN / 4 << 4;
    tcp[13] = flags;
}

static void send_segment(struct sim_lan *lan, uint32_t host, uint16_t slot,
                         const struct packet *p)
{
    uint8_t *tcp = lan->frames[slot].data + L4_OFFSET;
    put16(tcp + 16, ip_sum(p->from, p->to, 6, tcp, p->len));
    ip_send(lan, host, slot, p, NULL, 0);
}

static void copy_out(const struct conn *c, uint32_t offset, uint8_t *to, uint32_t len)
{
    uint32_t at = (c->tx_head + offset) % SIM_LAN_BUFFER;
    uint32_t first = smaller(len, SIM_LAN_BUFFER - at);
    memcpy(to, c->tx + at, first);
    memcpy(to + first, c->tx, len - first);
}

static void went_out(struct sim_lan *lan, struct conn *c, uint32_t seq, uint8_t flags,
                     uint32_t len)
{
    uint32_t end = seq + len + ((flags & (TCP_SYN | TCP_FIN)) != 0);
    if (end != seq && is_after(c->max, seq)) {
        lan->stats.tcp_retransmits++;
    } else if (end != seq && !c->is_timing) {
        c->is_timing = true;
        c->timed_seq = end;
        c->timed_at = lan->now;
    }
    if (is_after(end, c->max)) {
        c->max = end;
    }
    if (end != seq && c->rto_at == SIM_LAN_NEVER) {
        c->rto_at = lan->now + c->rto;
    }
    if ((flags & TCP_ACK) != 0) {
        c->ack_now = false;
        c->ack_at = SIM_LAN_NEVER;
        c->unacked_in = 0;
    }
}

void tcp_emit(struct sim_lan *lan, struct conn *c, uint32_t seq, uint8_t flags,
              uint32_t len)
{
    flags |= c->state != CONN_SYN_SENT ? TCP_ACK : 0;
    uint32_t options = (flags & TCP_SYN) != 0 ? 4 : 0;
    uint16_t slot = tcp_is_silent(lan, c) ? NO_SLOT : wire_take(lan);
    if (slot != NO_SLOT) {
        struct packet p = {.from = c->peer.local,
                           .to = c->peer.remote,
                           .protocol = 6,
                           .len = HEADER_LEN + options + len};
        uint8_t *tcp = lan->frames[slot].data + L4_OFFSET;
        put_header(tcp, c->peer.local_port, c->peer.remote_port, seq, c->rcv_nxt, flags);
        if (options != 0) {
            tcp[12] = (HEADER_LEN + 4) / 4 << 4;
            tcp[HEADER_LEN] = 2;
            tcp[HEADER_LEN + 1] = 4;
            put16(tcp + HEADER_LEN + 2, lan->tcp.mss);
        }
        put16(tcp + 14, (flags & TCP_ACK) != 0 ? window(lan, c) : lan->tcp.window);
        if (len > 0) {
            copy_out(c, seq - c->una, tcp + HEADER_LEN, len);
        }
        send_segment(lan, c->host, slot, &p);
    }
    went_out(lan, c, seq, flags, len);
}

void tcp_refuse(struct sim_lan *lan, const struct packet *p, uint32_t seq, uint32_t ack,
                uint8_t flags)
{
    uint16_t slot = wire_take(lan);
    if (slot != NO_SLOT) {
        put_header(lan->frames[slot].data + L4_OFFSET, get16(p->data + 2), get16(p->data),
                   seq, ack, flags);
        send_segment(lan, p->host, slot,
                     &(struct packet){
                         .from = p->to, .to = p->from, .protocol = 6, .len = HEADER_LEN});
    }
}

/* ---- What to send ---- */

static bool is_open(const struct conn *c)
{
    return c->state >= CONN_ESTABLISHED && c->state <= CONN_CLOSING;
}

void tcp_resend_first(struct sim_lan *lan, struct conn *c)
{
    uint32_t len = smaller(c->tx_len, c->mss);
    bool is_last = len == c->tx_len;
    bool has_fin = is_last && c->fin_queued && is_after(c->max, c->una + c->tx_len);
    c->is_timing = false; /* Karn */
    tcp_emit(lan, c, c->una, (uint8_t)((is_last ? TCP_PSH : 0) | (has_fin ? TCP_FIN : 0)),
             len);
}

/* The next segment; false: nothing more may go now. */
static bool output_one(struct sim_lan *lan, struct conn *c)
{
    uint32_t in_flight = c->nxt - c->una;
    if (in_flight > c->tx_len) {
        return false; /* FIN went already */
    }
    uint32_t left = c->tx_len - in_flight;
    uint32_t allowed = smaller(c->wnd, c->cwnd);
    uint32_t usable = allowed > in_flight ? allowed - in_flight : 0;
    uint32_t len = smaller(left, smaller(c->mss, usable));
    bool has_fin = c->fin_queued && len == left;
    if (len == 0 && !has_fin) {
        return false;
    }
    if (len < c->mss && len < left && in_flight > 0) {
        return false; /* silly window: wait for room for a whole segment */
    }
    uint8_t flags = len > 0 && len == left ? TCP_PSH : 0;
    uint32_t seq = c->nxt;
    c->nxt += len + has_fin;
    tcp_emit(lan, c, seq, (uint8_t)(flags | (has_fin ? TCP_FIN : 0)), len);
    return true;
}

void tcp_output(struct sim_lan *lan, struct conn *c)
{
    c->output_due = false;
    if (is_open(c)) {
        while (output_one(lan, c)) {
        }
        if (c->tx_len > 0 && c->nxt == c->una && c->rto_at == SIM_LAN_NEVER) {
            c->rto_at = lan->now + c->rto; /* to probe the closed window */
        }
    }
    if (c->ack_now && c->state != CONN_SYN_SENT && c->state != CONN_DEAD) {
        bool is_opening = c->state == CONN_SYN_RECEIVED;
        tcp_emit(lan, c, is_opening ? c->una : c->max, is_opening ? TCP_SYN : 0, 0);
    }
    c->ack_now = false;
}

/* ---- Time ---- */

static void back_off(struct conn *c, uint64_t most)
{
    c->rto = c->rto * 2 < most ? c->rto * 2 : most;
}

static void on_timeout(struct sim_lan *lan, struct conn *c)
{
    c->rto_at = SIM_LAN_NEVER;
    if (c->retries++ >= lan->tcp.retries) {
        tcp_die(lan, c, SIM_LAN_CLOSED_TIMEOUT);
        return;
    }
    c->is_timing = false;
    c->in_recovery = false;
    if (!is_open(c)) {
        back_off(c, 60 * NS_PER_S);
        tcp_emit(lan, c, c->una, TCP_SYN, 0);
    } else if (c->wnd == 0 && c->tx_len > 0) {
        back_off(c, 5 * NS_PER_S);
        c->nxt =
            c->una; /* the probe is not counted as sent: the peer has no room for it */
        tcp_emit(lan, c, c->una, 0, 1);
    } else {
        back_off(c, 60 * NS_PER_S);
        c->nxt = c->una;
        c->cwnd = c->mss;
        c->output_due = true;
        lan->tcp_due = true;
    }
}

uint64_t tcp_deadline(const struct sim_lan *lan)
{
    uint64_t at = SIM_LAN_NEVER;
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        const struct conn *c = &lan->conns[i];
        if (c->state == CONN_FREE) {
            continue;
        }
        at = c->wait_at < at ? c->wait_at : at;
        if (!tcp_is_silent(lan, c)) {
            at = c->rto_at < at ? c->rto_at : at;
            at = c->ack_at < at ? c->ack_at : at;
        }
    }
    return at;
}

static void step_one(struct sim_lan *lan, struct conn *c)
{
    if (c->wait_at <= lan->now) {
        c->wait_at = SIM_LAN_NEVER;
        tcp_die(lan, c, SIM_LAN_CLOSED_TIMEOUT);
        return;
    }
    if (tcp_is_silent(lan, c)) {
        return;
    }
    if (c->ack_at <= lan->now) {
        c->ack_at = SIM_LAN_NEVER;
        c->ack_now = true;
        lan->tcp_due = true;
    }
    if (c->rto_at <= lan->now) {
        on_timeout(lan, c);
    }
}

void tcp_step(struct sim_lan *lan)
{
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        if (lan->conns[i].state != CONN_FREE) {
            step_one(lan, &lan->conns[i]);
        }
    }
}
