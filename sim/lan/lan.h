/* SPDX-License-Identifier: MIT */
#ifndef SIM_LAN_LAN_H
#define SIM_LAN_LAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A switched Ethernet segment in virtual time: stations on ports of one switch, wires of
 * 100 Mbit/s with delay and faults, hosts with an IPv4 stack of their own, and the services
 * a device meets (DHCP, DNS, NTP, TCP and UDP peers), each with switches for what goes
 * wrong. Freestanding: the same source is part of native tests and, as WebAssembly, of the
 * board emulator.
 *
 * All randomness comes from the seed, all time from the caller, in nanoseconds; the same
 * calls give the same frames. It is plain data of fixed size without allocation.
 *
 * Conventions
 * * Only sim_lan_step lets time pass and calls the caller back. Every other function acts at
 *   the instant to which the network was stepped (sim_lan_now) and calls nobody; each may be
 *   called from within a callback, except sim_lan_step and sim_lan_init. What it causes at
 *   that same instant is done by the next sim_lan_step.
 * * IPv4 addresses are numbers in host order: SIM_IP4(192, 168, 7, 1). Ports are numbers.
 * * A station is 1..SIM_LAN_STATIONS, a device's port or a host. Functions that add
 *   something return its number, or 0 when there is no room or an argument is wrong.
 * * Pointers in a config are read during the call only, except ctx and functions. */

#define SIM_LAN_STATIONS  16
#define SIM_LAN_LISTENERS 16
#define SIM_LAN_CONNS     24
#define SIM_LAN_BUFFER    65536 /* bytes each way that a TCP connection holds */
#define SIM_LAN_RULES     16
#define SIM_LAN_RECORDS   32 /* DNS */
#define SIM_LAN_LEASES    32 /* of one DHCP server */
#define SIM_LAN_NAME_CAP  80 /* longest DNS name with its NUL */
#define SIM_LAN_FRAME_MAX 1514

#define SIM_LAN_NEVER UINT64_MAX

#define SIM_IP4(a, b, c, d)                                                              \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

struct sim_lan;

/* Bytes that a network takes, so that callers can keep it where they like (aligned to 8).
 * memcpy of it is a snapshot. */
size_t sim_lan_size(void);

/* An empty network at time 0 without faults: delay 0.5 ms one way, nothing lost. */
void sim_lan_init(struct sim_lan *lan, uint64_t seed);

/* Lets time pass until now_ns, doing what is due in order; callbacks see the instant of
 * what they are told of as sim_lan_now. A now_ns in the past does nothing. */
void sim_lan_step(struct sim_lan *lan, uint64_t now_ns);
/* When sim_lan_step must be called at the latest; SIM_LAN_NEVER: nothing is due. It can be
 * sooner after any other call. */
uint64_t sim_lan_deadline(const struct sim_lan *lan);
uint64_t sim_lan_now(const struct sim_lan *lan);

/* The true wall time at the present instant, which NTP serves and pcap stamps; it runs with
 * virtual time. At the beginning it is 2026-01-01T00:00:00Z. */
void sim_lan_set_wall(struct sim_lan *lan, int64_t unix_ns);
int64_t sim_lan_get_wall(const struct sim_lan *lan);

/* ---- Stations ---- */

/* Something outside that speaks Ethernet, as the chip model. */
struct sim_lan_device {
    void *ctx;
    /* A frame arrives, without FCS; its last bit is here now. It may be shorter than 60
     * bytes (padding is counted in time but not shown). frame is valid during the call. The
     * device may answer with sim_lan_transmit from within. */
    void (*frame)(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns);
    /* The cable of this station went in or out. May be NULL. */
    void (*link)(void *ctx, bool is_up, uint64_t at_ns);
};

/* A device's port, cable in (link is not called for that). */
uint32_t sim_lan_add_device(struct sim_lan *lan, const struct sim_lan_device *device);

/* The device hands a frame (14..1514 bytes, no FCS; others are counted and dropped) to its
 * MAC at at_ns; it goes out when earlier ones have. at_ns before sim_lan_now counts as now,
 * after it is kept until then. */
