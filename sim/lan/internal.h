/* SPDX-License-Identifier: MIT */
#ifndef SIM_LAN_INTERNAL_H
#define SIM_LAN_INTERNAL_H

#include "sim/lan/lan.h"

/* What the parts of the network share. lan.c owns stations, faults and time; wire.c the
 * frames between stations; ip.c a host's ARP, IPv4, ICMP and UDP; tcp_*.c its TCP; dhcp.c,
 * dns.c and ntp.c the servers. Only lan.c's step calls into all of them. */

#define SLOTS       512
#define NO_SLOT     UINT16_MAX
#define ARP_ENTRIES 16
#define UDP_BINDS   8
#define SERVERS     4
#define NS_PER_MS   UINT64_C(1000000)
#define NS_PER_S    UINT64_C(1000000000)

#define IP_OFFSET  14
#define L4_OFFSET  34 /* hosts send no IPv4 options */
#define UDP_OFFSET 42
#define UDP_MAX    1472

enum stage {
    STAGE_FREE,
    STAGE_BUILD, /* being filled in by a host */
    STAGE_ARP,   /* waits for the hardware address of `next_hop` */
    STAGE_START, /* given to the MAC at `at` */
    STAGE_SENT,  /* its last bit reaches the switch at `at` */
    STAGE_EXIT,  /* comes to the switch's port of its receiver at `at` */
    STAGE_ARRIVE /* its last bit reaches the receiver at `at` */
};

struct frame {
    uint64_t at;
    uint64_t order; /* among frames of the same instant */
    uint32_t next_hop;
    uint16_t len;
    uint8_t stage;
    uint8_t from, to;
    uint8_t data[SIM_LAN_FRAME_MAX];
};

struct arp_entry {
    uint32_t address; /* 0: free */
    uint8_t mac[6];
    uint8_t tries; /* above 0: asked so often, no answer yet */
    uint64_t at;   /* tries above 0: next try; else instant of the last answer */
};

struct station {
    bool is_used, is_host, is_in;
    bool link_told;     /* what the device knows of is_in */
    uint64_t out_busy;  /* the station sends until then */
    uint64_t in_busy;   /* the switch sends to it until then */
    uint64_t last_exit; /* keeps jitter from changing the order of what it sent */
    struct sim_lan_device device;
    /* a host's */
    uint32_t address, mask, gateway;
    bool is_router;
    uint8_t mac[6];
    uint16_t ip_id;
    struct arp_entry arp[ARP_ENTRIES];
};

struct mac_entry {
    uint8_t mac[6];
    uint8_t station; /* 0: free */
};

struct rule {
    bool is_used;
    uint32_t seen, hits;
    struct sim_lan_rule rule;
};

struct udp_bind {
    uint32_t host; /* 0: free */
    uint16_t port;
    struct sim_lan_udp owner;
};

struct listener {
    uint32_t host; /* 0: free */
    uint32_t address;
    uint16_t port;
    struct sim_lan_tcp_owner owner;
};

enum conn_state {
    CONN_FREE,
    CONN_SYN_SENT,
    CONN_SYN_RECEIVED,
    CONN_ESTABLISHED,
    CONN_CLOSE_WAIT,
    CONN_LAST_ACK,
    CONN_FIN_WAIT_1,
    CONN_FIN_WAIT_2,
    CONN_CLOSING,
    CONN_TIME_WAIT,
    CONN_DEAD /* kept until the owner is told */
};

#define HOLES 16

struct conn {
    uint8_t state;
    bool is_owned; /* the owner knows its number and was not told `closed` */
    bool is_silent;
    bool fin_queued, fin_received;
    bool tell_accept, tell_data, tell_writable, tell_closed;
    bool wants_room; /* send took less than it got */
    bool ack_now, output_due;
    uint8_t why; /* enum sim_lan_closed, with tell_closed */
    uint8_t hole_count;
    uint8_t dup_acks, retries;
    bool in_recovery;
    bool is_timing; /* a round trip is measured */
    uint32_t id;
    uint32_t host;
    struct sim_lan_peer peer;
    struct sim_lan_tcp_owner owner;
    uint32_t una, nxt, max; /* first unacknowledged, next to send, highest sent */
    uint32_t wnd, wl1, wl2;
    uint32_t recover, timed_seq;
    uint32_t cwnd;
    uint32_t rcv_nxt, rcv_adv; /* next expected, right edge announced */
    uint32_t unacked_in;       /* bytes received since the last ACK went */
    uint32_t tx_len;           /* bytes from una (without SYN) */
    uint32_t rx_len;           /* bytes in order that the owner did not take */
    uint32_t tx_head, rx_head; /* positions in the rings */
    uint32_t hole_from[HOLES],
        hole_to[HOLES];               /* received out of order: sequence numbers */
    uint16_t mss;                     /* of what is sent */
    uint64_t rto_at, ack_at, wait_at; /* SIM_LAN_NEVER: off */
    uint64_t timed_at;
    uint64_t srtt, rttvar, rto; /* ns */
    uint8_t tx[SIM_LAN_BUFFER], rx[SIM_LAN_BUFFER];
};

struct lease {
    uint32_t address; /* 0: free */
    uint8_t mac[6];
    bool is_bound;    /* false: offered */
    bool is_declined; /* nobody gets it */
    uint64_t until;
};

