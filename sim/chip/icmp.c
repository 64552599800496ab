/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { ICMP_LEN = 8, PROTO_ICMP = 1, PROTO_IGMP = 2 };
enum { ECHO_REPLY = 0, UNREACHABLE = 3, PORT_UNREACHABLE = 3, ECHO_REQUEST = 8 };

static enum w5_fate echo(struct sim_w5500 *c, const struct w5_packet *p)
{
    if ((c->common[W5_MR] & W5_MR_PB) != 0) {
        return W5_DROPPED;
    }
    uint8_t *out = w5_payload(c);
    memcpy(out, p->data, p->len);
    out[0] = ECHO_REPLY;
    w5_put16(out + 2, 0);
    w5_put16(out + 2, w5_fold(w5_sum(out, p->len, 0)));
    w5_ip_send(c, NULL, p->mac, p->src, PROTO_ICMP, p->len);
    return W5_USED;
}

/* The packet that we sent comes back in part: header and first 8 bytes (model 8.4). */
static enum w5_fate unreachable(struct sim_w5500 *c, const struct w5_packet *p)
{
    const uint8_t *sent = p->data + ICMP_LEN;
    size_t len = p->len - ICMP_LEN;
    if (len < 20 || sent[0] >> 4 != 4) {
        return W5_BAD;
    }
    size_t header = (size_t)(sent[0] & 15) * 4;
    if (header < 20 || len < header + 8 || w5_get32(sent + 12) != w5_own_ip(c)) {
        return W5_BAD;
    }
    memcpy(&c->common[W5_UIPR], sent + 16, 4);
    memcpy(&c->common[W5_UPORTR], sent + header + 2, 2);
    c->common[W5_IR] |= W5_IR_UNREACH;
    return W5_USED;
}

enum w5_fate w5_icmp_in(struct sim_w5500 *c, const struct w5_packet *p)
{
    if (p->len < ICMP_LEN || w5_fold(w5_sum(p->data, p->len, 0)) != 0) {
        return W5_BAD;
    }
    if (p->data[0] == ECHO_REQUEST && p->data[1] == 0) {
        return echo(c, p);
    }
    if (p->data[0] == UNREACHABLE && p->data[1] == PORT_UNREACHABLE) {
        return unreachable(c, p);
    }
    return W5_DROPPED;
}

/* Membership report at OPEN, leave at CLOSE (model 9.3). Version 1 has no leave. */
void w5_igmp_send(struct sim_w5500 *c, const struct w5_socket *s, bool is_join)
{
    static const uint8_t routers_mac[6] = {0x01, 0x00, 0x5E, 0x00, 0x00, 0x02};
    static const struct w5_socket once = {.reg = {[W5_SN_TTL] = 1, [W5_SN_FRAG] = 0x40}};
    bool is_version_1 = (s->reg[W5_SN_MR] & W5_SN_ND) != 0;
    uint32_t group = w5_get32(&s->reg[W5_SN_DIPR]);
    if (!is_join && is_version_1) {
        return;
    }
    uint8_t *out = w5_payload(c);
    memset(out, 0, 8);
    out[0] = !is_join ? 0x17 : is_version_1 ? 0x12 : 0x16;
    w5_put32(out + 4, group);
    w5_put16(out + 2, w5_fold(w5_sum(out, 8, 0)));
    if (is_join) {
        w5_ip_send(c, &once, &s->reg[W5_SN_DHAR], group, PROTO_IGMP, 8);
    } else {
        w5_ip_send(c, &once, routers_mac, UINT32_C(0xE0000002), PROTO_IGMP, 8);
    }
}