void sim_lan_transmit(struct sim_lan *lan, uint32_t station, const uint8_t *frame,
                      size_t len, uint64_t at_ns);

/* Pulls the cable of a station, or puts it in. Frames on their way to or from it are lost
 * while it is out. */
void sim_lan_cable(struct sim_lan *lan, uint32_t station, bool is_in);

struct sim_lan_host {
    uint32_t address;
    uint8_t prefix_len; /* 1..30; 0: 24 */
    uint32_t gateway;   /* 0: none */
    bool is_router; /* takes packets to any address outside the prefix as its own, once
                           they reach its MAC: it stands for the internet. It answers ARP for
                           `address` only. */
    uint8_t mac[6]; /* all 0: 02:4C:41:4E:00:<station> */
};

/* A host with ARP, ICMP echo, ICMP port unreachable, UDP and TCP, cable in. */
uint32_t sim_lan_add_host(struct sim_lan *lan, const struct sim_lan_host *host);

/* Changes a host's address, for example to the one a device holds. */
void sim_lan_host_set_address(struct sim_lan *lan, uint32_t host, uint32_t address);
/* Broadcasts a gratuitous ARP for the host's address. */
void sim_lan_host_announce(struct sim_lan *lan, uint32_t host);

/* The usual network in one call: a router 192.168.7.1/24 with DHCP (pool 192.168.7.100, 16
 * addresses, lease 3600 s, itself as router and DNS, 203.0.113.123 as NTP, domain
 * "lan.test", authoritative), DNS, NTP on every address that it takes. Returns its station. */
uint32_t sim_lan_add_router(struct sim_lan *lan);

/* ---- The wire ---- */

/* Chances are in millionths, per frame and receiver. */
struct sim_lan_wire {
    uint64_t
        delay_ns; /* one way, beside serialisation (twice: into and out of the switch) */
    uint64_t jitter_ns; /* up to so much more, evenly; it does not change the order */
    uint32_t loss_ppm;
    uint32_t duplicate_ppm;
    uint32_t reorder_ppm; /* such a frame comes reorder_ns later: others pass it */
    uint64_t reorder_ns;  /* 0: 3 ms */
    uint32_t crc_ppm;     /* damaged on the wire: the receiver's MAC drops it */
    uint32_t flip_ppm;    /* damaged elsewhere: one bit after the Ethernet header is wrong
                             although the CRC is right */
};
void sim_lan_set_wire(struct sim_lan *lan, const struct sim_lan_wire *wire);
struct sim_lan_wire sim_lan_get_wire(const struct sim_lan *lan);

enum sim_lan_action {
    SIM_LAN_DROP,
    SIM_LAN_CRC,       /* dropped by the receiver's MAC */
    SIM_LAN_FLIP,      /* one bit after the Ethernet header is wrong */
    SIM_LAN_DUPLICATE, /* comes twice */
    SIM_LAN_DELAY,     /* comes arg ns later; others pass it */
    SIM_LAN_PULL       /* the cable of station `arg` goes out, the frame is lost */
};

/* What to do with exact frames. A field that is 0 matches anything, so that all zero drops
 * every frame. */
struct sim_lan_rule {
    uint32_t from, to; /* stations */
    uint16_t ethertype;
    uint8_t protocol;      /* of IPv4 */
    uint32_t address;      /* IPv4 source or destination */
    uint16_t port;         /* TCP or UDP source or destination */
    uint16_t payload_min;  /* bytes of TCP or UDP payload at least */
    uint8_t tcp_flags;     /* these flags are set (FIN 1, SYN 2, RST 4, PSH 8, ACK 16) */
    uint8_t tcp_flags_not; /* these are not */
    uint32_t skip;         /* so many matching frames pass first */
    uint32_t count;        /* then it acts on so many; 0: on all */
    enum sim_lan_action action;
    uint64_t arg;
};

/* Each frame and receiver is held against the rules in the order of their numbers; the first
 * that acts is the only one. */
uint32_t sim_lan_add_rule(struct sim_lan *lan, const struct sim_lan_rule *rule);
void sim_lan_remove_rule(struct sim_lan *lan, uint32_t rule);
/* Frames on which it acted. */
uint32_t sim_lan_rule_hits(const struct sim_lan *lan, uint32_t rule);

