/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { ACCEPT_US = 2 };

static void timers_off(struct w5_socket *s)
{
    for (int i = 0; i < W5_T_COUNT; i++) {
        s->timer[i] = SIM_NEVER;
    }
}

void w5_socket_reset(struct w5_socket *s)
{
    memset(s, 0, sizeof *s);
    memset(&s->reg[W5_SN_DHAR], 0xFF, 6);
    s->reg[W5_SN_TTL] = 0x80;
    s->reg[W5_SN_RXBUF_SIZE] = 2;
    s->reg[W5_SN_TXBUF_SIZE] = 2;
    s->reg[W5_SN_IMR] = 0xFF;
    w5_put16(&s->reg[W5_SN_FRAG], 0x4000);
    timers_off(s);
}

/* Received data stays readable until the next OPEN (model 4.6). */
void w5_socket_close(struct sim_w5500 *c, struct w5_socket *s, uint8_t interrupt)
{
    uint64_t command_at = s->timer[W5_T_COMMAND];
    timers_off(s);
    s->timer[W5_T_COMMAND] = command_at;
    s->sr = W5_ST_CLOSED;
    s->ir |= interrupt;
    s->is_sending = false;
    s->known_ip = 0;
    c->wants &= (uint8_t)~w5_bit(c, s);
}

void w5_sendok_due(struct sim_w5500 *c, struct w5_socket *s)
{
    if ((c->fault[SIM_W5500_FAULT_NO_SENDOK] & w5_bit(c, s)) != 0) {
        return;
    }
    s->is_sending = false;
    s->ir |= W5_INT_SENDOK;
}

static bool is_connected(uint8_t sr)
{
    return sr == W5_ST_ESTABLISHED || sr == W5_ST_CLOSE_WAIT;
}

static bool is_datagram(uint8_t sr)
{
    return sr == W5_ST_UDP || sr == W5_ST_IPRAW || sr == W5_ST_MACRAW;
}

/* Whether a command makes sense in a state (model 6.2). */
static bool is_legal(uint8_t command, uint8_t sr)
{
    switch (command) {
    case W5_OPEN:
        return sr == W5_ST_CLOSED;
    case W5_LISTEN:
    case W5_CONNECT:
        return sr == W5_ST_INIT;
    case W5_DISCON:
        return is_connected(sr) || (sr >= W5_ST_INIT && sr <= W5_ST_SYNRECV);
    case W5_CLOSE:
        return true;
    case W5_SEND:
        return is_connected(sr) || is_datagram(sr);
    case W5_SEND_MAC:
        return sr == W5_ST_UDP;
    case W5_SEND_KEEP:
        return is_connected(sr);
    case W5_RECV:
        return sr == W5_ST_CLOSED || sr >= W5_ST_ESTABLISHED;
    default:
        return false;
    }
}

static uint8_t state_after_open(const struct sim_w5500 *c, const struct w5_socket *s)
{
    switch (s->reg[W5_SN_MR] & 15) {
    case W5_TCP:
        return W5_ST_INIT;
    case W5_UDP:
        return W5_ST_UDP;
    case W5_IPRAW:
        return W5_ST_IPRAW;
    case W5_MACRAW:
        return s == c->socket ? W5_ST_MACRAW : W5_ST_CLOSED;
    default:
        return W5_ST_CLOSED;
    }
}

static bool fits_memory(const struct sim_w5500 *c)
{
    unsigned rx = 0;
    unsigned tx = 0;
    for (int i = 0; i < W5_SOCKETS; i++) {
        rx += c->socket[i].reg[W5_SN_RXBUF_SIZE];
        tx += c->socket[i].reg[W5_SN_TXBUF_SIZE];
    }
    return rx <= 16 && tx <= 16;
}

static bool is_multicast_socket(const struct w5_socket *s)
{
    return (s->reg[W5_SN_MR] & (W5_SN_MULTI | 15)) == (W5_SN_MULTI | W5_UDP);
}

