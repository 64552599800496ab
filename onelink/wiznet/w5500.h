/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_WIZNET_W5500_H
#define ONELINK_WIZNET_W5500_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/time.h"
#include "onelink/link/bus.h"
#include "onelink/link/datagram.h"
#include "onelink/link/entropy.h"
#include "onelink/link/netif.h"
#include "onelink/link/stream.h"

/* Driver of the W5500 network chip (also the one inside a W55RP20): its hardware TCP and UDP
 * sockets as link/stream and link/datagram, the chip itself as link/netif.
 *
 *     static struct ol_w5500 chip;
 *     static struct ol_w5500_tcp tcp;
 *     static struct ol_w5500_udp udp;
 *     rc = ol_w5500_init(&chip, &(struct ol_w5500_config){
 *         .bus = bus, .entropy = entropy, .mac = {0x02, ...}});
 *     ol_w5500_tcp_init(&tcp, &chip);
 *     ol_w5500_udp_init(&udp, &chip);
 *     // ol_w5500_tcp_stream(&tcp), ol_w5500_udp_datagram(&udp) and ol_w5500_netif(&chip) go to
 *     // those who use them.
 *     for (;;) {
 *         if (INTn is low) ol_w5500_interrupt(&chip);
 *         ol_w5500_step(&chip, now);
 *         while (ol_w5500_next_event(&chip, &ev)) { ... }
 *         ... step whoever uses the streams ...
 *         ... unless INTn is low, sleep until ol_w5500_deadline(&chip) or INTn falls ...
 *     }
 *
 * Nothing waits: no call makes more than OL_W5500_TRANSFERS_MAX transfers on the bus. The chip is
 * not believed: its version, its configuration, the states and the pointers of its sockets are
 * checked while they are used and once a second. A chip that is silent, wrong, stuck or was reset
 * behind our back is told by an event, reset by pin and by command, and set up again, for ever.
 * Streams then fail with OL_E_IO; datagram sockets, groups and addresses come back by themselves.
 *
 * Frames on the bus: a message sent takes 3 (data, pointer, command). A message received takes 5,
 * or 4 when only one socket is open, and 2 more when a quarter of the buffer has been emptied.
 * When idle there are 2 a second.
 *
 * Members of all structs here are private. An object must stay where it is once it was given to
 * its init function. */

#define OL_W5500_SOCKETS       8
#define OL_W5500_TRANSFERS_MAX 64
#define OL_W5500_UDP_MAX       1472 /* bytes in a datagram */
#define OL_W5500_COMMON_LEN    0x1C /* registers 00..1B, which are ours */
#define OL_W5500_NO_KEEPALIVE  0xFF

struct ol_w5500_config {
    struct ol_bus bus;
    struct ol_entropy entropy; /* for local ports */
    uint8_t mac[6];

    /* Kilobytes of receive and transmit memory of each socket: 0, 1, 2, 4, 8 or 16, at most 16
     * in all each way. A socket that lacks either is not used. All zero: 2 each. TCP takes free
     * sockets from 0 up, UDP from 7 down, so large buffers for TCP go to the front. */
    uint8_t rx_kb[OL_W5500_SOCKETS];
    uint8_t tx_kb[OL_W5500_SOCKETS];

    /* The chip's retransmission of ARP and TCP: the first wait, which doubles for TCP, and how
     * often. 0: 200 ms, 8 times, which is 1.8 s for ARP and 31.8 s for TCP. */
    uint16_t retry_ms; /* at most 6553 */
    uint8_t retry_count;
    /* TCP keep-alive after so many times 5 s of silence; OL_W5500_NO_KEEPALIVE: none. 0: 12,
     * which is 60 s. A peer that does not answer it ends the stream with OL_E_TIMEOUT. The chip
     * sends none before a first byte went over the connection. */
    uint8_t keepalive_5s;
    /* Where INTn is not wired: how often to look instead. 0: INTn is wired. */
    uint16_t poll_ms;
};

/* Why the chip was given up. */
enum ol_w5500_reason {
    OL_W5500_REASON_NONE,
    OL_W5500_REASON_BUS,     /* a transfer failed */
    OL_W5500_REASON_SILENT,  /* every byte reads 00 or FF: no chip, or no clock */
    OL_W5500_REASON_VERSION, /* something answers, with another version than 04 */
    OL_W5500_REASON_RESET,   /* the chip was reset, not by us */
    OL_W5500_REASON_CONFIG,  /* its configuration is not what was written */
    OL_W5500_REASON_COMMAND, /* a command was not taken in time */
    OL_W5500_REASON_STATE,   /* a socket is in a state that it cannot be in */
    OL_W5500_REASON_POINTER, /* pointers and sizes of a socket contradict each other */
    OL_W5500_REASON_COUNT
};