/* Everything that the switch receives, before loss, as a pcap file (nanoseconds, Ethernet).
 * write gets the file header at once and then each record in one call. NULL: off. */
void sim_lan_set_pcap(struct sim_lan *lan, void *ctx,
                      void (*write)(void *ctx, const void *data, size_t len));

struct sim_lan_stats {
    uint64_t sent;      /* frames that the switch received */
    uint64_t delivered; /* frames that a station received */
    uint64_t lost;      /* by chance or by a rule */
    uint64_t damaged;   /* CRC */
    uint64_t duplicated;
    uint64_t reordered;
    uint64_t unplugged; /* lost for a cable that was out */
    uint64_t overrun;   /* lost for want of room in the switch */
    uint64_t invalid;   /* given to transmit with a length that no frame has */
    uint64_t
        bad_checksum; /* packets that a host dropped for an IPv4, ICMP, UDP or TCP sum */
    uint64_t malformed;         /* packets that a host dropped for another reason */
    uint64_t tcp_retransmits;   /* segments that hosts sent again */
    uint64_t tcp_refused;       /* SYNs that hosts answered with RST */
    uint64_t tcp_no_room;       /* SYNs dropped for want of a connection */
    uint64_t tcp_window_closed; /* times that a host announced a window of 0 */
};
const struct sim_lan_stats *sim_lan_get_stats(const struct sim_lan *lan);

/* ---- Faults of the services, by name ---- */

/* Each stands until it is set to another arg; 0 is off for all of them. A mask of servers has
 * bit 0 for the first that was added. */
enum sim_lan_fault {
    SIM_LAN_FAULT_ARP_SILENT, /* mask of stations (1 << station): host answers no ARP */
    SIM_LAN_FAULT_ADDRESS_TAKEN, /* address that a stranger (02:4C:41:4E:FF:FF) also has: the
                                    first host answers ARP for it in his name */
    SIM_LAN_FAULT_PING_SILENT,    /* 1: no host answers ICMP echo */
    SIM_LAN_FAULT_UNREACH_SILENT, /* 1: no ICMP port unreachable */

    SIM_LAN_FAULT_DHCP_SILENT, /* mask of servers that say nothing */
    SIM_LAN_FAULT_DHCP_NAK,    /* mask of servers that refuse every REQUEST */
    SIM_LAN_FAULT_DHCP_OFFER,  /* address that every server offers until it is declined */
    SIM_LAN_FAULT_DHCP_MOVE, /* at renewal and rebinding: 1: NAK, the next OFFER has another
                                address; 2: an ACK with another address */
    SIM_LAN_FAULT_DHCP_LEASE, /* seconds of lease from now on; T1, T2 as many RFC fractions */
    SIM_LAN_FAULT_DHCP_NO_RENEW, /* 1: requests to renew or rebind are ignored: leases end */
    SIM_LAN_FAULT_DHCP_FORGED, /* mask of SIM_LAN_FORGED_...: such replies come before the
                                  right one; with SIM_LAN_FORGED_ONLY instead of it */
    SIM_LAN_FAULT_DHCP_DELAY,  /* milliseconds before each reply */
    SIM_LAN_FAULT_DHCP_BROADCAST, /* 1: every reply is broadcast, whatever the flag */

    SIM_LAN_FAULT_DNS_SILENT, /* mask of servers */
    SIM_LAN_FAULT_DNS_POISON, /* address: forged answers with it come before the right one:
                                   from another address, from another port, with another id,
                                   with another question */
    SIM_LAN_FAULT_DNS_WRONG_ID, /* mask of servers: the only answer has another id */
    SIM_LAN_FAULT_DNS_WRONG_QUESTION, /* mask: the only answer is to another question */
    SIM_LAN_FAULT_DNS_WRONG_SOURCE,   /* mask: the only answer is from another port */
    SIM_LAN_FAULT_DNS_RCODE, /* this RCODE (2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED) always */
    SIM_LAN_FAULT_DNS_TRUNCATED, /* 1: TC is set, no records */
    SIM_LAN_FAULT_DNS_LOOP, /* 1: compression pointer to itself, 2: two in a circle, 3: a
                               pointer forward, 4: CNAMEs in a circle */
    SIM_LAN_FAULT_DNS_GARBAGE, /* 1: random bytes behind a right id, 2: cut in the middle of
                                  a record, 3: RDLENGTH beyond the end, 4: no answer records,
                                  5: counts of 65535 */
    SIM_LAN_FAULT_DNS_WRONG_ADDRESS, /* address in every answer (the name moved) */
    SIM_LAN_FAULT_DNS_DELAY,         /* milliseconds before each reply */

