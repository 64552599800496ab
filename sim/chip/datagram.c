/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

/* Sockets that send and receive whole datagrams: UDP, IPRAW, MACRAW (model 9). */

enum { UDP_LEN = 8, PROTO_UDP = 17, UDP_MAX = 1472, IPRAW_MAX = 1480, FRAME_MIN = 14 };

static uint32_t pending(const struct w5_socket *s)
{
    return (uint16_t)(s->tx_end - s->tx_rd);
}

static void poke(struct sim_w5500 *c, struct w5_socket *s)
{
    c->wants |= w5_bit(c, s);
}

/* Where the datagrams of this SEND go; ARP, if the next hop's address is not at hand. */
void w5_datagram_send(struct sim_w5500 *c, struct w5_socket *s, bool is_mac_given)
{
    poke(c, s);
    if (s->sr == W5_ST_MACRAW) {
        return;
    }
    s->to_ip = w5_get32(&s->reg[W5_SN_DIPR]);
    s->to_port = w5_get16(&s->reg[W5_SN_DPORT]);
    bool is_group = s->to_ip >> 28 == 0xE && (s->reg[W5_SN_MR] & W5_SN_MULTI) != 0;
    if (w5_is_broadcast(c, s->to_ip) && !is_mac_given) {
        memset(s->to_mac, 0xFF, 6);
        return;
    }
    bool is_known = s->known_ip != 0 && s->known_ip == w5_next_hop(c, s->to_ip) &&
                    (c->common[W5_MR] & W5_MR_FARP) == 0;
    if (is_mac_given || is_group || is_known) {
        memcpy(s->to_mac, &s->reg[W5_SN_DHAR], 6);
    } else if (s->timer[W5_T_ARP] == SIM_NEVER) {
        w5_arp_start(c, s, s->to_ip);
    }
}

void w5_datagram_resolved(struct sim_w5500 *c, struct w5_socket *s)
{
    memcpy(s->to_mac, &s->reg[W5_SN_DHAR], 6);
    poke(c, s);
}

/* The data is given up; the socket stays open (model 7.2). */
void w5_datagram_unresolved(struct sim_w5500 *c, struct w5_socket *s)
{
    (void)c;
    s->tx_rd = s->tx_ack = s->tx_end;
    s->is_sending = false;
    s->ir |= W5_INT_TIMEOUT;
}

static size_t udp_limit(const struct w5_socket *s)
{
    uint16_t mss = w5_get16(&s->reg[W5_SN_MSSR]);
    return mss == 0 || mss > UDP_MAX ? UDP_MAX : mss;
}

static size_t emit_udp(struct sim_w5500 *c, struct w5_socket *s)
{
    size_t len = pending(s) < udp_limit(s) ? pending(s) : udp_limit(s);
    uint8_t *out = w5_payload(c);
    memcpy(out, &s->reg[W5_SN_PORT], 2);
    w5_put16(out + 2, s->to_port);
    w5_put16(out + 4, (uint32_t)(UDP_LEN + len));
    w5_put16(out + 6, 0);
    w5_tx_copy(c, s, s->tx_rd, out + UDP_LEN, len);
    uint16_t sum = w5_pseudo_sum(w5_own_ip(c), s->to_ip, PROTO_UDP, out, UDP_LEN + len);
    w5_put16(out + 6, sum == 0 ? 0xFFFF : sum);
    w5_ip_send(c, s, s->to_mac, s->to_ip, PROTO_UDP, UDP_LEN + len);
    return len;
}

static size_t emit_ipraw(struct sim_w5500 *c, struct w5_socket *s)
{
    size_t len = pending(s) < IPRAW_MAX ? pending(s) : IPRAW_MAX;
    w5_tx_copy(c, s, s->tx_rd, w5_payload(c), len);
    w5_ip_send(c, s, s->to_mac, s->to_ip, s->reg[W5_SN_PROTO], len);
    return len;
}

static size_t emit_macraw(struct sim_w5500 *c, struct w5_socket *s)
{
    size_t len = pending(s);
    if (len < FRAME_MIN || len > SIM_FRAME_MAX) {
        w5_misuse(c, "MACRAW frame of a length that Ethernet has not");
        return len;
    }
    w5_tx_copy(c, s, s->tx_rd, c->frame, len);
    w5_emit(c, len);
    return len;
}

bool w5_datagram_output(struct sim_w5500 *c, struct w5_socket *s)
{
    if (!s->is_sending || s->timer[W5_T_ARP] != SIM_NEVER ||
        s->timer[W5_T_SENDOK] != SIM_NEVER) {
        return false;
    }
    uint32_t before = pending(s);
    if (before != 0) {
        size_t len = s->sr == W5_ST_UDP     ? emit_udp(c, s)
                     : s->sr == W5_ST_IPRAW ? emit_ipraw(c, s)
                                            : emit_macraw(c, s);
        s->tx_rd = (uint16_t)(s->tx_rd + len);
        s->tx_ack = s->tx_rd;
    }
    if (pending(s) == 0) {
        s->timer[W5_T_SENDOK] = w5_max(c->now, c->mac_free_at);
    }
    return before != 0;
}

