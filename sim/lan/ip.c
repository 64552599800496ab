/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/bytes.h"
#include "sim/lan/internal.h"

/* A host's ARP (RFC 826, probes of RFC 5227), IPv4 (RFC 791, no fragments), ICMP (RFC 792)
 * and UDP (RFC 768). */

#define ETHERTYPE_IP  0x0800
#define ETHERTYPE_ARP 0x0806
#define ARP_LEN       28
#define ARP_TRIES     3
#define ARP_LIFE      (300 * NS_PER_S)

static const uint8_t broadcast_mac[6] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/* ---- Addresses ---- */

bool ip_is_broadcast(const struct station *s, uint32_t address)
{
    return address == UINT32_MAX || address == (s->address | ~s->mask);
}

static bool is_multicast(uint32_t address)
{
    return address >> 28 == 0xE;
}

static bool is_on_link(const struct station *s, uint32_t address)
{
    return ((address ^ s->address) & s->mask) == 0;
}

bool ip_is_local(const struct station *s, uint32_t address)
{
    return address == s->address ||
           (s->is_router && !is_on_link(s, address) && !is_multicast(address) &&
            address != UINT32_MAX && address >> 24 != 0 && address >> 24 != 127);
}

/* ---- Checksums ---- */

static uint32_t sum_add(uint32_t sum, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        sum += get16(data + i);
    }
    if (len % 2 != 0) {
        sum += (uint32_t)data[len - 1] << 8;
    }
    return sum;
}

static uint16_t sum_end(uint32_t sum)
{
    sum = (sum >> 16) + (sum & 0xFFFF);
    return (uint16_t) ~((sum >> 16) + sum);
}

/* Of TCP and UDP with the pseudo header; 0 when it is right with its field filled in. */
uint16_t ip_sum(uint32_t from, uint32_t to, uint8_t protocol, const uint8_t *data,
                size_t len)
{
    uint32_t sum = (from >> 16) + (from & 0xFFFF) + (to >> 16) + (to & 0xFFFF) +
                   protocol + (uint32_t)len;
    return sum_end(sum_add(sum, data, len));
}

/* ---- Frames out ---- */

static void put_ethernet(struct frame *f, const uint8_t *to, const uint8_t *from,
                         uint16_t ethertype)
{
    memcpy(f->data, to, 6);
    memcpy(f->data + 6, from, 6);
    put16(f->data + 12, ethertype);
}

/* sender_mac: in the ARP body; the frame is always from the host's own. */
static void arp_send(struct sim_lan *lan, uint32_t host, uint16_t operation,
                     const uint8_t *sender_mac, uint32_t sender, const uint8_t *to_mac,
                     uint32_t to)
{
    uint16_t slot = wire_take(lan);
    if (slot == NO_SLOT) {
        return;
    }
    struct frame *f = &lan->frames[slot];
    uint8_t *arp = f->data + IP_OFFSET;
    put_ethernet(f, operation == 1 ? broadcast_mac : to_mac, lan->stations[host].mac,
                 ETHERTYPE_ARP);
    put16(arp, 1);
    put16(arp + 2, ETHERTYPE_IP);
    arp[4] = 6;
    arp[5] = 4;
    put16(arp + 6, operation);
    memcpy(arp + 8, sender_mac, 6);
    put32(arp + 14, sender);
    memset(arp + 18, 0, 6);
    if (operation == 2) {
        memcpy(arp + 18, to_mac, 6);
    }
    put32(arp + 24, to);
    f->len = IP_OFFSET + ARP_LEN;
    wire_send(lan, host, slot, lan->now);
}

void sim_lan_host_announce(struct sim_lan *lan, uint32_t host)
{
    if (lan_is_host(lan, host)) {
        const struct station *s = &lan->stations[host];
        arp_send(lan, host, 1, s->mac, s->address, broadcast_mac, s->address);
    }
}

/* ---- The ARP table ---- */

