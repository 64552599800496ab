/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/tcp.h"

/* Segments in (RFC 9293 3.10.7). */

struct segment {
    uint32_t seq, ack, len;
    uint16_t wnd, mss;
    uint8_t flags;
    const uint8_t *data;
};

/* ---- Reading ---- */

static uint16_t mss_option(const uint8_t *options, size_t len)
{
    size_t i = 0;
    while (i < len && options[i] != 0) {
        if (options[i] == 1) {
            i++;
            continue;
        }
        if (i + 1 >= len || options[i + 1] < 2 || options[i + 1] > len - i) {
            break;
        }
        if (options[i] == 2 && options[i + 1] == 4) {
            return get16(options + i + 2);
        }
        i += options[i + 1];
    }
    return 536;
}

static bool read_segment(struct sim_lan *lan, const struct packet *p, struct segment *s)
{
    size_t header_len = p->len >= 20 ? (size_t)(p->data[12] >> 4) * 4 : 0;
    if (header_len < 20 || header_len > p->len) {
        lan->stats.malformed++;
        return false;
    }
    if (ip_sum(p->from, p->to, 6, p->data, p->len) != 0) {
        lan->stats.bad_checksum++;
        return false;
    }
    s->seq = get32(p->data + 4);
    s->ack = get32(p->data + 8);
    s->flags = p->data[13];
    s->wnd = get16(p->data + 14);
    s->mss = mss_option(p->data + 20, header_len - 20);
    s->data = p->data + header_len;
    s->len = (uint32_t)(p->len - header_len);
    return true;
}

static struct conn *find_conn(struct sim_lan *lan, const struct packet *p)
{
    for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
        struct conn *c = &lan->conns[i];
        if (c->state != CONN_FREE && c->state != CONN_DEAD && c->host == p->host &&
            c->peer.local == p->to && c->peer.remote == p->from &&
            c->peer.local_port == get16(p->data + 2) &&
            c->peer.remote_port == get16(p->data)) {
            return c;
        }
    }
    return NULL;
}

/* ---- No connection ---- */

static const struct listener *find_listener(const struct sim_lan *lan,
                                            const struct packet *p)
{
    uint16_t port = get16(p->data + 2);
    if (lan->faults[SIM_LAN_FAULT_TCP_REFUSE] == port) {
        return NULL;
    }
    for (uint32_t i = 1; i <= SIM_LAN_LISTENERS; i++) {
        const struct listener *l = &lan->listeners[i];
        if (l->host == p->host && l->port == port &&
            (l->address == 0 || l->address == p->to)) {
            return l;
        }
    }
    return NULL;
}

static void set_mss(const struct sim_lan *lan, struct conn *c, uint16_t mss)
{
    c->mss = mss < lan->tcp.mss ? mss : lan->tcp.mss;
    c->mss = c->mss < 64 ? 64 : c->mss;
}

static void open_passive(struct sim_lan *lan, const struct packet *p,
                         const struct segment *s, const struct listener *l)
{
    struct conn *c = tcp_new(lan, p->host, &l->owner);
    if (c == NULL) {
        lan->stats.tcp_no_room++;
        return;
    }
    c->is_owned = false; /* until it stands */
    c->state = CONN_SYN_RECEIVED;
    c->peer = (struct sim_lan_peer){.local = p->to,
                                    .remote = p->from,
                                    .local_port = get16(p->data + 2),
                                    .remote_port = get16(p->data)};
    c->rcv_nxt = s->seq + 1;
    c->rcv_adv = c->rcv_nxt + lan->tcp.window;
    c->wnd = s->wnd;
    c->wl1 = s->seq;
    set_mss(lan, c, s->mss);
    tcp_emit(lan, c, c->una, TCP_SYN, 0);
}

static void no_conn_in(struct sim_lan *lan, const struct packet *p,
                       const struct segment *s)
{
    if ((s->flags & TCP_RST) != 0) {
        return;
    }
    if ((s->flags & TCP_ACK) != 0) {
        tcp_refuse(lan, p, s->ack, 0, TCP_RST);
        return;
    }
    const struct listener *l = (s->flags & TCP_SYN) != 0 ? find_listener(lan, p) : NULL;
    if (l != NULL) {
        open_passive(lan, p, s, l);
        return;
    }
    uint32_t end =
        s->seq + s->len + ((s->flags & TCP_SYN) != 0) + ((s->flags & TCP_FIN) != 0);
    lan->stats.tcp_refused += (s->flags & TCP_SYN) != 0;
    tcp_refuse(lan, p, 0, end, TCP_RST | TCP_ACK);
}

