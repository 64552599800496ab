/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/lan/internal.h"

/* Stations, faults by name, and the order of time. */

size_t sim_lan_size(void)
{
    return sizeof(struct sim_lan);
}

void sim_lan_init(struct sim_lan *lan, uint64_t seed)
{
    memset(lan, 0, sizeof *lan);
    lan->seed_state = seed;
    lan->wall_at_0 = INT64_C(1767225600) * INT64_C(1000000000);
    lan->wire.delay_ns = 500000;
    lan->last_port = (uint16_t)(49152 + lan_random(lan) % 8192);
    wire_init(lan);
    sim_lan_set_tcp(lan, &(struct sim_lan_tcp){0});
}

/* splitmix64: any seed is good, also 0. */
uint32_t lan_random(struct sim_lan *lan)
{
    lan->seed_state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = lan->seed_state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(z >> 32 ^ z);
}

/* ---- Time ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t sim_lan_now(const struct sim_lan *lan)
{
    return lan->now;
}

uint64_t sim_lan_deadline(const struct sim_lan *lan)
{
    if (lan->link_due || lan->tcp_due) {
        return lan->now;
    }
    uint64_t at =
        earlier(wire_deadline(lan), earlier(arp_deadline(lan), tcp_deadline(lan)));
    return at > lan->now ? at
                         : lan->now; /* a timer may have run out while it was silenced */
}

static void tell_links(struct sim_lan *lan)
{
    lan->link_due = false;
    for (uint32_t i = 1; i <= SIM_LAN_STATIONS; i++) {
        struct station *s = &lan->stations[i];
        if (s->is_used && s->link_told != s->is_in) {
            s->link_told = s->is_in;
            if (s->device.link != NULL) {
                s->device.link(s->device.ctx, s->is_in, lan->now);
            }
        }
    }
}

static void do_due(struct sim_lan *lan)
{
    while (lan->link_due || lan->tcp_due) {
        if (lan->link_due) {
            tell_links(lan);
        }
        if (lan->tcp_due) {
            tcp_flush(lan);
        }
    }
}

/* One event at a time, each with all that it causes at its instant: what an owner answers is
 * on the wire before the next frame arrives. */
void sim_lan_step(struct sim_lan *lan, uint64_t now_ns)
{
    if (now_ns < lan->now) {
        return;
    }
    for (;;) {
        do_due(lan);
        uint64_t at = sim_lan_deadline(lan);
        if (at > now_ns) {
            break;
        }
        lan->now = at;
        if (wire_deadline(lan) <= lan->now) {
            wire_event(lan);
        } else {
            arp_step(lan);
            tcp_step(lan);
        }
    }
    lan->now = now_ns;
}

void sim_lan_set_wall(struct sim_lan *lan, int64_t unix_ns)
{
    lan->wall_at_0 = unix_ns - (int64_t)lan->now;
}

int64_t sim_lan_get_wall(const struct sim_lan *lan)
{
    return lan->wall_at_0 + (int64_t)lan->now;
}

/* ---- Stations ---- */

static uint32_t add_station(struct sim_lan *lan)
{
    for (uint32_t i = 1; i <= SIM_LAN_STATIONS; i++) {
        struct station *s = &lan->stations[i];
        if (!s->is_used) {
            memset(s, 0, sizeof *s);
            s->is_used = true;
            s->is_in = true;
            s->link_told = true;
            return i;
        }
    }
    return 0;
}

uint32_t sim_lan_add_device(struct sim_lan *lan, const struct sim_lan_device *device)
{
    uint32_t n = device->frame != NULL ? add_station(lan) : 0;
    if (n != 0) {
        lan->stations[n].device = *device;
    }
    return n;
}

uint32_t sim_lan_add_host(struct sim_lan *lan, const struct sim_lan_host *host)
{
    static const uint8_t none[6];
    unsigned prefix_len = host->prefix_len != 0 ? host->prefix_len : 24;
    uint32_t n = prefix_len <= 30 && host->address != 0 ? add_station(lan) : 0;
    if (n == 0) {
        return 0;
    }
    struct station *s = &lan->stations[n];
    s->is_host = true;
    s->address = host->address;
    s->mask = ~(UINT32_MAX >> prefix_len);
    s->gateway = host->gateway;
    s->is_router = host->is_router;
    if (memcmp(host->mac, none, sizeof none) != 0) {
        memcpy(s->mac, host->mac, sizeof s->mac);
    } else {
        memcpy(s->mac, (const uint8_t[6]){2, 0x4C, 0x41, 0x4E, 0, (uint8_t)n}, 6);
    }
    return n;
}

bool lan_is_host(const struct sim_lan *lan, uint32_t host)
{
    return host >= 1 && host <= SIM_LAN_STATIONS && lan->stations[host].is_host;
}

void sim_lan_host_set_address(struct sim_lan *lan, uint32_t host, uint32_t address)
{
    if (lan_is_host(lan, host)) {
        lan->stations[host].address = address;
    }
}

void sim_lan_cable(struct sim_lan *lan, uint32_t station, bool is_in)
{
    if (station >= 1 && station <= SIM_LAN_STATIONS && lan->stations[station].is_used) {
        wire_set_cable(lan, station, is_in);
    }
}

uint32_t sim_lan_add_router(struct sim_lan *lan)
{
    const uint32_t address = SIM_IP4(192, 168, 7, 1);
    uint32_t host = sim_lan_add_host(
        lan, &(struct sim_lan_host){.address = address, .is_router = true});
    if (host != 0) {
        sim_lan_add_dhcp(lan, host,
                         &(struct sim_lan_dhcp){.first = SIM_IP4(192, 168, 7, 100),
                                                .count = 16,
                                                .lease_s = 3600,
                                                .router = address,
                                                .dns = {address},
                                                .ntp = {SIM_IP4(203, 0, 113, 123)},
                                                .domain = "lan.test",
                                                .is_authoritative = true});
        sim_lan_add_dns(lan, host);
        sim_lan_add_ntp(lan, host);
    }
    return host;
}