static struct arp_entry *arp_find(struct station *s, uint32_t address)
{
    for (unsigned i = 0; i < ARP_ENTRIES; i++) {
        if (s->arp[i].address == address) {
            return &s->arp[i];
        }
    }
    return NULL;
}

/* The oldest packet of the host that waits for this address; NO_SLOT: none. */
static uint16_t arp_waiting(const struct sim_lan *lan, uint32_t host, uint32_t address)
{
    uint16_t found = NO_SLOT;
    for (uint16_t i = 0; i < SLOTS; i++) {
        const struct frame *f = &lan->frames[i];
        if (f->stage == STAGE_ARP && f->from == host && f->next_hop == address &&
            (found == NO_SLOT || f->order < lan->frames[found].order)) {
            found = i;
        }
    }
    return found;
}

static void arp_give_up(struct sim_lan *lan, uint32_t host, struct arp_entry *e)
{
    uint16_t slot;
    while ((slot = arp_waiting(lan, host, e->address)) != NO_SLOT) {
        wire_free(lan, slot);
    }
    e->address = 0;
    e->tries = 0;
}

/* The entry of address, else a free one, else the one that is oldest. */
static struct arp_entry *arp_make(struct sim_lan *lan, uint32_t host, uint32_t address)
{
    struct station *s = &lan->stations[host];
    struct arp_entry *e = arp_find(s, address);
    if (e == NULL) {
        e = arp_find(s, 0);
    }
    if (e == NULL) {
        e = &s->arp[0];
        for (unsigned i = 1; i < ARP_ENTRIES; i++) {
            e = s->arp[i].at < e->at ? &s->arp[i] : e;
        }
    }
    if (e->address != address) {
        arp_give_up(lan, host, e);
        *e = (struct arp_entry){.address = address};
    }
    return e;
}

static void arp_learn(struct sim_lan *lan, uint32_t host, uint32_t address,
                      const uint8_t *mac)
{
    struct arp_entry *e = arp_make(lan, host, address);
    memcpy(e->mac, mac, 6);
    e->at = lan->now;
    e->tries = 0;
    uint16_t slot;
    while ((slot = arp_waiting(lan, host, address)) != NO_SLOT) {
        memcpy(lan->frames[slot].data, mac, 6);
        wire_send(lan, host, slot, lan->now);
    }
}

static void arp_ask(struct sim_lan *lan, uint32_t host, struct arp_entry *e)
{
    const struct station *s = &lan->stations[host];
    e->tries++;
    e->at = lan->now + NS_PER_S;
    arp_send(lan, host, 1, s->mac, s->address, broadcast_mac, e->address);
}

uint64_t arp_deadline(const struct sim_lan *lan)
{
    uint64_t at = SIM_LAN_NEVER;
    for (uint32_t n = 1; n <= SIM_LAN_STATIONS; n++) {
        const struct station *s = &lan->stations[n];
        for (unsigned i = 0; s->is_host && i < ARP_ENTRIES; i++) {
            if (s->arp[i].tries > 0 && s->arp[i].at < at) {
                at = s->arp[i].at;
            }
        }
    }
    return at;
}

void arp_step(struct sim_lan *lan)
{
    for (uint32_t n = 1; n <= SIM_LAN_STATIONS; n++) {
        struct station *s = &lan->stations[n];
        for (unsigned i = 0; s->is_host && i < ARP_ENTRIES; i++) {
            struct arp_entry *e = &s->arp[i];
            if (e->tries == 0 || e->at > lan->now) {
                continue;
            }
            if (e->tries >= ARP_TRIES) {
                arp_give_up(lan, n, e);
            } else {
                arp_ask(lan, n, e);
            }
        }
    }
}