enum ol_w5500_event_type {
    OL_W5500_EVENT_FOUND, /* the chip answers and is set up */
    OL_W5500_EVENT_LOST,  /* it is not; told again after each attempt that fails */
    OL_W5500_EVENT_LINK_UP,
    OL_W5500_EVENT_LINK_DOWN
};

struct ol_w5500_event {
    enum ol_w5500_event_type type;
    enum ol_w5500_reason reason; /* OL_W5500_EVENT_LOST */
};

/* Counters since init; they wrap. */
struct ol_w5500_stats {
    uint32_t frames;        /* transfers on the bus */
    uint32_t bytes;         /* bytes of them, headers included */
    uint32_t resets;        /* attempts to reset the chip */
    uint32_t rereads;       /* readings in doubt that were read again */
    uint32_t send_timeouts; /* datagrams whose receiver did not answer ARP */
    uint32_t reopened;      /* UDP sockets that had to be opened again */
    uint32_t lost[OL_W5500_REASON_COUNT]; /* by reason */
};

struct ol_w5500;

/* A socket of the chip in use. Small members come first, where short instructions reach them.
 * Times within the driver are the low 32 bits of ol_ms, 0 for never. */
struct ol_w5500_socket {
    uint8_t n;
    uint8_t mode; /* Sn_MR */
    uint8_t phase;
    uint8_t wait_ms;
    int8_t why;      /* status of a stream that is no more */
    bool is_sending; /* SEND was given, SENDOK has not been seen */
    bool has_news;   /* the chip may have received something */
    bool is_given;   /* a server has handed it out, and its user has not closed it */
    uint16_t port;
    uint16_t tx_wr;   /* behind what was written into the chip's memory */
    uint16_t tx_sent; /* behind what SEND was told of */
    uint16_t tx_free;
    uint16_t tx_seen; /* the same as last read: it counts when read twice */
    uint16_t rx_rd;   /* behind what was read */
    uint16_t rx_told; /* behind what RECV was told of */
    uint16_t rx_left; /* known to wait at rx_rd */
    struct ol_w5500 *chip;
    void (*on_status)(struct ol_w5500_socket *s, unsigned ir, unsigned sr);
    uint32_t until;   /* when the phase ends for want of news */
    uint32_t look_at; /* when to look without an interrupt */
    uint32_t late_at; /* when the chip, not the peer, is to blame for the wait */
};

struct ol_w5500 {
    uint8_t state;
    uint8_t fault;    /* enum ol_w5500_reason, found and not yet acted on */
    uint8_t reason;   /* the same, acted on and not yet told */
    uint8_t busy;     /* bit per socket: a command was given, not seen taken */
    uint8_t stale;    /* of these, given before the last look at everything */
    uint8_t unclosed; /* bit per socket: to be closed when it is no longer busy */
    uint8_t doubts;
    uint8_t phy;   /* how PHYCFGR is set */
    uint8_t open;  /* bit per socket: it has an owner */
    uint8_t probe; /* enum ol_probe */
    bool interrupt;
    bool ask_all; /* the one open socket had no reason to interrupt */
    bool is_link_up;
    bool told_found;
    bool told_link;
    uint16_t attempt_ms; /* between attempts to find the chip */
    uint16_t tcp_port;   /* of the next connection; 0: to be drawn */
    uint32_t next_at;    /* of the start-up, or the next look at everything */
    uint32_t give_up_at; /* of the start-up */
    uint32_t good_at;    /* the chip has proved itself */
    uint32_t poll_at;
    ol_ms now;
    struct ol_w5500_stats stats;
    struct ol_w5500_config config; /* with the defaults put in */
    struct ol_w5500_socket *owner[OL_W5500_SOCKETS];
    uint8_t common[OL_W5500_COMMON_LEN]; /* as the chip should have it */
    struct ol_w5500_socket probe_socket;
    struct ol_addr probe_addr;
    struct ol_netif_config net;
};

/* Sets up the driver; the chip is not touched before the first step. The configuration is copied,
 * what bus and entropy point to must outlive the driver. OL_OK, or OL_E_ARG: no bus or entropy,
 * buffer sizes that the chip does not have, a time out of range. */
OL_MUST int32_t ol_w5500_init(struct ol_w5500 *c, const struct ol_w5500_config *config);