/* ---- Opening ---- */

static void established(struct sim_lan *lan, struct conn *c, const struct segment *s)
{
    c->state = CONN_ESTABLISHED;
    c->una = c->nxt = s->ack;
    c->wnd = s->wnd;
    c->wl1 = s->seq;
    c->wl2 = s->ack;
    c->rto_at = SIM_LAN_NEVER;
    c->retries = 0;
    c->is_timing = false;
    c->is_owned = true;
    c->tell_accept = true;
    c->output_due = true;
    lan->tcp_due = true;
}

static void syn_sent_in(struct sim_lan *lan, struct conn *c, const struct packet *p,
                        const struct segment *s)
{
    bool has_ack = (s->flags & TCP_ACK) != 0;
    if (has_ack && s->ack != c->max) {
        if ((s->flags & TCP_RST) == 0) {
            tcp_refuse(lan, p, s->ack, 0, TCP_RST);
        }
        return;
    }
    if ((s->flags & TCP_RST) != 0) {
        if (has_ack) {
            tcp_die(lan, c, SIM_LAN_CLOSED_RESET);
        }
        return;
    }
    if ((s->flags & TCP_SYN) == 0) {
        return;
    }
    c->rcv_nxt = s->seq + 1;
    c->rcv_adv = c->rcv_nxt + lan->tcp.window;
    set_mss(lan, c, s->mss);
    if (has_ack) {
        established(lan, c, s);
        c->ack_now = true;
    } else {
        c->state = CONN_SYN_RECEIVED;
        tcp_emit(lan, c, c->una, TCP_SYN, 0);
    }
}

/* ---- Acknowledgements ---- */

/* RFC 6298 2.2, 2.3. */
static void sample_rtt(const struct sim_lan *lan, struct conn *c)
{
    uint64_t r = lan->now - c->timed_at;
    if (c->srtt == 0) {
        c->srtt = r;
        c->rttvar = r / 2;
    } else {
        uint64_t off = c->srtt > r ? c->srtt - r : r - c->srtt;
        c->rttvar = (3 * c->rttvar + off) / 4;
        c->srtt = (7 * c->srtt + r) / 8;
    }
    c->is_timing = false;
}

static void set_rto(const struct sim_lan *lan, struct conn *c)
{
    uint64_t least = lan->tcp.rto_min_ms * NS_PER_MS;
    c->rto = c->srtt + 4 * c->rttvar;
    c->rto = c->rto < least ? least : c->rto;
}

/* Our FIN has been acknowledged. */
static void fin_acked(struct sim_lan *lan, struct conn *c)
{
    if (c->state == CONN_FIN_WAIT_1) {
        c->state = CONN_FIN_WAIT_2;
        c->wait_at = lan->now + TCP_FIN_WAIT;
    } else if (c->state == CONN_CLOSING) {
        tcp_linger(lan, c);
    } else if (c->state == CONN_LAST_ACK) {
        tcp_die(lan, c, SIM_LAN_CLOSED_NORMAL);
    }
}

static void new_ack(struct sim_lan *lan, struct conn *c, uint32_t ack)
{
    uint32_t acked = ack - c->una;
    bool has_fin = acked > c->tx_len;
    uint32_t bytes = has_fin ? c->tx_len : acked;
    if (c->is_timing && !is_after(c->timed_seq, ack)) {
        sample_rtt(lan, c);
    }
    c->tx_head = (c->tx_head + bytes) % SIM_LAN_BUFFER;
    c->tx_len -= bytes;
    c->una = ack;
    c->nxt = is_after(ack, c->nxt) ? ack : c->nxt;
    c->dup_acks = 0;
    c->retries = 0;
    set_rto(lan, c);
    c->rto_at = c->una == c->max ? SIM_LAN_NEVER : lan->now + c->rto;
    if (c->cwnd < TCP_UNLIMITED) {
        c->cwnd = c->cwnd >= SIM_LAN_BUFFER ? TCP_UNLIMITED : c->cwnd + acked;
    }
    if (c->in_recovery) {
        c->in_recovery = is_after(c->recover, ack);
        if (c->in_recovery) { /* a partial one: the next hole begins here */
            tcp_resend_first(lan, c);
        }
    }
    c->tell_writable = c->tell_writable || (c->wants_room && bytes > 0);
    c->output_due = true;
    lan->tcp_due = true;
    if (has_fin) {
        fin_acked(lan, c);
    }
}

