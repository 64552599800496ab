/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { PROTO_TCP = 6, TCP_LEN = 20, MSS_DEFAULT = 536, MSS_MAX = 1460 };

struct segment {
    const struct w5_packet *packet;
    uint16_t from_port, to_port;
    uint32_t seq, ack;
    uint8_t flags;
    uint16_t wnd, mss;
    const uint8_t *data;
    size_t len;
};

/* The MSS option of a SYN; what is malformed ends the search. */
static uint16_t find_mss(const uint8_t *option, size_t len)
{
    while (len > 0 && option[0] != 0) {
        if (option[0] == 1) {
            option++;
            len--;
            continue;
        }
        if (len < 2 || option[1] < 2 || option[1] > len) {
            break;
        }
        if (option[0] == 2 && option[1] == 4) {
            uint16_t mss = w5_get16(option + 2);
            return mss == 0 ? MSS_DEFAULT : mss;
        }
        len -= option[1];
        option += option[1];
    }
    return MSS_DEFAULT;
}

static bool parse(struct segment *g, const struct w5_packet *p)
{
    size_t head = p->len >= TCP_LEN ? (size_t)(p->data[12] >> 4) * 4 : 0;
    if (head < TCP_LEN || head > p->len ||
        w5_pseudo_sum(p->src, p->dst, PROTO_TCP, p->data, p->len) != 0) {
        return false;
    }
    *g = (struct segment){.packet = p,
                          .from_port = w5_get16(p->data),
                          .to_port = w5_get16(p->data + 2),
                          .seq = w5_get32(p->data + 4),
                          .ack = w5_get32(p->data + 8),
                          .flags = p->data[13],
                          .wnd = w5_get16(p->data + 14),
                          .mss = find_mss(p->data + TCP_LEN, head - TCP_LEN),
                          .data = p->data + head,
                          .len = p->len - head};
    return true;
}

/* RST for a segment that belongs nowhere (model 10.14). */
static void refuse(struct sim_w5500 *c, const struct segment *g)
{
    if ((g->flags & W5_RST) != 0) {
        return;
    }
    uint8_t *out = w5_payload(c);
    memset(out, 0, TCP_LEN);
    w5_put16(out, g->to_port);
    w5_put16(out + 2, g->from_port);
    out[12] = TCP_LEN / 4 << 4;
    if ((g->flags & W5_ACK) != 0) {
        w5_put32(out + 4, g->ack);
        out[13] = W5_RST;
    } else {
        uint32_t flags = (g->flags & (W5_SYN | W5_FIN));
        uint32_t length = (uint32_t)g->len + (flags & 1) + (flags >> 1);
        w5_put32(out + 8, g->seq + length);
        out[13] = W5_RST | W5_ACK;
    }
    uint32_t peer = g->packet->src;
    w5_put16(out + 16, w5_pseudo_sum(w5_own_ip(c), peer, PROTO_TCP, out, TCP_LEN));
    w5_ip_send(c, NULL, g->packet->mac, peer, PROTO_TCP, TCP_LEN);
}

static void establish(struct sim_w5500 *c, struct w5_socket *s, const struct segment *g)
{
    struct w5_tcp *t = &s->tcp;
    t->snd_una = t->iss + 1;
    t->snd_wnd = g->wnd;
    t->snd_wl1 = g->seq;
    t->snd_wl2 = g->ack;
    t->tries = 0;
    s->timer[W5_T_RTO] = SIM_NEVER;
    s->sr = W5_ST_ESTABLISHED;
    s->ir |= W5_INT_CON;
    w5_tcp_poke(c, s);
}

static void adopt_mss(struct w5_socket *s, uint16_t mss)
{
    uint16_t own = w5_get16(&s->reg[W5_SN_MSSR]);
    own = own == 0 || own > MSS_MAX ? MSS_MAX : own;
    s->tcp.mss = mss < own ? mss : own;
}

static void in_syn_sent(struct sim_w5500 *c, struct w5_socket *s, const struct segment *g)
{
    bool is_ack = (g->flags & W5_ACK) != 0;
    if (s->timer[W5_T_ARP] != SIM_NEVER) {
        return;
    }
    if (is_ack && g->ack != s->tcp.iss + 1) {
        refuse(c, g);
        return;
    }
    if ((g->flags & W5_RST) != 0) {
        if (is_ack) {
            w5_socket_close(c, s, 0);
        }
        return;
    }
    if (!is_ack || (g->flags & W5_SYN) == 0) {
        return;
    }
    s->tcp.rcv_nxt = g->seq + 1;
    adopt_mss(s, g->mss);
    establish(c, s, g);
    w5_tcp_ack(c, s);
}

