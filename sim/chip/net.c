/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum { ETH_LEN = 14, IP_LEN = 20, FRAME_MIN = 60, TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806 };
enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17 };
/* FCS, preamble and gap beside each frame; ns per byte at 100 and 10 Mbit/s. */
enum { WIRE_EXTRA = 24, NS_FAST = 80, NS_SLOW = 800 };

uint32_t w5_own_ip(const struct sim_w5500 *c)
{
    return w5_get32(&c->common[W5_SIPR]);
}

bool w5_is_broadcast(const struct sim_w5500 *c, uint32_t ip)
{
    uint32_t mask = w5_get32(&c->common[W5_SUBR]);
    if (ip == UINT32_MAX) {
        return true;
    }
    return mask != 0 && mask < 0xFFFFFFFE && ip == (w5_own_ip(c) | ~mask);
}

uint32_t w5_sum(const uint8_t *data, size_t len, uint32_t start)
{
    uint32_t sum = start;
    for (size_t i = 0; i + 1 < len; i += 2) {
        sum += w5_get16(data + i);
    }
    if ((len & 1) != 0) {
        sum += (uint32_t)data[len - 1] << 8;
    }
    return sum;
}

uint16_t w5_fold(uint32_t sum)
{
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

uint16_t w5_pseudo_sum(uint32_t src, uint32_t dst, uint8_t protocol, const uint8_t *data,
                       size_t len)
{
    uint32_t start = (src >> 16) + (src & 0xFFFF) + (dst >> 16) + (dst & 0xFFFF) +
                     protocol + (uint32_t)len;
    return w5_fold(w5_sum(data, len, start));
}

uint8_t *w5_payload(struct sim_w5500 *c)
{
    return c->frame + ETH_LEN + IP_LEN;
}

/* Without a link the MAC sends into the void (model 3.3). */
void w5_emit(struct sim_w5500 *c, size_t len)
{
    if (len < FRAME_MIN) {
        memset(c->frame + len, 0, FRAME_MIN - len);
        len = FRAME_MIN;
    }
    unsigned speed = c->phy_mode < 2 ? NS_SLOW : NS_FAST;
    c->mac_free_at = w5_max(c->now, c->mac_free_at) + (len + WIRE_EXTRA) * speed;
    if (!c->has_link) {
        return;
    }
    c->stats.frames_out++;
    if (c->host.frame_out != NULL) {
        c->host.frame_out(c->host.ctx, c->frame, len, c->now);
    }
}

void w5_ip_send(struct sim_w5500 *c, const struct w5_socket *s, const uint8_t mac[6],
                uint32_t dst, uint8_t protocol, size_t payload_len)
{
    uint8_t *ip = c->frame + ETH_LEN;
    memcpy(c->frame, mac, 6);
    memcpy(c->frame + 6, &c->common[W5_SHAR], 6);
    w5_put16(c->frame + 12, TYPE_IPV4);
    ip[0] = 0x45;
    ip[1] = s != NULL ? s->reg[W5_SN_TOS] : 0;
    w5_put16(ip + 2, (uint32_t)(IP_LEN + payload_len));
    w5_put16(ip + 4, ++c->ip_id);
    w5_put16(ip + 6, s != NULL ? w5_get16(&s->reg[W5_SN_FRAG]) : 0x4000);
    ip[8] = s != NULL ? s->reg[W5_SN_TTL] : 0x80;
    ip[9] = protocol;
    w5_put16(ip + 10, 0);
    memcpy(ip + 12, &c->common[W5_SIPR], 4);
    w5_put32(ip + 16, dst);
    w5_put16(ip + 10, w5_fold(w5_sum(ip, IP_LEN, 0)));
    w5_emit(c, ETH_LEN + IP_LEN + payload_len);
}

/* Header, length, checksum, no fragment (model 8.2). */
static bool parse(struct w5_packet *p, const uint8_t *frame, size_t len)
{
    const uint8_t *ip = frame + ETH_LEN;
    size_t room = len - ETH_LEN;
    if (room < IP_LEN || ip[0] >> 4 != 4) {
        return false;
    }
    size_t header = (size_t)(ip[0] & 15) * 4;
    size_t total = w5_get16(ip + 2);
    if (header < IP_LEN || total < header || total > room ||
        w5_fold(w5_sum(ip, header, 0)) != 0 || (w5_get16(ip + 6) & 0x3FFF) != 0) {
        return false;
    }
    *p = (struct w5_packet){.mac = frame + 6,
                            .to_mac = frame,
                            .header = ip,
                            .src = w5_get32(ip + 12),
                            .dst = w5_get32(ip + 16),
                            .data = ip + header,
                            .len = total - header};
    return true;
}

static enum w5_fate unicast_in(struct sim_w5500 *c, const struct w5_packet *p)
{
    switch (p->header[9]) {
    case PROTO_ICMP:
        return w5_icmp_in(c, p);
    case PROTO_TCP:
        return w5_tcp_in(c, p);
    case PROTO_UDP:
        return w5_udp_in(c, p);
    default:
        return W5_DROPPED;
    }
}

static enum w5_fate ip_in(struct sim_w5500 *c, const uint8_t *frame, size_t len)
{
    struct w5_packet p;
    if (!parse(&p, frame, len)) {
        return W5_BAD;
    }
    enum w5_fate fate = W5_DROPPED;
    bool is_for_all = w5_is_broadcast(c, p.dst);
    bool is_group = p.dst >> 28 == 0xE;
    if (p.dst == w5_own_ip(c) && p.dst != 0 && (frame[0] & 1) == 0) {
        fate = unicast_in(c, &p);
    } else if ((is_for_all || is_group) && p.header[9] == PROTO_UDP) {
        fate = w5_udp_in(c, &p);
    } else if (!is_for_all && !is_group) {
        return W5_BAD;
    }
    enum w5_fate raw = fate == W5_BAD ? W5_BAD : w5_ipraw_in(c, &p);
    return raw == W5_USED ? raw : fate;
}

void w5_frame_in(struct sim_w5500 *c, const uint8_t *frame, size_t len)
{
    if (len < ETH_LEN || len > SIM_FRAME_MAX) {
        return;
    }
    bool is_taken = w5_macraw_in(c, frame, len);
    bool is_ours = (frame[0] & 1) != 0 || memcmp(frame, &c->common[W5_SHAR], 6) == 0;
    enum w5_fate fate = is_taken ? W5_USED : W5_BAD;
    if (is_ours && w5_get16(frame + 12) == TYPE_ARP) {
        fate = w5_arp_in(c, frame, len);
    } else if (is_ours && w5_get16(frame + 12) == TYPE_IPV4) {
        fate = ip_in(c, frame, len);
    }
    if (fate != W5_BAD || is_taken) {
        c->stats.frames_in++;
    }
    if (fate == W5_DROPPED && !is_taken) {
        c->stats.dropped++;
    }
}
