/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SIM_LAN_RIG_H
#define TESTS_UNIT_SIM_LAN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/lan/lan.h"

#define RIG_MS UINT64_C(1000000)
#define RIG_S  UINT64_C(1000000000)

#define RIG_ROUTER SIM_IP4(192, 168, 7, 1)
#define RIG_PEER   SIM_IP4(192, 168, 7, 20)
#define RIG_DEVICE SIM_IP4(192, 168, 7, 30)

/* A network with the usual router, a second host, and a device that only records. */
struct rig {
    struct sim_lan *lan;
    uint32_t router, peer, device;
    uint8_t got[64][SIM_LAN_FRAME_MAX]; /* what the device received */
    size_t got_len[64];
    uint64_t got_at[64];
    unsigned got_count;
    unsigned link_count;
    bool is_link_up;
};

void rig_open(struct rig *r, uint64_t seed);
void rig_close(struct rig *r);
/* Lets time pass. */
void rig_run(struct rig *r, uint64_t ns);
/* The device sends a datagram to the router's hardware address, or to all. */
void rig_udp(struct rig *r, uint32_t from, uint16_t from_port, uint32_t to,
             uint16_t to_port, const void *data, size_t len);
/* A whole IPv4 packet with right checksums around data, which is what follows the IPv4 header;
 * its own checksum is put at sum_at (0: it has none to be put). */
void rig_ip(struct rig *r, uint32_t from, uint32_t to, uint8_t protocol, uint8_t *data,
            size_t len, size_t sum_at);
/* The device says who has its address, as a host that came up does. */
void rig_announce(struct rig *r, uint32_t address);
/* UDP payload of the n-th datagram to this port that the device received and its length; NULL
 * when there is none. from, from_port may be NULL. */
const uint8_t *rig_find_udp(const struct rig *r, uint16_t to_port, unsigned n,
                            size_t *len, uint32_t *from, uint16_t *from_port);

/* One end of a TCP connection that sends a pattern and checks the one it gets. */
struct rig_end {
    struct sim_lan *lan;
    uint32_t conn;
    uint64_t seed; /* of the pattern that it sends; it expects that of seed + 1 or - 1 */
    uint64_t to_send, sent, received;
    uint64_t wrong; /* bytes that differ from the pattern */
    bool is_paused; /* takes nothing */
    bool closes;    /* when all is sent */
    bool echoes;    /* expects its own pattern back */
    bool was_accepted, was_ended, was_closed;
    enum sim_lan_closed why;
    uint64_t accepted_at, ended_at, last_at;
};

struct sim_lan_tcp_owner rig_owner(struct rig_end *e);
/* Sends and takes what it can; callbacks do it by themselves. */
void rig_pump(struct rig_end *e);

#endif