/* The listening socket becomes the connection (model 10.2). */
static void in_listen(struct sim_w5500 *c, struct w5_socket *s, const struct segment *g)
{
    memcpy(&s->reg[W5_SN_DHAR], g->packet->mac, 6);
    w5_put32(&s->reg[W5_SN_DIPR], g->packet->src);
    w5_put16(&s->reg[W5_SN_DPORT], g->from_port);
    w5_tcp_start(c, s);
    s->tcp.rcv_nxt = g->seq + 1;
    adopt_mss(s, g->mss);
    s->sr = W5_ST_SYNRECV;
    w5_tcp_segment(c, s, W5_SYN | W5_ACK, s->tcp.iss, 0);
    s->timer[W5_T_RTO] = c->now + w5_wait(c, 0);
}

static void acknowledged(struct sim_w5500 *c, struct w5_socket *s, uint32_t ack)
{
    struct w5_tcp *t = &s->tcp;
    t->snd_una = ack;
    t->is_repeating = false;
    t->tries = 0;
    if ((int32_t)(t->snd_nxt - ack) < 0) {
        t->snd_nxt = ack;
    }
    t->is_fin_acked = t->is_fin_sent && ack == t->send_end + 1;
    s->tx_ack = (uint16_t)(ack - (t->is_fin_acked ? 1U : 0U));
    s->timer[W5_T_RTO] = ack == t->snd_max ? SIM_NEVER : c->now + w5_wait(c, 0);
}

/* False: the acknowledgement is of something that we never sent. */
static bool take_ack(struct sim_w5500 *c, struct w5_socket *s, const struct segment *g)
{
    struct w5_tcp *t = &s->tcp;
    if ((int32_t)(g->ack - t->snd_max) > 0) {
        w5_tcp_ack(c, s);
        return false;
    }
    if ((int32_t)(g->ack - t->snd_una) > 0) {
        acknowledged(c, s, g->ack);
    }
    bool is_newer = (int32_t)(g->seq - t->snd_wl1) > 0 ||
                    (g->seq == t->snd_wl1 && (int32_t)(g->ack - t->snd_wl2) >= 0);
    if (is_newer && (int32_t)(g->ack - t->snd_una) >= 0) {
        t->snd_wnd = g->wnd;
        t->snd_wl1 = g->seq;
        t->snd_wl2 = g->ack;
    }
    if (t->snd_wnd != 0) {
        s->timer[W5_T_PROBE] = SIM_NEVER;
    }
    w5_tcp_poke(c, s);
    return true;
}

/* What our FIN's acknowledgement ends. */
static void fin_acknowledged(struct sim_w5500 *c, struct w5_socket *s)
{
    if (s->sr == W5_ST_LAST_ACK) {
        w5_socket_close(c, s, W5_INT_DISCON);
    } else if (s->sr == W5_ST_CLOSING) {
        s->sr = W5_ST_TIME_WAIT;
        s->timer[W5_T_END] = c->now + w5_wait(c, 0);
    } else if (s->sr == W5_ST_FIN_WAIT && s->timer[W5_T_END] == SIM_NEVER) {
        uint64_t patience = 0;
        for (unsigned i = 0; i <= c->common[W5_RCR]; i++) {
            patience += w5_wait(c, i);
        }
        s->timer[W5_T_END] = c->now + patience;
    }
}

/* Stores what fits; false: not all did. */
static bool take_data(struct sim_w5500 *c, struct w5_socket *s, const struct segment *g)
{
    size_t room = w5_rx_free(s);
    size_t len = g->len < room ? g->len : room;
    if (len > 0) {
        w5_rx_put(c, s, g->data, len);
        s->tcp.rcv_nxt += (uint32_t)len;
        s->tcp.has_exchanged = true;
        s->ir |= W5_INT_RECV;
    }
    return len == g->len;
}

static void take_fin(struct sim_w5500 *c, struct w5_socket *s)
{
    s->tcp.rcv_nxt++;
    s->ir |= W5_INT_DISCON;
    if (s->sr == W5_ST_ESTABLISHED) {
        s->sr = W5_ST_CLOSE_WAIT;
    } else if (s->sr == W5_ST_FIN_WAIT) {
        s->sr = s->tcp.is_fin_acked ? W5_ST_TIME_WAIT : W5_ST_CLOSING;
        s->timer[W5_T_END] = s->tcp.is_fin_acked ? c->now + w5_wait(c, 0) : SIM_NEVER;
    }
}

/* Cuts what came before; false: nothing is left of a segment that was not empty. */
static bool trim(const struct w5_tcp *t, struct segment *g)
{
    uint32_t is_fin = g->flags & W5_FIN;
    uint32_t extent = (uint32_t)g->len + is_fin;
    uint32_t old = t->rcv_nxt - g->seq;
    if (old == 0 || (int32_t)old < 0) {
        return true;
    }
    if (old >= extent) {
        return false;
    }
    g->data += old;
    g->len -= old;
    g->seq = t->rcv_nxt;
    return true;
}