    SIM_LAN_FAULT_NTP_SILENT,          /* 1: blocked */
    SIM_LAN_FAULT_NTP_KOD,             /* 1: RATE, 2: DENY, 3: RSTR */
    SIM_LAN_FAULT_NTP_WRONG_ORIGINATE, /* 1: not what the client sent; 2: zero */
    SIM_LAN_FAULT_NTP_UNSYNCHRONISED,  /* 1: leap 3, stratum 16 */
    SIM_LAN_FAULT_NTP_SHORT,           /* 1: 47 bytes */
    SIM_LAN_FAULT_NTP_OFFSET, /* signed seconds that the server is wrong (as uint32_t) */
    SIM_LAN_FAULT_NTP_DELAY,  /* milliseconds before each reply */

    SIM_LAN_FAULT_TCP_REFUSE, /* port: SYN is answered by RST (nobody listens) */
    SIM_LAN_FAULT_TCP_SILENT, /* port: hosts neither hear nor say anything there, new and
                                  open connections alike (half-open) */
    SIM_LAN_FAULT_TCP_DEAF,   /* port: hosts accept and acknowledge, but the owner is not
                                  told of data: a program that hangs */
    SIM_LAN_FAULT_COUNT
};

#define SIM_LAN_FORGED_XID       0x001u /* another transaction */
#define SIM_LAN_FORGED_CHADDR    0x002u /* another client */
#define SIM_LAN_FORGED_OP        0x004u /* a BOOTREQUEST */
#define SIM_LAN_FORGED_COOKIE    0x008u /* no magic cookie */
#define SIM_LAN_FORGED_NO_TYPE   0x010u /* without option 53 */
#define SIM_LAN_FORGED_NO_SERVER 0x020u /* without option 54 */
#define SIM_LAN_FORGED_SHORT     0x040u /* ends inside the fixed part */
#define SIM_LAN_FORGED_OVERRUN   0x080u /* an option longer than the packet */
#define SIM_LAN_FORGED_LENGTHS   0x100u /* options 1, 3, 51 and 54 with wrong lengths */
#define SIM_LAN_FORGED_NO_IP     0x200u /* yiaddr 0 */
#define SIM_LAN_FORGED_RANDOM    0x400u /* random bytes */
#define SIM_LAN_FORGED_XID_NAK   0x800u /* a NAK for another transaction */
#define SIM_LAN_FORGED_ALL       0xFFFu
#define SIM_LAN_FORGED_ONLY      0x80000000u /* the right reply does not come */

void sim_lan_set_fault(struct sim_lan *lan, enum sim_lan_fault fault, uint32_t arg);
uint32_t sim_lan_get_fault(const struct sim_lan *lan, enum sim_lan_fault fault);
/* "dhcp-silent" ...; NULL for no such fault. And back: SIM_LAN_FAULT_COUNT when unknown. */
const char *sim_lan_fault_str(enum sim_lan_fault fault);
enum sim_lan_fault sim_lan_fault_find(const char *name);

/* ---- DHCP ---- */

struct sim_lan_dhcp {
    uint32_t first; /* pool: first .. first + count - 1, inside the host's prefix */
    uint32_t count; /* 1..SIM_LAN_LEASES */
    uint32_t lease_s;
    uint32_t t1_s, t2_s; /* options 58, 59; 0: option absent */
    uint32_t router;     /* options 3, 6, 42; 0: absent */
    uint32_t dns[2];
    uint32_t ntp[2];
    const char *domain;    /* option 15, below 32 characters; NULL: absent */
    bool is_authoritative; /* NAKs a REQUEST for an address it knows nothing of */
};