static void arp_in(struct sim_lan *lan, uint32_t host, const uint8_t *arp, size_t len)
{
    static const uint8_t stranger[6] = {2, 0x4C, 0x41, 0x4E, 0xFF, 0xFF};
    struct station *s = &lan->stations[host];
    if (len < ARP_LEN || get16(arp) != 1 || get16(arp + 2) != ETHERTYPE_IP ||
        arp[4] != 6 || arp[5] != 4) {
        lan->stats.malformed++;
        return;
    }
    uint32_t sender = get32(arp + 14);
    uint32_t target = get32(arp + 24);
    bool is_request = get16(arp + 6) == 1;
    bool is_for_us = target == s->address;
    if (sender != 0 && sender != s->address && is_on_link(s, sender) &&
        !ip_is_broadcast(s, sender) && (is_for_us || arp_find(s, sender) != NULL)) {
        arp_learn(lan, host, sender, arp + 8);
    }
    if (!is_request) {
        return;
    }
    if (is_for_us && (lan->faults[SIM_LAN_FAULT_ARP_SILENT] >> host & 1) == 0) {
        arp_send(lan, host, 2, s->mac, s->address, arp + 8, sender);
    }
    uint32_t first = 1;
    while (!lan->stations[first].is_host) {
        first++;
    }
    if (host == first && target != 0 &&
        target == lan->faults[SIM_LAN_FAULT_ADDRESS_TAKEN]) {
        arp_send(lan, host, 2, stranger, target, arp + 8, sender);
    }
}

/* ---- IPv4 ---- */

static void resolve(struct sim_lan *lan, uint32_t host, uint16_t slot, uint32_t to,
                    uint64_t at)
{
    struct station *s = &lan->stations[host];
    struct frame *f = &lan->frames[slot];
    f->next_hop = is_on_link(s, to) ? to : s->gateway;
    f->from = (uint8_t)host;
    if (f->next_hop == 0) {
        wire_free(lan, slot);
        return;
    }
    struct arp_entry *e = arp_make(lan, host, f->next_hop);
    if (e->tries == 0 && e->at != 0 && lan->now - e->at < ARP_LIFE) {
        memcpy(f->data, e->mac, 6);
        wire_send(lan, host, slot, at);
        return;
    }
    f->stage = STAGE_ARP;
    if (e->tries == 0) {
        arp_ask(lan, host, e);
    }
}

static void put_ip(struct station *s, uint8_t *ip, const struct packet *p)
{
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)p->len + 20);
    put16(ip + 4, s->ip_id++);
    ip[6] = 0x40; /* don't fragment */
    ip[8] = 64;
    ip[9] = p->protocol;
    put32(ip + 12, p->from);
    put32(ip + 16, p->to);
    put16(ip + 10, sum_end(sum_add(0, ip, 20)));
}

void ip_send(struct sim_lan *lan, uint32_t host, uint16_t slot, const struct packet *p,
             const uint8_t *mac, uint32_t delay_ms)
{
    struct station *s = &lan->stations[host];
    struct frame *f = &lan->frames[slot];
    uint64_t at = lan->now + delay_ms * NS_PER_MS;
    const uint8_t group[6] = {
        0x01, 0x00, 0x5E, p->to >> 16 & 0x7F, p->to >> 8 & 0xFF, p->to & 0xFF};
    put_ip(s, f->data + IP_OFFSET, p);
    f->len = (uint16_t)(L4_OFFSET + p->len);
    if (ip_is_broadcast(s, p->to)) {
        mac = broadcast_mac;
    } else if (is_multicast(p->to)) {
        mac = group;
    }
    put_ethernet(f, mac != NULL ? mac : broadcast_mac, s->mac, ETHERTYPE_IP);
    if (mac != NULL) {
        wire_send(lan, host, slot, at);
    } else {
        resolve(lan, host, slot, p->to, at);
    }
}

/* ---- ICMP ---- */

static void icmp_send(struct sim_lan *lan, uint32_t host, uint16_t slot, uint32_t from,
                      uint32_t to, size_t len)
{
    uint8_t *icmp = lan->frames[slot].data + L4_OFFSET;
    put16(icmp + 2, 0);
    put16(icmp + 2, sum_end(sum_add(0, icmp, len)));
    ip_send(lan, host, slot,
            &(struct packet){.from = from, .to = to, .protocol = 1, .len = len}, NULL, 0);
}

