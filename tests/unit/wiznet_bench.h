/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_WIZNET_BENCH_H
#define TESTS_UNIT_WIZNET_BENCH_H

#include "onelink/wiznet/w5500.h"
#include "onelink/wiznet/w5500_server.h"
#include "sim/chip/w5500.h"

/* Two chips on one cable, each with a driver, in virtual time. SPI bytes take time, so frames
 * arrive in the midst of transfers. Every call of a driver is checked: it makes no more than
 * OL_W5500_TRANSFERS_MAX transfers. */

#define BENCH_MS       1000000ULL
#define BENCH_BYTE_NS  256 /* 31.25 MHz */
#define BENCH_FRAME_NS 200 /* select to select */
#define BENCH_WIRE     64  /* frames on the cable */

#define BENCH_SERVED 4 /* sockets of the server */

struct bench;

struct bench_node {
    struct bench *bench;
    struct sim_w5500 *chip;
    struct ol_w5500 driver;
    struct ol_w5500_tcp tcp;
    struct ol_w5500_udp udp;
    struct ol_w5500_server server;
    struct ol_w5500_tcp set[BENCH_SERVED];
    struct ol_stream stream;
    struct ol_datagram datagram;
    struct ol_netif netif;
    unsigned transfers;     /* in the call at work */
    uint64_t all_transfers; /* since the start */
    uint64_t all_bytes;     /* exchanged, headers included */
    uint64_t fail_transfer; /* this one fails; 0: none */
    uint64_t glitch_byte;   /* the chip resets itself before this one; 0: never */
    int32_t entropy;        /* what the source says */
    bool fails;             /* all transfers fail */
    bool edge_only;         /* the driver is told of edges of INTn, not of its level */
    bool skip_edge;         /* the next edge is lost; all are, where the driver polls */
    int last_int_n;
    unsigned found;
    unsigned lost;
    unsigned link_ups;
    unsigned link_downs;
    enum ol_w5500_reason reason; /* of the last loss */
};

struct bench_frame {
    uint64_t at_ns;
    size_t len;
    unsigned to;
    uint8_t data[SIM_FRAME_MAX];
};

/* An application on node 0 (`app`) that never gives up: it connects to port 1883 of node 1, has
 * 50 bytes echoed every 200 ms, and connects anew when that fails or takes 3 s. A round is one
 * echo, correct to the byte. */
struct bench_life {
    ol_ms next_at;
    ol_ms late_at;
    size_t out;
    size_t in;
    bool is_waiting;
    bool is_wrong;
    uint64_t rounds;
    uint64_t wrong; /* echoes with other bytes */
    uint64_t failures;
};

struct bench {
    uint64_t now_ns;
    uint64_t random;
    uint64_t delay_ns;
    bool cut; /* the cable carries nothing, the link stays up */
    struct bench_node node[2];
    struct bench_frame wire[BENCH_WIRE];
    unsigned first;
    unsigned count;
    /* Called once a turn, after the drivers' steps. */
    void (*turn)(struct bench *b);
    void (*app)(struct bench *b); /* after turn */
    bool deaf;                    /* the server reads nothing */
    uint64_t served;              /* bytes that it read */
    unsigned accepted;
    uint64_t heard_ns[BENCH_SERVED]; /* when each connection last had something */
    struct bench_life life;
};

/* Chips powered, cable in, drivers set up but not stepped. config may be NULL. */
void bench_init(struct bench *b, uint64_t seed, const struct ol_w5500_config *config);
void bench_free(struct bench *b);
/* Lets time pass. */
void bench_run(struct bench *b, uint64_t ms);
/* Until is_over says so, at most ms; fails the test otherwise. */
void bench_until(struct bench *b, bool (*is_over)(struct bench *b), uint64_t ms);
/* Runs until both chips are found, the links are up and the nodes have 10.0.0.1 and .2. */
void bench_up(struct bench *b);
void bench_set_address(struct bench_node *n, uint8_t last);
ol_ms bench_ms(const struct bench *b);
uint64_t bench_random(struct bench *b);
struct ol_addr bench_addr(unsigned node, uint16_t port);

/* Node 1 listens on port: it gives back what comes, or keeps it unread, and closes what the peer
 * closes, or what has been idle for long when there is an application. */
void bench_serve(struct bench *b, uint16_t port);
/* Whether node 0's stream is open, or over. */
bool bench_is_open(struct bench *b);
bool bench_is_over(struct bench *b);
/* Sends a message from node 0 to the echo of node 1 and waits until it is back. */
void bench_echo(struct bench *b, size_t len);

void bench_live(struct bench *b);
/* Runs until rounds go on, at most ms. */
void bench_survives(struct bench *b, uint64_t ms);

/* The driver's functions, with the check. */
int32_t bench_open(struct bench_node *n, const struct ol_addr *peer, ol_ms for_ms);
int32_t bench_state(struct bench_node *n);
int32_t bench_send(struct bench_node *n, const void *data, size_t len);
int32_t bench_recv(struct bench_node *n, void *buf, size_t cap);
void bench_close(struct bench_node *n, ol_ms for_ms);
int32_t bench_udp_open(struct bench_node *n, uint16_t port);
int32_t bench_udp_send(struct bench_node *n, const struct ol_addr *to, const void *data,
                       size_t len);
int32_t bench_udp_recv(struct bench_node *n, void *buf, size_t cap, struct ol_addr *from);
/* Begins and ends the count for any other call. */
void bench_enter(struct bench_node *n);
void bench_leave(struct bench_node *n);

#endif