/* At most two on a network. Returns the server: 1 or 2. */
uint32_t sim_lan_add_dhcp(struct sim_lan *lan, uint32_t host,
                          const struct sim_lan_dhcp *config);

enum sim_lan_dhcp_state { /* in which the last REQUEST was made, RFC 2131 table 4 */
                          SIM_LAN_DHCP_NO_REQUEST,
                          SIM_LAN_DHCP_SELECTING,
                          SIM_LAN_DHCP_INIT_REBOOT,
                          SIM_LAN_DHCP_RENEWING,
                          SIM_LAN_DHCP_REBINDING
};

/* What a server heard and said. */
struct sim_lan_dhcp_stats {
    uint32_t discovers, requests, declines, releases,
        informs; /* heard, also when silent */
    uint32_t offers, acks, naks;
    uint32_t wrong; /* messages that break RFC 2131: wrong_text says how (static) */
    const char *wrong_text;
    enum sim_lan_dhcp_state last_state;
    uint32_t last_xid;
    uint16_t last_secs;
    uint16_t last_flags;
    uint32_t last_declined, last_released, last_bound;
    uint64_t last_ack_ns; /* instant of the last ACK, 0: none */
    uint8_t host_name_len, client_id_len, parameters_len;
    uint8_t
        host_name[32]; /* option 12, 61, 55 of the last message that had it, cut to fit */
    uint8_t client_id[32];
    uint8_t parameters[32];
};
const struct sim_lan_dhcp_stats *sim_lan_dhcp_get_stats(const struct sim_lan *lan,
                                                        uint32_t server);
/* The server forgets all leases, as after a restart without a disk. */
void sim_lan_dhcp_forget(struct sim_lan *lan, uint32_t server);

/* ---- DNS ---- */

/* A server on the host (all addresses that it takes), port 53; at most 4. All serve the same
 * records. */
uint32_t sim_lan_add_dns(struct sim_lan *lan, uint32_t host);

/* name has this address; several calls make several A records. false: no room, or a name
 * that is none. Case does not matter. */
bool sim_lan_dns_add_a(struct sim_lan *lan, const char *name, uint32_t address,
                       uint32_t ttl_s);
bool sim_lan_dns_add_cname(struct sim_lan *lan, const char *name, const char *target,
                           uint32_t ttl_s);
/* Forgets the records of name; NULL: all. */
void sim_lan_dns_remove(struct sim_lan *lan, const char *name);
/* Queries that any server heard. */
uint32_t sim_lan_dns_queries(const struct sim_lan *lan);

/* ---- NTP ---- */

uint32_t sim_lan_add_ntp(struct sim_lan *lan, uint32_t host); /* port 123; at most 4 */
uint32_t sim_lan_ntp_queries(const struct sim_lan *lan);

/* ---- UDP for tests ---- */

struct sim_lan_udp {
    void *ctx;
    void (*datagram)(void *ctx, uint32_t from, uint16_t from_port, uint32_t to,
                     const uint8_t *data, size_t len);
};

/* Takes datagrams to this port of the host: unicast, broadcast and multicast. At most 8.
 * Returns a number. */
uint32_t sim_lan_udp_bind(struct sim_lan *lan, uint32_t host, uint16_t port,
                          const struct sim_lan_udp *owner);
/* Sends one (up to 1472 bytes) from the host. to may be broadcast or multicast. from 0: the
 * host's own address. */
void sim_lan_udp_send(struct sim_lan *lan, uint32_t host, uint32_t from,
                      uint16_t from_port, uint32_t to, uint16_t to_port, const void *data,
                      size_t len);

/* ---- TCP for owners: brokers, web servers, gateways to real sockets ---- */

enum sim_lan_closed {
    SIM_LAN_CLOSED_NORMAL,  /* both sides closed */
    SIM_LAN_CLOSED_RESET,   /* the peer reset it, or refused to connect */
    SIM_LAN_CLOSED_TIMEOUT, /* the peer did not acknowledge, or did not answer */
    SIM_LAN_CLOSED_LOCAL    /* sim_lan_tcp_reset, _forget, _restart */
};