static void icmp_in(struct sim_lan *lan, const struct packet *p)
{
    if (p->len < 8) {
        lan->stats.malformed++;
        return;
    }
    if (sum_end(sum_add(0, p->data, p->len)) != 0) {
        lan->stats.bad_checksum++;
        return;
    }
    if (p->data[0] != 8 || !p->is_unicast ||
        lan->faults[SIM_LAN_FAULT_PING_SILENT] != 0) {
        return;
    }
    uint16_t slot = wire_take(lan);
    if (slot != NO_SLOT) {
        uint8_t *icmp = lan->frames[slot].data + L4_OFFSET;
        memcpy(icmp, p->data, p->len);
        icmp[0] = 0;
        icmp_send(lan, p->host, slot, p->to, p->from, p->len);
    }
}

static void port_unreachable(struct sim_lan *lan, const struct packet *p)
{
    if (!p->is_unicast || lan->faults[SIM_LAN_FAULT_UNREACH_SILENT] != 0) {
        return;
    }
    uint16_t slot = wire_take(lan);
    if (slot != NO_SLOT) {
        uint8_t *icmp = lan->frames[slot].data + L4_OFFSET;
        size_t header_len = (size_t)(p->data - p->ip);
        memset(icmp, 0, 8);
        icmp[0] = 3;
        icmp[1] = 3;
        memcpy(icmp + 8, p->ip, header_len + 8);
        icmp_send(lan, p->host, slot, p->to, p->from, 8 + header_len + 8);
    }
}

/* ---- UDP ---- */

void udp_send(struct sim_lan *lan, const struct datagram *d, const uint8_t *mac,
              uint32_t delay_ms)
{
    uint16_t slot = d->len <= UDP_MAX ? wire_take(lan) : NO_SLOT;
    if (slot == NO_SLOT) {
        return;
    }
    uint8_t *udp = lan->frames[slot].data + L4_OFFSET;
    struct packet p = {.from = d->from, .to = d->to, .protocol = 17, .len = 8 + d->len};
    put16(udp, d->from_port);
    put16(udp + 2, d->to_port);
    put16(udp + 4, (uint32_t)p.len);
    put16(udp + 6, 0);
    memcpy(udp + 8, d->data, d->len);
    uint16_t sum = ip_sum(p.from, p.to, 17, udp, p.len);
    put16(udp + 6, sum != 0 ? sum : 0xFFFF);
    ip_send(lan, d->host, slot, &p, mac, delay_ms);
}

uint32_t sim_lan_udp_bind(struct sim_lan *lan, uint32_t host, uint16_t port,
                          const struct sim_lan_udp *owner)
{
    for (uint32_t i = 1; lan_is_host(lan, host) && i <= UDP_BINDS; i++) {
        if (lan->udp[i].host == 0) {
            lan->udp[i] = (struct udp_bind){.host = host, .port = port, .owner = *owner};
            return i;
        }
    }
    return 0;
}

void sim_lan_udp_send(struct sim_lan *lan, uint32_t host, uint32_t from,
                      uint16_t from_port, uint32_t to, uint16_t to_port, const void *data,
                      size_t len)
{
    if (lan_is_host(lan, host)) {
        udp_send(
            lan,
            &(struct datagram){.host = host,
                               .from = from != 0 ? from : lan->stations[host].address,
                               .to = to,
                               .from_port = from_port,
                               .to_port = to_port,
                               .data = data,
                               .len = len},
            NULL, 0);
    }
}

