/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_NET_H
#define TESTS_SIM_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/link/datagram.h"
#include "onelink/link/netif.h"
#include "onelink/link/stream.h"
#include "tests/sim/clock.h"
#include "tests/support/rng.h"

/* A network in virtual time: one device on a cable, one listener on the other side, datagrams to
 * servers that answer at once. Everything that a connection can do to its ends is here: delay,
 * any split of the bytes, an orderly end, a reset, silence in one or both directions, a
 * connection that is refused or never answered. */

#define SIM_WAY_CAP   1536 /* bytes on their way or not read yet */
#define SIM_SEGMENTS  24
#define SIM_CONNS     8
#define SIM_DATAGRAMS 8

/* One direction of a connection. */
struct sim_way {
    uint8_t bytes[SIM_WAY_CAP];
    uint32_t len;
    uint32_t segment_count;
    struct {
        ol_ms at; /* when the segment arrives */
        uint32_t len;
    } segment[SIM_SEGMENTS];
    ol_ms last_at;  /* arrival of the youngest segment: nothing overtakes */
    ol_ms fin_at;   /* OL_NEVER: not sent */
    ol_ms reset_at; /* OL_NEVER: not sent */
};

struct sim_net;

/* One end of a connection: 0 is the device's, 1 the platform's. */
struct sim_end {
    struct sim_net *net;
    struct sim_conn *conn; /* NULL: none */
    uint8_t side;
    uint8_t phase;
    int32_t failure;
    ol_ms open_at;
    ol_ms give_up_at;
};

struct sim_conn {
    bool used;
    bool is_silent;        /* nothing arrives any more, in either direction */
    struct sim_way way[2]; /* way[i] is filled by end i */
    struct sim_end server;
};

struct sim_datagram {
    ol_ms at;
    struct ol_addr from;
    uint16_t len;
    uint8_t bytes[512];
};

/* What the network does at the moment. */
struct sim_weather {
    ol_ms delay_min_ms;
    ol_ms delay_max_ms;
    bool is_stalled;   /* no end takes bytes */
    bool is_refusing;  /* connections are refused */
    bool is_blackhole; /* connections are not answered */
    bool is_unplugged; /* no cable */
    bool has_no_address;
    bool dns_silent;
    bool dns_failing; /* SERVFAIL */
    bool dns_lost;    /* NXDOMAIN */
    bool ntp_silent;
    uint32_t chunk_max; /* bytes taken or given in one call */
};

struct sim_net {
    const struct sim_clock *clock;
    struct ol_rng rng;
    struct sim_weather weather;
    struct sim_conn conn[SIM_CONNS];
    struct sim_end client;
    bool udp_open;
    uint32_t datagram_count;
    struct sim_datagram datagram[SIM_DATAGRAMS];
    struct ol_netif_config address;
    /* What the names are, in network order; family NONE: the name does not exist. */
    struct ol_addr smart;
    struct ol_addr fixed;
    /* The one address where somebody listens. */
    struct ol_addr listener;
    ol_ms accept_at; /* a connection waits to be accepted since; OL_NEVER: none */
};

void sim_net_init(struct sim_net *n, uint64_t seed, const struct sim_clock *clock);

/* The device's interfaces. */
struct ol_stream sim_net_stream(struct sim_net *n);
struct ol_datagram sim_net_datagram(struct sim_net *n);
struct ol_netif sim_net_netif(struct sim_net *n);

/* The next connection that has reached the listener, or NULL; its stream is open. */
struct sim_conn *sim_net_accept(struct sim_net *n);
struct ol_stream sim_conn_stream(struct sim_conn *c);

/* Faults. On the connection of the device, if it has one. */
void sim_net_reset(struct sim_net *n);
void sim_net_silence(struct sim_net *n);
void sim_net_finish(struct sim_net *n);

/* The platform's process is gone: its ends reset (or just vanish when silent). */
void sim_net_crash(struct sim_net *n, bool silent);

/* When anything of the network happens next after now. */
ol_ms sim_net_next(const struct sim_net *n);

/* The device has something to do because of the network: bytes, an end, a datagram, an open that
 * came to its end, room to send when it wants to. */
bool sim_net_device_ready(const struct sim_net *n, bool wants_send);

#endif