static bool may_receive(const struct w5_socket *s)
{
    return s->sr == W5_ST_ESTABLISHED || s->sr == W5_ST_FIN_WAIT;
}

static void take_text(struct sim_w5500 *c, struct w5_socket *s, const struct segment *g)
{
    bool is_fin = (g->flags & W5_FIN) != 0;
    if (g->len == 0 && !is_fin) {
        return;
    }
    if (g->seq != s->tcp.rcv_nxt || !may_receive(s)) {
        w5_tcp_ack(c, s);
        return;
    }
    bool is_all = take_data(c, s, g);
    if (is_all && is_fin) {
        take_fin(c, s);
    }
    bool is_at_once = (s->reg[W5_SN_MR] & W5_SN_ND) != 0 || is_fin || !is_all;
    if (is_at_once) {
        w5_tcp_ack(c, s);
    } else if (s->timer[W5_T_ACK] == SIM_NEVER) {
        s->timer[W5_T_ACK] = c->now + w5_wait(c, 0);
    }
}

static void heard(struct sim_w5500 *c, struct w5_socket *s)
{
    s->tcp.probe_lost = 0;
    w5_tcp_rearm_keep(c, s);
}

static bool is_in_window(const struct w5_socket *s, uint32_t seq)
{
    uint32_t ahead = seq - s->tcp.rcv_nxt;
    return ahead == 0 || ahead < w5_rx_free(s);
}

static void in_open(struct sim_w5500 *c, struct w5_socket *s, struct segment *g)
{
    if ((g->flags & W5_RST) != 0) {
        if (is_in_window(s, g->seq)) {
            w5_socket_close(c, s, 0);
        }
        return;
    }
    heard(c, s);
    if ((g->flags & W5_SYN) != 0) {
        /* A peer that lost the connection answers this with RST. */
        w5_tcp_ack(c, s);
        return;
    }
    bool is_new = trim(&s->tcp, g);
    if ((g->flags & W5_ACK) == 0 || !take_ack(c, s, g)) {
        return;
    }
    if (s->tcp.is_fin_acked) {
        fin_acknowledged(c, s);
    }
    if (s->sr == W5_ST_CLOSED) {
        return;
    }
    if (is_new) {
        take_text(c, s, g);
    } else {
        w5_tcp_ack(c, s);
    }
}

static void in_syn_received(struct sim_w5500 *c, struct w5_socket *s, struct segment *g)
{
    struct w5_tcp *t = &s->tcp;
    if ((g->flags & W5_RST) != 0) {
        if (g->seq == t->rcv_nxt) {
            w5_socket_close(c, s, 0);
        }
        return;
    }
    if ((g->flags & W5_SYN) != 0) {
        w5_tcp_segment(c, s, W5_SYN | W5_ACK, t->iss, 0);
        return;
    }
    if ((g->flags & W5_ACK) == 0) {
        return;
    }
    if (g->ack != t->iss + 1) {
        refuse(c, g);
        return;
    }
    establish(c, s, g);
    in_open(c, s, g);
}

static struct w5_socket *find(struct sim_w5500 *c, const struct segment *g)
{
    for (int i = 0; i < W5_SOCKETS; i++) {
        struct w5_socket *s = &c->socket[i];
        if (s->sr >= W5_ST_SYNSENT && s->sr <= W5_ST_LAST_ACK &&
            w5_get16(&s->reg[W5_SN_PORT]) == g->to_port &&
            w5_get16(&s->reg[W5_SN_DPORT]) == g->from_port &&
            w5_get32(&s->reg[W5_SN_DIPR]) == g->packet->src) {
            return s;
        }
    }
    bool is_request = (g->flags & (W5_SYN | W5_ACK | W5_RST)) == W5_SYN;
    for (int i = 0; i < W5_SOCKETS && is_request; i++) {
        struct w5_socket *s = &c->socket[i];
        if (s->sr == W5_ST_LISTEN && w5_get16(&s->reg[W5_SN_PORT]) == g->to_port) {
            return s;
        }
    }
    return NULL;
}

enum w5_fate w5_tcp_in(struct sim_w5500 *c, const struct w5_packet *p)
{
    struct segment g;
    if (!parse(&g, p)) {
        return W5_BAD;
    }
    struct w5_socket *s = find(c, &g);
    if (s == NULL) {
        refuse(c, &g);
        return W5_DROPPED;
    }
    switch (s->sr) {
    case W5_ST_LISTEN:
        in_listen(c, s, &g);
        break;
    case W5_ST_SYNSENT:
        in_syn_sent(c, s, &g);
        break;
    case W5_ST_SYNRECV:
        in_syn_received(c, s, &g);
        break;
    default:
        in_open(c, s, &g);
        break;
    }
    return W5_USED;
}