/* Whether somebody takes it. */
static bool udp_deliver(struct sim_lan *lan, const struct datagram *d)
{
    bool is_taken = false;
    for (uint32_t i = 1; i <= UDP_BINDS; i++) {
        const struct udp_bind *b = &lan->udp[i];
        if (b->host == d->host && b->port == d->to_port) {
            is_taken = true;
            b->owner.datagram(b->owner.ctx, d->from, d->from_port, d->to, d->data,
                              d->len);
        }
    }
    if (is_taken) {
        return true;
    }
    if (d->to_port == 67 &&
        (lan->dhcp[1].host == d->host || lan->dhcp[2].host == d->host)) {
        dhcp_datagram_in(lan, d);
        return true;
    }
    if (!ip_is_local(&lan->stations[d->host], d->to)) {
        return false;
    }
    if (d->to_port == 53 && lan_server_of(lan->dns, d->host) != 0) {
        dns_datagram_in(lan, d);
        return true;
    }
    if (d->to_port == 123 && lan_server_of(lan->ntp, d->host) != 0) {
        ntp_datagram_in(lan, d);
        return true;
    }
    return false;
}

static void udp_in(struct sim_lan *lan, const struct packet *p)
{
    size_t len = p->len >= 8 ? get16(p->data + 4) : 0;
    if (len < 8 || len > p->len) {
        lan->stats.malformed++;
        return;
    }
    if (get16(p->data + 6) != 0 && ip_sum(p->from, p->to, 17, p->data, len) != 0) {
        lan->stats.bad_checksum++;
        return;
    }
    struct datagram d = {.host = p->host,
                         .from = p->from,
                         .to = p->to,
                         .from_port = get16(p->data),
                         .to_port = get16(p->data + 2),
                         .data = p->data + 8,
                         .len = len - 8};
    if (!udp_deliver(lan, &d)) {
        port_unreachable(lan, p);
    }
}

/* ---- Frames in ---- */

/* false: not for us, or broken (and counted). */
static bool ip_check(struct sim_lan *lan, const struct station *s, const uint8_t *ip,
                     size_t len, struct packet *p)
{
    size_t header_len = len >= 20 ? (size_t)(ip[0] & 15) * 4 : 0;
    if (header_len < 20 || ip[0] >> 4 != 4 || get16(ip + 2) < header_len ||
        get16(ip + 2) > len) {
        lan->stats.malformed++;
        return false;
    }
    if (sum_end(sum_add(0, ip, header_len)) != 0) {
        lan->stats.bad_checksum++;
        return false;
    }
    if ((get16(ip + 6) & 0x3FFF) != 0) { /* a fragment */
        lan->stats.malformed++;
        return false;
    }
    p->ip = ip;
    p->data = ip + header_len;
    p->len = get16(ip + 2) - header_len;
    p->protocol = ip[9];
    p->from = get32(ip + 12);
    p->to = get32(ip + 16);
    p->is_unicast = ip_is_local(s, p->to);
    return (p->is_unicast || ip_is_broadcast(s, p->to) || is_multicast(p->to)) &&
           !is_multicast(p->from) && !ip_is_broadcast(s, p->from);
}

void ip_frame_in(struct sim_lan *lan, uint32_t host, const uint8_t *frame, size_t len)
{
    struct station *s = &lan->stations[host];
    if ((frame[0] & 1) == 0 && memcmp(frame, s->mac, 6) != 0) {
        return;
    }
    if (get16(frame + 12) == ETHERTYPE_ARP) {
        arp_in(lan, host, frame + IP_OFFSET, len - IP_OFFSET);
        return;
    }
    struct packet p = {.host = host};
    if (get16(frame + 12) != ETHERTYPE_IP ||
        !ip_check(lan, s, frame + IP_OFFSET, len - IP_OFFSET, &p)) {
        return;
    }
    if (p.protocol == 17) {
        udp_in(lan, &p);
    } else if (p.from == 0) {
        lan->stats.malformed++;
    } else if (p.protocol == 1) {
        icmp_in(lan, &p);
    } else if (p.protocol == 6 && p.is_unicast && (frame[0] & 1) == 0) {
        tcp_packet_in(lan, &p);
    }
}