/* Looks after the chip. Call it once a turn, after ol_w5500_interrupt and before those who use
 * the streams; it makes transfers only when there is something to do. */
void ol_w5500_step(struct ol_w5500 *c, ol_ms now);

/* INTn is low, or fell since the last step: the next step asks the chip why. Not to be called
 * from an interrupt handler. */
void ol_w5500_interrupt(struct ol_w5500 *c);

/* Transfers are known to have been damaged, and what was written may stand anywhere in the chip:
 * with the next step it is given up (OL_W5500_REASON_CONFIG), reset and set up anew. */
void ol_w5500_distrust(struct ol_w5500 *c);

/* When ol_w5500_step must be called at the latest. It covers the streams' own deadlines. */
ol_ms ol_w5500_deadline(const struct ol_w5500 *c);

/* The next piece of news, or false. What comes and goes between two calls is told once. */
bool ol_w5500_next_event(struct ol_w5500 *c, struct ol_w5500_event *ev);

/* "silent", "command" ...: a reason for a log, never NULL, static storage. */
const char *ol_w5500_reason_str(enum ol_w5500_reason reason);

/* The counters; valid as long as the driver. */
const struct ol_w5500_stats *ol_w5500_get_stats(const struct ol_w5500 *c);

/* The chip as a network interface. set_config takes an addressing at any time and puts it in
 * force again after every reset; streams end with OL_E_IO when the address changes. The link is
 * looked at once a second, five times a second while it is down. probe asks by ARP,
 * three times retry_ms apart, from 0.0.0.0 if set_config has not given an address; no answer is
 * OL_PROBE_FREE, which is worth as much as the cable was. get_config gives what set_config was given. */
struct ol_netif ol_w5500_netif(struct ol_w5500 *c);

/* Raw access for self-tests: len bytes at addr of a block (the five bits that select common
 * registers, registers of a socket, or its memory). Works in any state and is not judged. OL_OK,
 * or the status of the bus. Writing registers behind the driver's back is found by it and ends in
 * a reset; the transmit memory of a socket that is not open is free to use. */
OL_MUST int32_t ol_w5500_read(struct ol_w5500 *c, unsigned block, uint16_t addr,
                              void *buf, size_t len);
OL_MUST int32_t ol_w5500_write(struct ol_w5500 *c, unsigned block, uint16_t addr,
                               const void *data, size_t len);

/* A TCP socket. It takes one of the chip's when it is opened and gives it back when the stream
 * is closed and its last bytes were read. */
struct ol_w5500_tcp {
    struct ol_w5500_socket socket;
    uint8_t peer[6]; /* as Sn_DIPR and Sn_DPORT; port 0: it listens */
};

/* Sets up a socket, closed. The chip must outlive it. */
void ol_w5500_tcp_init(struct ol_w5500_tcp *tcp, struct ol_w5500 *chip);

/* The socket as a stream; valid as long as the socket. Its local port is random at the first
 * open, one more at each later one. A stream that is dropped (give_up_at in the past) is closed
 * for its user at once; the chip says goodbye by itself as long as nobody else takes its socket. */
struct ol_stream ol_w5500_tcp_stream(struct ol_w5500_tcp *tcp);

/* Who is at the other end of an open stream. OL_OK, OL_E_CLOSED (not open), OL_E_IO. */
OL_MUST int32_t ol_w5500_tcp_get_peer(struct ol_w5500_tcp *tcp, struct ol_addr *peer);

/* A UDP socket. */
struct ol_w5500_udp {
    struct ol_w5500_socket socket;
    struct ol_addr group;
};

/* Sets up a socket, closed. The chip must outlive it. */
void ol_w5500_udp_init(struct ol_w5500_udp *udp, struct ol_w5500 *chip);

/* The socket as a datagram socket; valid as long as the socket. It survives resets of the chip.
 * One datagram is on its way at a time: send says OL_E_AGAIN while the chip still asks for the
 * receiver of the last one, up to retry_ms * (retry_count + 1). */
struct ol_datagram ol_w5500_udp_datagram(struct ol_w5500_udp *udp);

/* From the next open on, the socket is a member of the multicast group (224.0.0.0/4, with its
 * port, which open should be given, too): the chip joins by IGMP, receives the group's datagrams
 * only, and should be told to send to nobody else. NULL: of none. OL_OK, OL_E_ARG: no such group. */
OL_MUST int32_t ol_w5500_udp_join(struct ol_w5500_udp *udp, const struct ol_addr *group);

#endif
