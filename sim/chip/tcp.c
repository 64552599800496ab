/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { KEEP_UNIT_MS = 5000 };

/* TX pointers start anew with each connection (model 4.6). */
void w5_tcp_start(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    memset(t, 0, sizeof *t);
    t->iss = (uint32_t)w5_random(&c->rng);
    t->snd_una = t->iss;
    t->snd_nxt = t->snd_max = t->send_end = t->iss + 1;
    s->tx_ack = s->tx_rd = s->tx_wr = s->tx_end = (uint16_t)t->send_end;
}

static void send_syn(struct sim_w5500 *c, struct w5_socket *s)
{
    uint8_t flags = s->sr == W5_ST_SYNSENT ? W5_SYN : W5_SYN | W5_ACK;
    w5_tcp_segment(c, s, flags, s->tcp.iss, 0);
    s->timer[W5_T_RTO] = c->now + w5_wait(c, s->tcp.tries);
}

void w5_tcp_connect(struct sim_w5500 *c, struct w5_socket *s)
{
    uint32_t ip = w5_get32(&s->reg[W5_SN_DIPR]);
    if (ip == 0 || w5_is_broadcast(c, ip) || w5_get16(&s->reg[W5_SN_DPORT]) == 0) {
        w5_misuse(c, "CONNECT to no host");
        return;
    }
    w5_tcp_start(c, s);
    s->sr = W5_ST_SYNSENT;
    w5_arp_start(c, s, ip);
}

void w5_tcp_resolved(struct sim_w5500 *c, struct w5_socket *s)
{
    send_syn(c, s);
}

/* The low half of a sequence number is the pointer: distances are the same (model 4.6). */
void w5_tcp_send(struct sim_w5500 *c, struct w5_socket *s, uint16_t added)
{
    s->tcp.send_end += added;
    w5_tcp_poke(c, s);
}

void w5_tcp_discon(struct sim_w5500 *c, struct w5_socket *s)
{
    s->sr = s->sr == W5_ST_CLOSE_WAIT ? W5_ST_LAST_ACK : W5_ST_FIN_WAIT;
    s->tcp.is_fin_queued = true;
    w5_tcp_poke(c, s);
}

/* RECV frees the buffer; the peer hears of it when that is worth a segment (model 10.8). */
void w5_tcp_received(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    if (!w5_tcp_is_open(s)) {
        return;
    }
    uint32_t grown = t->rcv_nxt + w5_rx_free(s) - t->rcv_adv;
    uint32_t half = w5_rx_size(s) / 2;
    if ((int32_t)grown > 0 && grown >= (half < t->mss ? half : t->mss)) {
        w5_tcp_ack(c, s);
    }
}

/* Old sequence number and one byte: the peer must answer, and takes nothing (model 10.9). */
static void poke_peer(struct sim_w5500 *c, struct w5_socket *s)
{
    w5_tcp_segment(c, s, W5_ACK, s->tcp.snd_una - 1, 1);
}

void w5_tcp_rearm_keep(struct sim_w5500 *c, struct w5_socket *s)
{
    bool is_on = s->reg[W5_SN_KPALVTR] != 0 && s->tcp.has_exchanged &&
                 (s->sr == W5_ST_ESTABLISHED || s->sr == W5_ST_CLOSE_WAIT);
    s->tcp.keep_lost = 0;
    s->timer[W5_T_KEEP] =
        is_on ? c->now + s->reg[W5_SN_KPALVTR] * (KEEP_UNIT_MS * W5_MS) : SIM_NEVER;
}

static void keep_due(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    if (t->keep_lost > c->common[W5_RCR]) {
        w5_socket_close(c, s, W5_INT_TIMEOUT);
        return;
    }
    poke_peer(c, s);
    s->timer[W5_T_KEEP] = c->now + w5_wait(c, t->keep_lost);
    t->keep_lost++;
}

void w5_tcp_keep_command(struct sim_w5500 *c, struct w5_socket *s)
{
    if (s->reg[W5_SN_KPALVTR] == 0 && s->tcp.has_exchanged) {
        s->tcp.keep_lost = 0;
        keep_due(c, s);
    }
}

static void probe_due(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    if (t->snd_wnd != 0) {
        return;
    }
    if (t->probe_lost > c->common[W5_RCR]) {
        w5_socket_close(c, s, W5_INT_TIMEOUT);
        return;
    }
    poke_peer(c, s);
    t->probe_lost++;
    if (t->probe_tries < UINT8_MAX) {
        t->probe_tries++;
    }
    s->timer[W5_T_PROBE] = c->now + w5_wait(c, t->probe_tries);
}

/* RCR repetitions, RCR + 1 waits, then TIMEOUT (model 10.5). */
static void retransmit_due(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    if (t->tries >= c->common[W5_RCR]) {
        w5_socket_close(c, s, W5_INT_TIMEOUT);
        return;
    }
    t->tries++;
    if (s->sr == W5_ST_SYNSENT || s->sr == W5_ST_SYNRECV) {
        send_syn(c, s);
        return;
    }
    t->snd_nxt = t->snd_una;
    t->is_repeating = true;
    s->timer[W5_T_RTO] = c->now + w5_wait(c, t->tries);
    w5_tcp_poke(c, s);
}

void w5_tcp_due(struct sim_w5500 *c, struct w5_socket *s, enum w5_timer timer)
{
    switch (timer) {
    case W5_T_RTO:
        retransmit_due(c, s);
        break;
    case W5_T_PROBE:
        probe_due(c, s);
        break;
    case W5_T_KEEP:
        keep_due(c, s);
        break;
    case W5_T_ACK:
        w5_tcp_ack(c, s);
        break;
    default:
        w5_socket_close(c, s, s->sr == W5_ST_TIME_WAIT ? 0 : W5_INT_TIMEOUT);
        break;
    }
}