static void open_socket(struct sim_w5500 *c, struct w5_socket *s)
{
    w5_socket_close(c, s, 0);
    s->tx_ack = s->tx_rd = s->tx_wr = s->tx_end = 0;
    s->rx_rd = s->rx_wr = s->rx_freed = 0;
    memset(&s->tcp, 0, sizeof s->tcp);
    s->sr = state_after_open(c, s);
    if (s->sr == W5_ST_CLOSED) {
        w5_misuse(c, "OPEN of a protocol that the socket has not");
    }
    if (!fits_memory(c)) {
        w5_misuse(c, "buffers above 16 KB");
    }
    if (is_multicast_socket(s)) {
        w5_igmp_send(c, s, true);
    }
}

static void close_socket(struct sim_w5500 *c, struct w5_socket *s)
{
    if (s->sr == W5_ST_UDP && is_multicast_socket(s)) {
        w5_igmp_send(c, s, false);
    }
    w5_socket_close(c, s, 0);
}

static void discon(struct sim_w5500 *c, struct w5_socket *s)
{
    if (is_connected(s->sr)) {
        w5_tcp_discon(c, s);
    } else {
        w5_socket_close(c, s, 0);
    }
}

static void send(struct sim_w5500 *c, struct w5_socket *s, bool is_mac_given)
{
    if (s->is_sending) {
        w5_misuse(c, "SEND before SENDOK");
    }
    if ((uint16_t)(s->tx_wr - s->tx_ack) > w5_tx_size(s)) {
        w5_misuse(c, "TX_WR beyond TX_FSR");
    }
    uint16_t added = (uint16_t)(s->tx_wr - s->tx_end);
    s->tx_end = s->tx_wr;
    s->is_sending = true;
    s->timer[W5_T_SENDOK] = SIM_NEVER;
    if (is_connected(s->sr)) {
        w5_tcp_send(c, s, added);
    } else {
        w5_datagram_send(c, s, is_mac_given);
    }
}

static void receive(struct sim_w5500 *c, struct w5_socket *s)
{
    if ((uint16_t)(s->rx_rd - s->rx_freed) > (uint16_t)(s->rx_wr - s->rx_freed)) {
        w5_misuse(c, "RX_RD beyond RX_WR");
    }
    s->rx_freed = s->rx_rd;
    w5_tcp_received(c, s);
}

static void execute(struct sim_w5500 *c, struct w5_socket *s, uint8_t command)
{
    switch (command) {
    case W5_OPEN:
        open_socket(c, s);
        break;
    case W5_LISTEN:
        s->sr = W5_ST_LISTEN;
        break;
    case W5_CONNECT:
        w5_tcp_connect(c, s);
        break;
    case W5_DISCON:
        discon(c, s);
        break;
    case W5_CLOSE:
        close_socket(c, s);
        break;
    case W5_SEND:
    case W5_SEND_MAC:
        send(c, s, command == W5_SEND_MAC);
        return;
    case W5_SEND_KEEP:
        w5_tcp_keep_command(c, s);
        return;
    default:
        receive(c, s);
        return;
    }
    s->sr_seen = s->sr;
}

void w5_command_write(struct sim_w5500 *c, struct w5_socket *s, uint8_t command)
{
    if (s->command != 0) {
        w5_misuse(c, "command while CR is busy");
        return;
    }
    if (command == 0) {
        return;
    }
    uint32_t slow_us = c->fault[SIM_W5500_FAULT_CR_SLOW];
    s->command = command;
    s->timer[W5_T_COMMAND] = c->now + (slow_us != 0 ? slow_us : ACCEPT_US) * W5_US;
}

/* A state may change between the host's look at it and its command: what made sense for the
 * state that was shown is no misuse (model 12.2). OPEN of an open socket starts it anew. */
void w5_command_due(struct sim_w5500 *c, struct w5_socket *s)
{
    uint8_t command = s->command;
    if ((c->fault[SIM_W5500_FAULT_CR_STUCK] & w5_bit(c, s)) != 0) {
        return;
    }
    s->command = 0;
    c->stats.commands++;
    bool is_fit = is_legal(command, s->sr);
    if (!is_fit && !is_legal(command, s->sr_seen)) {
        w5_misuse(c, "command in a state that has no use for it");
    }
    if (is_fit || command == W5_OPEN) {
        execute(c, s, command);
    }
}