struct dhcp_server {
    uint32_t host; /* 0: free */
    struct sim_lan_dhcp config;
    char domain[32];
    uint32_t moved_from; /* address that SIM_LAN_FAULT_DHCP_MOVE took away */
    struct lease leases[SIM_LAN_LEASES + 4]; /* some for addresses outside the pool */
    struct sim_lan_dhcp_stats stats;
};

struct dns_record {
    char name[SIM_LAN_NAME_CAP]; /* "": free */
    char target[SIM_LAN_NAME_CAP];
    bool is_cname;
    uint32_t address, ttl_s;
};

struct sim_lan {
    uint64_t now, seed_state, order;
    int64_t wall_at_0; /* ns: wall time of virtual time 0 */
    struct sim_lan_wire wire;
    struct sim_lan_tcp tcp;
    uint32_t faults[SIM_LAN_FAULT_COUNT];
    struct sim_lan_stats stats;
    bool link_due, tcp_due;
    void *pcap_ctx;
    void (*pcap_write)(void *ctx, const void *data, size_t len);

    struct station stations[SIM_LAN_STATIONS + 1];
    struct mac_entry macs[64];
    unsigned mac_next;
    struct rule rules[SIM_LAN_RULES + 1];

    struct udp_bind udp[UDP_BINDS + 1];
    struct listener listeners[SIM_LAN_LISTENERS + 1];
    uint32_t last_conn;
    uint16_t last_port;
    struct dhcp_server dhcp[2 + 1];
    uint32_t dns[SERVERS + 1], ntp[SERVERS + 1]; /* hosts; 0: free */
    uint32_t dns_queries, ntp_queries;
    struct dns_record records[SIM_LAN_RECORDS];

    uint16_t heap[SLOTS]; /* of slots, by (at, order) */
    unsigned heap_len;
    uint16_t free_slots[SLOTS];
    unsigned free_len;
    struct frame frames[SLOTS];
    struct conn conns[SIM_LAN_CONNS];
};

/* ---- lan.c ---- */

uint32_t lan_random(struct sim_lan *lan);
bool lan_is_host(const struct sim_lan *lan, uint32_t host);
/* The bit of number (from 1) in the fault's mask of servers. */
bool lan_fault_bit(const struct sim_lan *lan, enum sim_lan_fault fault, uint32_t number);

/* ---- wire.c ---- */

void wire_init(struct sim_lan *lan);
/* A slot for a frame that is being built; NO_SLOT: none is free. */
uint16_t wire_take(struct sim_lan *lan);
void wire_free(struct sim_lan *lan, uint16_t slot);
/* Gives a built frame to the station's MAC at `at`. */
void wire_send(struct sim_lan *lan, uint32_t station, uint16_t slot, uint64_t at);
/* Instant of the first event on the wire, and doing it (lan->now is that instant). */
uint64_t wire_deadline(const struct sim_lan *lan);
void wire_event(struct sim_lan *lan);
void wire_set_cable(struct sim_lan *lan, uint32_t station, bool is_in);

/* ---- rules.c ---- */

/* The rule that acts on the frame for this receiver, or NULL. */
const struct sim_lan_rule *rules_find(struct sim_lan *lan, const struct frame *f,
                                      uint32_t to);

/* ---- ip.c ---- */

/* A packet as a host takes it. */
struct packet {
    uint32_t host, from, to;
    uint8_t protocol;
    bool is_unicast;
    const uint8_t *ip; /* header */
    const uint8_t *data;
    size_t len;
};

void ip_frame_in(struct sim_lan *lan, uint32_t host, const uint8_t *frame, size_t len);
bool ip_is_local(const struct station *s, uint32_t address);
bool ip_is_broadcast(const struct station *s, uint32_t address);
/* Sends the packet in slot, whose payload of len bytes stands at L4_OFFSET. mac: receiver's
 * hardware address when it is known, else NULL. It goes delay_ms later. */
void ip_send(struct sim_lan *lan, uint32_t host, uint16_t slot, const struct packet *p,
             const uint8_t *mac, uint32_t delay_ms);
uint16_t ip_sum(uint32_t from, uint32_t to, uint8_t protocol, const uint8_t *data,
                size_t len);
uint64_t arp_deadline(const struct sim_lan *lan);
void arp_step(struct sim_lan *lan);

/* A datagram as a server sees it, and its answer. */
struct datagram {
    uint32_t host, from, to;
    uint16_t from_port, to_port;
    const uint8_t *data;
    size_t len;
};
/* Sends data[0..len) of the datagram d from d->from to d->to; mac and delay as above. */
void udp_send(struct sim_lan *lan, const struct datagram *d, const uint8_t *mac,
              uint32_t delay_ms);

/* ---- tcp ---- */

void tcp_packet_in(struct sim_lan *lan, const struct packet *p);
uint64_t tcp_deadline(const struct sim_lan *lan);
void tcp_step(struct sim_lan *lan);
/* Tells owners and sends what is due at this instant. */
void tcp_flush(struct sim_lan *lan);

/* ---- servers ---- */

void dhcp_datagram_in(struct sim_lan *lan, const struct datagram *d);
void dns_datagram_in(struct sim_lan *lan, const struct datagram *d);
void ntp_datagram_in(struct sim_lan *lan, const struct datagram *d);
/* Whether the host has such a server; 0, or its number. */
uint32_t lan_server_of(const uint32_t hosts[SERVERS + 1], uint32_t host);

#endif
