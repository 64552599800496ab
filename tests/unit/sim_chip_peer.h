/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_CHIP_PEER_H
#define TESTS_SIM_CHIP_PEER_H

#include "sim_chip_rig.h"

/* TCP of the chip: its registers by name, what a segment says, and a peer made by hand. Numbers
 * are those of docs/chip-model.md. */

enum { ND = 0x20 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { SENDOK = 0x10, TIMEOUT = 0x08, RECV = 0x04, DISCON = 0x02, CON = 0x01 };
enum {
    CLOSED = 0x00,
    INIT = 0x13,
    LISTEN = 0x14,
    SYNSENT = 0x15,
    SYNRECV = 0x16,
    ESTABLISHED = 0x17,
    FIN_WAIT = 0x18,
    CLOSING = 0x1A,
    TIME_WAIT = 0x1B,
    CLOSE_WAIT = 0x1C,
    LAST_ACK = 0x1D
};

/* A socket's status and interrupt registers; the latter taken back. */
uint8_t sr(struct node *n, unsigned s);
uint8_t ir(struct node *n, unsigned s);
void clear(struct node *n, unsigned s);

void assert_no_misuse(const struct rig *r);

/* What a segment says. */
struct seen {
    unsigned from_port, to_port;
    uint32_t seq, ack;
    unsigned flags, window, mss;
    size_t len;
    const uint8_t *data;
};

struct seen see(const struct rig_frame *f);
struct seen see_last(const struct node *n);

/* A peer made by hand: 10.0.0.9, port 7000. */
struct peer {
    struct node *n;
    unsigned s;
    struct tcp_head h; /* of the next segment */
};

struct peer peer_of(struct node *n, unsigned s);
/* A segment of the peer. */
void say(struct peer *p, unsigned flags, const void *data, size_t len);
void answer_arp(struct node *n);
/* The chip's socket s (port 1000) in SYNSENT towards the peer. */
struct peer start_connect(struct node *n, unsigned s, unsigned flags);
/* The same, connected. */
struct peer connected(struct node *n, unsigned s, unsigned flags, unsigned mss);

#endif