uint32_t lan_server_of(const uint32_t hosts[SERVERS + 1], uint32_t host)
{
    for (uint32_t i = 1; i <= SERVERS; i++) {
        if (hosts[i] == host) {
            return i;
        }
    }
    return 0;
}

const struct sim_lan_stats *sim_lan_get_stats(const struct sim_lan *lan)
{
    return &lan->stats;
}

void sim_lan_set_wire(struct sim_lan *lan, const struct sim_lan_wire *wire)
{
    lan->wire = *wire;
}

struct sim_lan_wire sim_lan_get_wire(const struct sim_lan *lan)
{
    return lan->wire;
}

/* ---- Faults ---- */

static const char *const fault_names[SIM_LAN_FAULT_COUNT] = {
    [SIM_LAN_FAULT_ARP_SILENT] = "arp-silent",
    [SIM_LAN_FAULT_ADDRESS_TAKEN] = "address-taken",
    [SIM_LAN_FAULT_PING_SILENT] = "ping-silent",
    [SIM_LAN_FAULT_UNREACH_SILENT] = "unreach-silent",
    [SIM_LAN_FAULT_DHCP_SILENT] = "dhcp-silent",
    [SIM_LAN_FAULT_DHCP_NAK] = "dhcp-nak",
    [SIM_LAN_FAULT_DHCP_OFFER] = "dhcp-offer",
    [SIM_LAN_FAULT_DHCP_MOVE] = "dhcp-move",
    [SIM_LAN_FAULT_DHCP_LEASE] = "dhcp-lease",
    [SIM_LAN_FAULT_DHCP_NO_RENEW] = "dhcp-no-renew",
    [SIM_LAN_FAULT_DHCP_FORGED] = "dhcp-forged",
    [SIM_LAN_FAULT_DHCP_DELAY] = "dhcp-delay",
    [SIM_LAN_FAULT_DHCP_BROADCAST] = "dhcp-broadcast",
    [SIM_LAN_FAULT_DNS_SILENT] = "dns-silent",
    [SIM_LAN_FAULT_DNS_POISON] = "dns-poison",
    [SIM_LAN_FAULT_DNS_WRONG_ID] = "dns-wrong-id",
    [SIM_LAN_FAULT_DNS_WRONG_QUESTION] = "dns-wrong-question",
    [SIM_LAN_FAULT_DNS_WRONG_SOURCE] = "dns-wrong-source",
    [SIM_LAN_FAULT_DNS_RCODE] = "dns-rcode",
    [SIM_LAN_FAULT_DNS_TRUNCATED] = "dns-truncated",
    [SIM_LAN_FAULT_DNS_LOOP] = "dns-loop",
    [SIM_LAN_FAULT_DNS_GARBAGE] = "dns-garbage",
    [SIM_LAN_FAULT_DNS_WRONG_ADDRESS] = "dns-wrong-address",
    [SIM_LAN_FAULT_DNS_DELAY] = "dns-delay",
    [SIM_LAN_FAULT_NTP_SILENT] = "ntp-silent",
    [SIM_LAN_FAULT_NTP_KOD] = "ntp-kod",
    [SIM_LAN_FAULT_NTP_WRONG_ORIGINATE] = "ntp-wrong-originate",
    [SIM_LAN_FAULT_NTP_UNSYNCHRONISED] = "ntp-unsynchronised",
    [SIM_LAN_FAULT_NTP_SHORT] = "ntp-short",
    [SIM_LAN_FAULT_NTP_OFFSET] = "ntp-offset",
    [SIM_LAN_FAULT_NTP_DELAY] = "ntp-delay",
    [SIM_LAN_FAULT_TCP_REFUSE] = "tcp-refuse",
    [SIM_LAN_FAULT_TCP_SILENT] = "tcp-silent",
    [SIM_LAN_FAULT_TCP_DEAF] = "tcp-deaf",
};

const char *sim_lan_fault_str(enum sim_lan_fault fault)
{
    return (unsigned)fault < SIM_LAN_FAULT_COUNT ? fault_names[fault] : NULL;
}

enum sim_lan_fault sim_lan_fault_find(const char *name)
{
    int i = 0;
    while (i < SIM_LAN_FAULT_COUNT && strcmp(fault_names[i], name) != 0) {
        i++;
    }
    return (enum sim_lan_fault)i;
}

void sim_lan_set_fault(struct sim_lan *lan, enum sim_lan_fault fault, uint32_t arg)
{
    if ((unsigned)fault >= SIM_LAN_FAULT_COUNT) {
        return;
    }
    lan->faults[fault] = arg;
    if (fault == SIM_LAN_FAULT_TCP_DEAF) {
        /* Who was deaf until now hears what came meanwhile. */
        for (unsigned i = 0; i < SIM_LAN_CONNS; i++) {
            struct conn *c = &lan->conns[i];
            if (c->rx_len > 0 || c->fin_received) {
                c->tell_data = true;
            }
        }
        lan->tcp_due = true;
    }
}

uint32_t sim_lan_get_fault(const struct sim_lan *lan, enum sim_lan_fault fault)
{
    return (unsigned)fault < SIM_LAN_FAULT_COUNT ? lan->faults[fault] : 0;
}

bool lan_fault_bit(const struct sim_lan *lan, enum sim_lan_fault fault, uint32_t number)
{
    return (lan->faults[fault] >> (number - 1) & 1) != 0;
}