static void duplicate_ack(struct sim_lan *lan, struct conn *c)
{
    if (c->dup_acks < UINT8_MAX) {
        c->dup_acks++;
    }
    if (c->dup_acks == 3 && !c->in_recovery && c->tx_len > 0) {
        c->in_recovery = true;
        c->recover = c->max;
        tcp_resend_first(lan, c);
    }
}

static void ack_in(struct sim_lan *lan, struct conn *c, const struct segment *s)
{
    if (is_after(s->ack, c->una)) {
        new_ack(lan, c, s->ack);
    } else if (s->ack == c->una && s->len == 0 && c->una != c->max && s->wnd == c->wnd &&
               (s->flags & TCP_FIN) == 0) {
        duplicate_ack(lan, c);
    }
    if (c->wnd == 0) {
        c->retries = 0; /* it answers our probes: as long as it does, we wait */
    }
    if (is_after(s->seq, c->wl1) || (s->seq == c->wl1 && !is_after(c->wl2, s->ack))) {
        if (c->wnd == 0 && s->wnd != 0) {
            set_rto(lan, c);
            c->rto_at = c->una != c->max ? lan->now + c->rto : SIM_LAN_NEVER;
        }
        c->wnd = s->wnd;
        c->wl1 = s->seq;
        c->wl2 = s->ack;
        c->output_due = true;
        lan->tcp_due = true;
    }
}

/* ---- Data ---- */

static void copy_in(struct conn *c, uint32_t offset, const uint8_t *data, uint32_t len)
{
    uint32_t at = (c->rx_head + c->rx_len + offset) % SIM_LAN_BUFFER;
    uint32_t first = len < SIM_LAN_BUFFER - at ? len : SIM_LAN_BUFFER - at;
    memcpy(c->rx + at, data, first);
    memcpy(c->rx, data + first, len - first);
}

static void drop_hole(struct conn *c, unsigned i)
{
    c->hole_count--;
    c->hole_from[i] = c->hole_from[c->hole_count];
    c->hole_to[i] = c->hole_to[c->hole_count];
}

/* Remembers that from..to is in the ring although something before it is missing. */
static bool add_hole(struct conn *c, uint32_t from, uint32_t to)
{
    for (unsigned i = 0; i < c->hole_count;) {
        if (is_after(c->hole_from[i], to) || is_after(from, c->hole_to[i])) {
            i++;
            continue;
        }
        from = is_after(from, c->hole_from[i]) ? c->hole_from[i] : from;
        to = is_after(c->hole_to[i], to) ? c->hole_to[i] : to;
        drop_hole(c, i);
        i = 0;
    }
    if (c->hole_count == HOLES) {
        return false;
    }
    c->hole_from[c->hole_count] = from;
    c->hole_to[c->hole_count] = to;
    c->hole_count++;
    return true;
}

/* What was received before and follows now without a gap. */
static void close_holes(struct conn *c)
{
    for (unsigned i = 0; i < c->hole_count;) {
        if (is_after(c->hole_from[i], c->rcv_nxt)) {
            i++;
            continue;
        }
        if (is_after(c->hole_to[i], c->rcv_nxt)) {
            c->rx_len += c->hole_to[i] - c->rcv_nxt;
            c->rcv_nxt = c->hole_to[i];
        }
        drop_hole(c, i);
        i = 0;
    }
}

static void acknowledge(struct sim_lan *lan, struct conn *c, uint32_t len)
{
    c->unacked_in += len;
    lan->tcp_due = true;
    if (lan->tcp.ack_delay_us == 0 || c->unacked_in >= 2u * lan->tcp.mss) {
        c->ack_now = true;
    } else if (c->ack_at == SIM_LAN_NEVER) {
        c->ack_at = lan->now + lan->tcp.ack_delay_us * UINT64_C(1000);
    }
}

static void data_in(struct sim_lan *lan, struct conn *c, const struct segment *s)
{
    if (s->len == 0 || c->fin_received) {
        return;
    }
    if (s->seq != c->rcv_nxt) {
        if (add_hole(c, s->seq, s->seq + s->len)) {
            copy_in(c, s->seq - c->rcv_nxt, s->data, s->len);
        }
        c->ack_now = true;
        lan->tcp_due = true;
        return;
    }
    if (c->state == CONN_FIN_WAIT_2) {
        c->wait_at = lan->now + TCP_FIN_WAIT;
    }
    bool had_holes = c->hole_count > 0;
    copy_in(c, 0, s->data, s->len);
    c->rcv_nxt += s->len;
    c->rx_len += s->len;
    close_holes(c);
    c->tell_data = true;
    acknowledge(lan, c, s->len);
    c->ack_now = c->ack_now || had_holes;
}

