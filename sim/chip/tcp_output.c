/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { PROTO_TCP = 6, TCP_LEN = 20, MSS_OPTION_LEN = 4, MSS_MAX = 1460 };

/* Past the handshake, with a way to go for data or FIN. */
bool w5_tcp_is_open(const struct w5_socket *s)
{
    return s->sr >= W5_ST_ESTABLISHED && s->sr <= W5_ST_LAST_ACK;
}

void w5_tcp_poke(struct sim_w5500 *c, struct w5_socket *s)
{
    c->wants |= w5_bit(c, s);
}

static uint16_t own_mss(const struct w5_socket *s)
{
    uint16_t mss = w5_get16(&s->reg[W5_SN_MSSR]);
    return mss == 0 || mss > MSS_MAX ? MSS_MAX : mss;
}

static uint16_t window(const struct w5_socket *s)
{
    return (uint16_t)w5_rx_free(s);
}

/* One segment; pointers to TX memory are the low halves of sequence numbers (model 4.6). */
void w5_tcp_segment(struct sim_w5500 *c, struct w5_socket *s, uint8_t flags, uint32_t seq,
                    size_t len)
{
    struct w5_tcp *t = &s->tcp;
    uint8_t *out = w5_payload(c);
    size_t head = TCP_LEN;
    memset(out, 0, TCP_LEN);
    memcpy(out, &s->reg[W5_SN_PORT], 2);
    memcpy(out + 2, &s->reg[W5_SN_DPORT], 2);
    w5_put32(out + 4, seq);
    if ((flags & W5_ACK) != 0) {
        w5_put32(out + 8, t->rcv_nxt);
        t->rcv_adv = t->rcv_nxt + window(s);
        s->timer[W5_T_ACK] = SIM_NEVER;
    }
    if ((flags & W5_SYN) != 0) {
        out[head] = 2;
        out[head + 1] = MSS_OPTION_LEN;
        w5_put16(out + head + 2, own_mss(s));
        head += MSS_OPTION_LEN;
    }
    out[12] = (uint8_t)(head / 4 << 4);
    out[13] = flags;
    w5_put16(out + 14, window(s));
    w5_tx_copy(c, s, (uint16_t)seq, out + head, len);
    uint32_t peer = w5_get32(&s->reg[W5_SN_DIPR]);
    w5_put16(out + 16, w5_pseudo_sum(w5_own_ip(c), peer, PROTO_TCP, out, head + len));
    w5_ip_send(c, s, &s->reg[W5_SN_DHAR], peer, PROTO_TCP, head + len);
}

void w5_tcp_ack(struct sim_w5500 *c, struct w5_socket *s)
{
    w5_tcp_segment(c, s, W5_ACK, s->tcp.snd_nxt, 0);
}

/* After data or FIN has gone: what is outstanding, and the wait for its acknowledgement. */
static void sent(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    if ((int32_t)(t->snd_nxt - t->snd_max) > 0) {
        t->snd_max = t->snd_nxt;
        bool is_fin = t->is_fin_sent;
        s->tx_rd = (uint16_t)(t->snd_max - (is_fin ? 1U : 0U));
    }
    if (s->timer[W5_T_RTO] == SIM_NEVER) {
        s->timer[W5_T_RTO] = c->now + w5_wait(c, t->tries);
    }
    w5_tcp_rearm_keep(c, s);
}

static void finish_send(struct sim_w5500 *c, struct w5_socket *s)
{
    const struct w5_tcp *t = &s->tcp;
    if (s->is_sending && s->timer[W5_T_SENDOK] == SIM_NEVER &&
        (int32_t)(t->snd_max - t->send_end) >= 0) {
        s->timer[W5_T_SENDOK] = w5_max(c->now, c->mac_free_at);
    }
}

/* How much data may go now: up to the peer's window, or one segment after a wait ran out. */
static size_t room(const struct w5_tcp *t)
{
    uint32_t edge = t->snd_una + (t->is_repeating ? t->mss : t->snd_wnd);
    int32_t ready = (int32_t)(t->send_end - t->snd_nxt);
    int32_t allowed = (int32_t)(edge - t->snd_nxt);
    int32_t len = ready < allowed ? ready : allowed;
    if (len <= 0) {
        return 0;
    }
    return (uint32_t)len < t->mss ? (size_t)len : t->mss;
}

static void watch_window(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    bool is_stuck = t->snd_wnd == 0 && t->snd_una == t->snd_max &&
                    (int32_t)(t->send_end - t->snd_nxt) > 0;
    if (is_stuck && s->timer[W5_T_PROBE] == SIM_NEVER) {
        t->probe_tries = 0;
        t->probe_lost = 0;
        s->timer[W5_T_PROBE] = c->now + w5_wait(c, 0);
    }
}

bool w5_tcp_output(struct sim_w5500 *c, struct w5_socket *s)
{
    struct w5_tcp *t = &s->tcp;
    if (!w5_tcp_is_open(s) || s->sr == W5_ST_TIME_WAIT) {
        return false;
    }
    size_t len = room(t);
    if (len > 0) {
        bool is_last = t->snd_nxt + (uint32_t)len == t->send_end;
        w5_tcp_segment(c, s, (uint8_t)(W5_ACK | (is_last ? W5_PSH : 0)), t->snd_nxt, len);
        t->snd_nxt += (uint32_t)len;
        t->has_exchanged = true;
        sent(c, s);
        finish_send(c, s);
        return true;
    }
    finish_send(c, s);
    bool may_fin = !t->is_repeating || t->snd_nxt == t->snd_una;
    if (t->is_fin_queued && t->snd_nxt == t->send_end && may_fin) {
        w5_tcp_segment(c, s, W5_FIN | W5_ACK, t->snd_nxt, 0);
        t->snd_nxt++;
        t->is_fin_sent = true;
        sent(c, s);
        return true;
    }
    watch_window(c, s);
    return false;
}
