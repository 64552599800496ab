/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { ARP_LEN = 28, ETH_LEN = 14, REQUEST = 1, REPLY = 2 };

/* RTR doubled, as often as it stays within 16 bits (model 7.2, 10.5). An RTR of 0 counts as 1. */
uint64_t w5_wait(const struct sim_w5500 *c, unsigned doublings)
{
    uint32_t units = w5_get16(&c->common[W5_RTR]);
    units = units == 0 ? 1 : units;
    while (doublings-- > 0 && units * 2 <= UINT16_MAX) {
        units *= 2;
    }
    return units * 100 * W5_US;
}

uint32_t w5_next_hop(const struct sim_w5500 *c, uint32_t ip)
{
    uint32_t mask = w5_get32(&c->common[W5_SUBR]);
    bool is_near = (ip & mask) == (w5_own_ip(c) & mask);
    return is_near ? ip : w5_get32(&c->common[W5_GAR]);
}

static void emit(struct sim_w5500 *c, uint16_t operation, const uint8_t to[6],
                 const uint8_t target_mac[6], uint32_t target_ip)
{
    static const uint8_t fixed[] = {0x08, 0x06, 0, 1, 0x08, 0x00, 6, 4};
    uint8_t *f = c->frame;
    memcpy(f, to, 6);
    memcpy(f + 6, &c->common[W5_SHAR], 6);
    memcpy(f + 12, fixed, sizeof fixed);
    w5_put16(f + 20, operation);
    memcpy(f + 22, &c->common[W5_SHAR], 6);
    memcpy(f + 28, &c->common[W5_SIPR], 4);
    memcpy(f + 32, target_mac, 6);
    w5_put32(f + 38, target_ip);
    w5_emit(c, ETH_LEN + ARP_LEN);
}

static void ask(struct sim_w5500 *c, struct w5_socket *s)
{
    static const uint8_t all[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t none[6] = {0};
    emit(c, REQUEST, all, none, s->arp_ip);
    s->timer[W5_T_ARP] = c->now + w5_wait(c, 0);
}

void w5_arp_start(struct sim_w5500 *c, struct w5_socket *s, uint32_t ip)
{
    s->arp_ip = w5_next_hop(c, ip);
    s->arp_tries = 0;
    s->known_ip = 0;
    ask(c, s);
}

/* RCR repetitions, RCR + 1 waits (model 7.2). */
void w5_arp_due(struct sim_w5500 *c, struct w5_socket *s)
{
    if (s->arp_tries < c->common[W5_RCR]) {
        s->arp_tries++;
        ask(c, s);
    } else if (s->sr == W5_ST_SYNSENT) {
        w5_socket_close(c, s, W5_INT_TIMEOUT);
    } else {
        w5_datagram_unresolved(c, s);
    }
}

static bool resolve(struct sim_w5500 *c, uint32_t ip, const uint8_t mac[6])
{
    bool is_used = false;
    for (int i = 0; i < W5_SOCKETS; i++) {
        struct w5_socket *s = &c->socket[i];
        if (s->timer[W5_T_ARP] == SIM_NEVER || s->arp_ip != ip) {
            continue;
        }
        is_used = true;
        s->timer[W5_T_ARP] = SIM_NEVER;
        memcpy(&s->reg[W5_SN_DHAR], mac, 6);
        s->known_ip = ip;
        if (s->sr == W5_ST_SYNSENT) {
            w5_tcp_resolved(c, s);
        } else {
            w5_datagram_resolved(c, s);
        }
    }
    return is_used;
}

enum w5_fate w5_arp_in(struct sim_w5500 *c, const uint8_t *frame, size_t len)
{
    static const uint8_t fixed[] = {0, 1, 0x08, 0x00, 6, 4};
    if (len < ETH_LEN + ARP_LEN || memcmp(frame + 14, fixed, sizeof fixed) != 0) {
        return W5_BAD;
    }
    uint16_t operation = w5_get16(frame + 20);
    const uint8_t *sender_mac = frame + 22;
    uint32_t sender_ip = w5_get32(frame + 28);
    uint32_t target_ip = w5_get32(frame + 38);
    uint32_t own = w5_own_ip(c);
    if (own != 0 && sender_ip == own && memcmp(sender_mac, &c->common[W5_SHAR], 6) != 0) {
        c->common[W5_IR] |= W5_IR_CONFLICT;
    }
    if (operation == REQUEST && own != 0 && target_ip == own) {
        emit(c, REPLY, sender_mac, sender_mac, sender_ip);
        return W5_USED;
    }
    if (operation == REPLY && (frame[0] & 1) == 0 && resolve(c, sender_ip, sender_mac)) {
        return W5_USED;
    }
    return W5_DROPPED;
}
