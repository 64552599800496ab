/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SIM_CHIP_RIG_H
#define TESTS_UNIT_SIM_CHIP_RIG_H

#include <stdio.h>

#include "sim/chip/w5500.h"

/* One or two chips, each with a host on its SPI bus, and a cable between them, in virtual time.
 * The host is deliberately simple: one register access a select, nothing cached. */

#define RIG_FRAMES 128
#define US         UINT64_C(1000)
#define MS         UINT64_C(1000000)
#define SEC        UINT64_C(1000000000)

/* Register blocks of socket n. */
#define REGS(n) (4U * (n) + 1U)
#define TX(n)   (4U * (n) + 2U)
#define RX(n)   (4U * (n) + 3U)

struct rig_frame {
    uint64_t at;
    size_t len;
    uint8_t data[SIM_FRAME_MAX];
};

struct node {
    struct rig *rig;
    struct sim_w5500 *chip;
    unsigned index;
    uint8_t mac[6], ip[4];
    unsigned sent; /* frames since the start; the last RIG_FRAMES are in out */
    struct rig_frame out[RIG_FRAMES];
};

struct rig {
    uint64_t now;
    uint64_t byte_ns;                /* time of one byte on SPI */
    uint64_t delay_ns;               /* of a frame on the cable */
    unsigned drop_every, swap_every; /* frames, 0: never */
    unsigned frames;
    bool is_joined; /* what one chip sends goes to the other */
    FILE *pcap;
    FILE *script; /* what node 0's chip is told and answers, one step a line */
    struct node node[2];
    unsigned head, tail;
    struct {
        unsigned to;
        struct rig_frame frame;
    } wire[RIG_FRAMES];
};

/* Both chips powered, past the PLL, cable in and linked, addresses 10.0.0.1 and 10.0.0.2 (/24,
 * gateway .254), MAC 02:00:00:00:00:01 and :02. Joined by a cable of 10 us. */
struct rig *rig_new(uint64_t seed);
/* The same without reset wait, cable and addresses: time 0; and what brings it there. */
struct rig *rig_new_bare(uint64_t seed);
void rig_start(struct rig *r);
void rig_free(struct rig *r);

/* Lets time pass for both chips and the cable. */
void rig_run(struct rig *r, uint64_t ns);

/* The pins and faults, recorded. */
void set_fault(struct node *n, enum sim_w5500_fault fault, uint32_t arg);
void reset_pin(struct node *n, int level);
void cable(struct node *n, bool is_in);

/* One transfer with select low; mosi and miso may be NULL. Time passes per byte. */
void spi(struct node *n, const uint8_t *mosi, uint8_t *miso, size_t len);
void rd(struct node *n, unsigned block, unsigned addr, uint8_t *out, size_t len);
void wr(struct node *n, unsigned block, unsigned addr, const uint8_t *data, size_t len);
uint8_t rd8(struct node *n, unsigned block, unsigned addr);
uint16_t rd16(struct node *n, unsigned block, unsigned addr);
void wr8(struct node *n, unsigned block, unsigned addr, unsigned value);
void wr16(struct node *n, unsigned block, unsigned addr, unsigned value);

/* Writes CR and waits until it reads 0. */
void command(struct node *n, unsigned s, unsigned code);
/* Waits until a register of socket s has all bits (or exactly that value); false after ns. */
bool wait_bits(struct node *n, unsigned s, unsigned addr, unsigned bits, uint64_t ns);
bool wait_value(struct node *n, unsigned s, unsigned addr, unsigned value, uint64_t ns);

/* Socket steps, as a host makes them. */
void open_as(struct node *n, unsigned s, unsigned mode, unsigned port);
void destination(struct node *n, unsigned s, const uint8_t ip[4], unsigned port);
/* Copies to TX memory and gives SEND; false: TX_FSR is too small. Does not wait for SENDOK. */
bool put(struct node *n, unsigned s, const void *data, size_t len);
/* put, then waits for SENDOK and clears it. */
bool send_all(struct node *n, unsigned s, const void *data, size_t len);
/* Takes up to len of what RX_RSR tells and gives RECV. */
size_t take(struct node *n, unsigned s, void *out, size_t len);
/* Connects node 0 socket s0 to node 1 socket s1 (port 5000); MR flags are added on both. */
void join(struct rig *r, unsigned s0, unsigned s1, unsigned flags);

/* Frames by hand: fields filled, checksums by this file's own code. */
struct packet {
    uint8_t to_mac[6], from_mac[6], from_ip[4], to_ip[4];
    uint8_t protocol;
    uint8_t body[1500];
    size_t body_len;
};
size_t build(uint8_t frame[SIM_FRAME_MAX], const struct packet *p);
size_t build_udp(uint8_t frame[SIM_FRAME_MAX], struct packet *p, unsigned from_port,
                 unsigned to_port, const void *data, size_t len);
struct tcp_head {
    unsigned from_port, to_port;
    uint32_t seq, ack;
    unsigned flags, window, mss;
};
size_t build_tcp(uint8_t frame[SIM_FRAME_MAX], struct packet *p, const struct tcp_head *h,
                 const void *data, size_t len);
size_t build_arp(uint8_t frame[SIM_FRAME_MAX], unsigned operation, const uint8_t to[6],
                 const uint8_t mac[6], const uint8_t ip[4], const uint8_t target_ip[4]);
/* A packet from a station 10.0.0.9, 02:00:00:00:00:09 to the node. */
struct packet to_node(const struct node *n, unsigned protocol);
void inject(struct node *n, const uint8_t *frame, size_t len);
/* The i-th last frame that the node sent (0: the last). */
const struct rig_frame *last(const struct node *n, unsigned i);
/* The sender's checksums hold; frame is IPv4 with UDP, TCP or ICMP. */
bool sums_hold(const struct rig_frame *f);

/* A bare rig past the PLL. */
struct rig *rig_ready(void);

/* How often the chip was misused so far; what it said the last time. */
uint64_t misuse(const struct node *n);
void assert_misuse(const struct node *n, const char *text);

#endif