struct sim_lan_peer {
    uint32_t local, remote;
    uint16_t local_port, remote_port;
};

/* Callbacks of sim_lan_step; each may be NULL. */
struct sim_lan_tcp_owner {
    void *ctx;
    /* A connection stands: one that came to the listener, or one from sim_lan_tcp_connect. */
    void (*accept)(void *ctx, uint32_t conn, const struct sim_lan_peer *peer);
    /* There is something to sim_lan_tcp_recv: bytes, or the peer's end. Told again whenever
     * more comes. */
    void (*data)(void *ctx, uint32_t conn);
    /* There is room again after sim_lan_tcp_send took less than it got. */
    void (*writable)(void *ctx, uint32_t conn);
    /* The last that is heard of conn, which is nobody's number from now on. */
    void (*closed)(void *ctx, uint32_t conn, enum sim_lan_closed why);
};

/* Listens on the port at every address that the host takes (address 0) or at one. Returns the
 * listener. */
uint32_t sim_lan_tcp_listen(struct sim_lan *lan, uint32_t host, uint32_t address,
                            uint16_t port, const struct sim_lan_tcp_owner *owner);
/* Stops listening; connections stay. */
void sim_lan_tcp_unlisten(struct sim_lan *lan, uint32_t listener);
/* Connects from the host (its own address, a port of the network's choice). Returns the
 * connection, whose accept or closed follows. */
uint32_t sim_lan_tcp_connect(struct sim_lan *lan, uint32_t host, uint32_t to,
                             uint16_t to_port, const struct sim_lan_tcp_owner *owner);

/* Conn numbers are never used again; one that is no more does nothing and gives 0 (recv:
 * SIM_LAN_END). */
#define SIM_LAN_END (-1)

/* Takes up to cap received bytes; 0: none now; SIM_LAN_END: the peer closed and all is taken.
 * What is not taken stays, and the window closes. */
int32_t sim_lan_tcp_recv(struct sim_lan *lan, uint32_t conn, void *buf, size_t cap);
/* Bytes that recv would give now. */
size_t sim_lan_tcp_readable(const struct sim_lan *lan, uint32_t conn);
/* Takes as many bytes as there is room for; returns how many. */
size_t sim_lan_tcp_send(struct sim_lan *lan, uint32_t conn, const void *data, size_t len);
/* Bytes that send would take now. */
size_t sim_lan_tcp_room(const struct sim_lan *lan, uint32_t conn);
/* Bytes that the peer has not acknowledged, sent or not. */
size_t sim_lan_tcp_unacked(const struct sim_lan *lan, uint32_t conn);
/* FIN after what was sent. closed follows when the peer has closed too. */
void sim_lan_tcp_close(struct sim_lan *lan, uint32_t conn);
/* RST. closed follows. */
void sim_lan_tcp_reset(struct sim_lan *lan, uint32_t conn);
/* From now on the host neither hears nor says anything on it: half-open. is_silent false: as
 * if it woke up. */
void sim_lan_tcp_silence(struct sim_lan *lan, uint32_t conn, bool is_silent);
/* The host loses the connection without a word; what comes later is answered by RST. closed
 * follows. */
void sim_lan_tcp_forget(struct sim_lan *lan, uint32_t conn);
/* The program at the port starts anew: with_reset: its connections are reset (the process
 * died); otherwise forgotten (the machine died). Listeners stay; SIM_LAN_FAULT_TCP_REFUSE says
 * how long it takes. */
void sim_lan_tcp_restart(struct sim_lan *lan, uint16_t port, bool with_reset);

/* How the hosts speak TCP. */
struct sim_lan_tcp {
    uint16_t mss;          /* announced; 0: 1460 */
    uint16_t window;       /* largest announced; 0: 65535 */
    uint32_t ack_delay_us; /* 0: every segment is acknowledged at once; else every second,
                              and one alone after so long */
    uint32_t rto_min_ms;   /* 0: 200 */
    uint32_t retries;      /* of one segment; 0: 8 */
};
void sim_lan_set_tcp(struct sim_lan *lan, const struct sim_lan_tcp *tcp);

#endif