static void fin_in(struct sim_lan *lan, struct conn *c, const struct segment *s)
{
    c->ack_now = true;
    lan->tcp_due = true;
    if (c->fin_received || s->seq + s->len != c->rcv_nxt) {
        return; /* it will come again when the gap is closed */
    }
    c->rcv_nxt++;
    if (is_after(c->rcv_nxt, c->rcv_adv)) {
        c->rcv_adv = c->rcv_nxt;
    }
    c->fin_received = true;
    c->tell_data = true;
    if (c->state == CONN_ESTABLISHED) {
        c->state = CONN_CLOSE_WAIT;
    } else if (c->state == CONN_FIN_WAIT_1) {
        c->state = CONN_CLOSING;
    } else if (c->state == CONN_FIN_WAIT_2) {
        tcp_linger(lan, c);
    }
}

/* ---- A connection ---- */

/* Cuts the segment to the window. false: nothing of it is in there, an ACK is due. */
static bool trim(struct conn *c, struct segment *s)
{
    bool has_fin = (s->flags & TCP_FIN) != 0;
    uint32_t end = s->seq + s->len + has_fin;
    if (is_after(s->seq, c->rcv_adv) || is_after(c->rcv_nxt, end) ||
        (end == c->rcv_nxt && s->seq != end)) {
        return false;
    }
    if (is_after(c->rcv_nxt, s->seq)) {
        uint32_t old = c->rcv_nxt - s->seq;
        old = old < s->len ? old : s->len;
        s->data += old;
        s->len -= old;
        s->seq = c->rcv_nxt;
    }
    if (is_after(end, c->rcv_adv)) {
        uint32_t room = c->rcv_adv - s->seq;
        s->len = s->len < room ? s->len : room;
        s->flags &= (uint8_t)~TCP_FIN;
        c->ack_now = true;
    }
    return true;
}

static void rst_in(struct sim_lan *lan, struct conn *c, const struct segment *s)
{
    if (s->seq == c->rcv_nxt) {
        tcp_die(lan, c, SIM_LAN_CLOSED_RESET);
    } else if (!is_after(c->rcv_nxt, s->seq) && !is_after(s->seq, c->rcv_adv)) {
        c->ack_now = true; /* RFC 5961 3.2 */
        lan->tcp_due = true;
    }
}

static void conn_in(struct sim_lan *lan, struct conn *c, const struct packet *p,
                    struct segment *s)
{
    if ((s->flags & TCP_RST) != 0) {
        rst_in(lan, c, s);
        return;
    }
    if ((s->flags & TCP_SYN) != 0 || !trim(c, s)) {
        c->ack_now = true; /* an old segment, a keep-alive, or RFC 5961 4.2 */
        lan->tcp_due = true;
        return;
    }
    if ((s->flags & TCP_ACK) == 0) {
        return;
    }
    if (c->state == CONN_SYN_RECEIVED) {
        if (s->ack != c->max) {
            tcp_refuse(lan, p, s->ack, 0, TCP_RST);
            return;
        }
        established(lan, c, s);
    }
    if (is_after(s->ack, c->max)) {
        c->ack_now = true;
        lan->tcp_due = true;
        return;
    }
    ack_in(lan, c, s);
    if (c->state == CONN_DEAD || c->state == CONN_FREE) {
        return;
    }
    lan->tcp_due = lan->tcp_due || c->ack_now;
    data_in(lan, c, s);
    if ((s->flags & TCP_FIN) != 0) {
        fin_in(lan, c, s);
    }
}

void tcp_packet_in(struct sim_lan *lan, const struct packet *p)
{
    struct segment s;
    if (!read_segment(lan, p, &s)) {
        return;
    }
    uint32_t silent = lan->faults[SIM_LAN_FAULT_TCP_SILENT];
    if (silent != 0 && (silent == get16(p->data) || silent == get16(p->data + 2))) {
        return;
    }
    struct conn *c = find_conn(lan, p);
    if (c != NULL && c->state == CONN_TIME_WAIT && (s.flags & TCP_SYN) != 0 &&
        is_after(s.seq, c->rcv_nxt)) {
        tcp_die(lan, c, SIM_LAN_CLOSED_NORMAL); /* the peer uses its port again */
        c = NULL;
    }
    if (c == NULL) {
        no_conn_in(lan, p, &s);
    } else if (c->is_silent) {
        return;
    } else if (c->state == CONN_SYN_SENT) {
        syn_sent_in(lan, c, p, &s);
    } else {
        conn_in(lan, c, p, &s);
    }
}