static bool store(struct sim_w5500 *c, struct w5_socket *s, const uint8_t *head,
                  size_t head_len, const uint8_t *data, size_t len)
{
    if (head_len + len > w5_rx_free(s)) {
        return false;
    }
    w5_rx_put(c, s, head, head_len);
    w5_rx_put(c, s, data, len);
    s->ir |= W5_INT_RECV;
    return true;
}

/* Which datagrams a UDP socket takes, by its block bits and group (model 9.2, 9.3). */
static bool udp_takes(const struct sim_w5500 *c, const struct w5_socket *s,
                      const struct w5_packet *p)
{
    uint8_t mr = s->reg[W5_SN_MR];
    if (s->sr != W5_ST_UDP || w5_get16(&s->reg[W5_SN_PORT]) != w5_get16(p->data + 2)) {
        return false;
    }
    if (p->dst >> 28 == 0xE) {
        return (mr & W5_SN_MULTI) != 0 && p->dst == w5_get32(&s->reg[W5_SN_DIPR]) &&
               memcmp(p->to_mac, &s->reg[W5_SN_DHAR], 6) == 0;
    }
    if (w5_is_broadcast(c, p->dst)) {
        return (mr & W5_SN_BCASTB) == 0;
    }
    return (mr & (W5_SN_MULTI | W5_SN_UCASTB)) != (W5_SN_MULTI | W5_SN_UCASTB);
}

enum w5_fate w5_udp_in(struct sim_w5500 *c, const struct w5_packet *p)
{
    size_t len = p->len >= UDP_LEN ? w5_get16(p->data + 4) : 0;
    if (len < UDP_LEN || len > p->len) {
        return W5_BAD;
    }
    if (w5_get16(p->data + 6) != 0 &&
        w5_pseudo_sum(p->src, p->dst, PROTO_UDP, p->data, len) != 0) {
        return W5_BAD;
    }
    for (int i = 0; i < W5_SOCKETS; i++) {
        struct w5_socket *s = &c->socket[i];
        if (!udp_takes(c, s, p)) {
            continue;
        }
        uint8_t head[8];
        w5_put32(head, p->src);
        memcpy(head + 4, p->data, 2);
        w5_put16(head + 6, (uint32_t)(len - UDP_LEN));
        bool fits = store(c, s, head, sizeof head, p->data + UDP_LEN, len - UDP_LEN);
        return fits ? W5_USED : W5_DROPPED;
    }
    return W5_DROPPED;
}

enum w5_fate w5_ipraw_in(struct sim_w5500 *c, const struct w5_packet *p)
{
    for (int i = 0; i < W5_SOCKETS; i++) {
        struct w5_socket *s = &c->socket[i];
        if (s->sr != W5_ST_IPRAW || s->reg[W5_SN_PROTO] != p->header[9]) {
            continue;
        }
        uint8_t head[6];
        w5_put32(head, p->src);
        w5_put16(head + 4, (uint32_t)p->len);
        return store(c, s, head, sizeof head, p->data, p->len) ? W5_USED : W5_DROPPED;
    }
    return W5_DROPPED;
}

/* The filters of model 9.8. */
static bool macraw_takes(const struct sim_w5500 *c, uint8_t mr, const uint8_t *frame)
{
    static const uint8_t all[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    bool is_for_all = memcmp(frame, all, 6) == 0;
    bool is_group = (frame[0] & 1) != 0 && !is_for_all;
    if ((is_for_all && (mr & W5_SN_BCASTB) != 0) || (is_group && (mr & W5_SN_ND) != 0)) {
        return false;
    }
    if (w5_get16(frame + 12) == 0x86DD && (mr & W5_SN_UCASTB) != 0) {
        return false;
    }
    return (mr & W5_SN_MULTI) == 0 || is_for_all || is_group ||
           memcmp(frame, &c->common[W5_SHAR], 6) == 0;
}

bool w5_macraw_in(struct sim_w5500 *c, const uint8_t *frame, size_t len)
{
    struct w5_socket *s = &c->socket[0];
    if (s->sr != W5_ST_MACRAW || !macraw_takes(c, s->reg[W5_SN_MR], frame)) {
        return false;
    }
    uint8_t head[2];
    w5_put16(head, (uint32_t)(len + 2));
    if (!store(c, s, head, sizeof head, frame, len)) {
        c->stats.dropped++;
        return false;
    }
    return true;
}
