/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_DHCP_H
#define ONELINK_NET_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "onelink/net/dhcp_message.h"

/* A DHCP client (RFC 2131). Datagrams go in and out through the caller, who binds port 68
 * while ol_dhcp_is_busy says so:
 *
 *     ol_dhcp_init(&dhcp, &config);
 *     ol_dhcp_open(&dhcp, random, now);             whenever the cable comes
 *     each turn:
 *         ol_dhcp_step(&dhcp, now);
 *         while (ol_dhcp_next_event(&dhcp, &ev)):
 *             PROBE: ask the wire for ev.lease->address, then ol_dhcp_probe_done
 *             BOUND: put ev.lease in force     LOST: take the address off the interface
 *         while (ol_dhcp_has_output(&dhcp)):
 *             len = ol_dhcp_output(&dhcp, buf, cap, &to)
 *             if send(to, buf, len) != OL_E_AGAIN: ol_dhcp_output_done(&dhcp, now)
 *         for each datagram: ol_dhcp_input(&dhcp, &from, data, len, now)
 *         sleep until ol_dhcp_deadline(&dhcp) or a datagram
 *
 * It asks again at distances that double from 4 s to 64 s, each up to a second shorter or
 * longer at random (RFC 2131 4.1), for ever. A lease is renewed at T1, rebound at T2 and
 * given up when it ends. An address that somebody else has is declined. When it is opened
 * with a lease that still runs, it asks for the same address again (INIT-REBOOT) and, if
 * no server answers, goes on using it until it ends. The random delay of 1 to 10 s before
 * the first message that RFC 2131 4.4.1 wants is left out: a person waits. */

struct ol_dhcp_config {
    uint8_t mac[6];
    struct ol_str hostname; /* at most 63 bytes; empty: none is told. Must outlive */
    struct ol_addr last;    /* an address that we had once, to ask for; or none */
};

/* In the order in which they are told: what is over comes before what begins. */
enum ol_dhcp_event_kind {
    OL_DHCP_EVENT_LOST,    /* it ended, or a server took it back: stop using it */
    OL_DHCP_EVENT_TAKEN,   /* somebody else has lease->address: it was declined */
    OL_DHCP_EVENT_REFUSED, /* NAK */
    OL_DHCP_EVENT_SILENT,  /* a whole round brought no answer; told once a silence */
    OL_DHCP_EVENT_PROBE,   /* is lease->address free on the wire? */
    OL_DHCP_EVENT_BOUND    /* use it. Also after a renewal that changed something */
};

#define OL_DHCP_EVENT_COUNT (OL_DHCP_EVENT_BOUND + 1)

struct ol_dhcp_event {
    enum ol_dhcp_event_kind kind;
    const struct ol_dhcp_lease
        *lease; /* PROBE, BOUND, TAKEN: lives until the next call */
};

enum ol_dhcp_state {
    OL_DHCP_CLOSED,
    OL_DHCP_INIT,       /* waits before it begins anew */
    OL_DHCP_SELECTING,  /* DISCOVER is out */
    OL_DHCP_REQUESTING, /* REQUEST for an offer is out */
    OL_DHCP_REBOOTING,  /* REQUEST for the earlier address is out */
    OL_DHCP_PROBING,    /* the address is granted, the wire is asked */
    OL_DHCP_BOUND,
    OL_DHCP_RENEWING,  /* the server is asked for more time */
    OL_DHCP_REBINDING, /* every server is */
    OL_DHCP_RELEASING
};

/* Private. About 600 bytes. Small members come first, where short instructions reach
 * them. */
struct ol_dhcp {
    uint8_t state;
    uint8_t tries;  /* sent in this state */
    uint8_t naks;   /* refusals and declines in a row: the next round waits */
    uint8_t events; /* bit per enum ol_dhcp_event_kind that is to be told */
    bool has_output;
    bool in_force;  /* `lease` is told as BOUND and not lost */
    bool declining; /* the output is a DECLINE */
    bool is_silent; /* told */
    uint32_t xid;
    uint32_t random;
    ol_ms now;                 /* as told last */
    ol_ms deadline_ms;         /* of the state */
    ol_ms began_at;            /* of `secs` */
    ol_ms asked_at;            /* a lease counts from here, RFC 2131 4.4.1 */
    ol_ms lease_at;            /* when `lease` was asked for */
    ol_ms end_at;              /* when it ends: OL_NEVER never, 0 there is none */
    struct ol_addr wanted;     /* in REQUESTING and REBOOTING */
    struct ol_addr server;     /* the one that we speak to, where it is not all */
    struct ol_dhcp_lease next; /* an answer; in PROBING what is granted */
    struct ol_dhcp_lease lease;
    struct ol_dhcp_config config;
};

/* Sets up the engine, closed, without a lease. *config is copied. OL_OK, or OL_E_ARG (the
 * hardware address is a group address or all zero, hostname too long). */
OL_MUST int32_t ol_dhcp_init(struct ol_dhcp *d, const struct ol_dhcp_config *config);

/* Begins. random: unpredictable bits, new for each call. A lease of before that still runs
 * is asked for again and is not in force meanwhile: take the address off the interface. */
void ol_dhcp_open(struct ol_dhcp *d, uint32_t random, ol_ms now);

/* Stops at once and remembers the lease. Fine at any time after init. */
void ol_dhcp_close(struct ol_dhcp *d);

/* Gives the address back: one message (see ol_dhcp_output), closed a moment later, the
 * lease forgotten. Without a lease in force it is ol_dhcp_close. The address must stay on
 * the interface until it is closed. */
void ol_dhcp_release(struct ol_dhcp *d, ol_ms now);

/* Lets time pass. */
void ol_dhcp_step(struct ol_dhcp *d, ol_ms now);

/* The next thing to do or to tell; false: nothing. */
bool ol_dhcp_next_event(struct ol_dhcp *d, struct ol_dhcp_event *ev);

/* What the wire said about the address of OL_DHCP_EVENT_PROBE. Ignored at other times. */
void ol_dhcp_probe_done(struct ol_dhcp *d, bool is_taken, ol_ms now);

/* The socket is needed: a message is to be sent or an answer awaited. */
bool ol_dhcp_is_busy(const struct ol_dhcp *d);

/* A message waits to be sent. */
bool ol_dhcp_has_output(const struct ol_dhcp *d);

/* Writes the message to send into buf[cap], OL_DHCP_REQUEST_MAX bytes are enough, and where
 * to into *to. Returns its length, 0 when there is none, or OL_E_NOSPC. */
OL_MUST int32_t ol_dhcp_output(const struct ol_dhcp *d, void *buf, size_t cap,
                               struct ol_addr *to, ol_ms now);

/* It was sent, or cannot be sent at all. */
void ol_dhcp_output_done(struct ol_dhcp *d, ol_ms now);

/* Takes a datagram; longer ones than OL_DHCP_MESSAGE_MAX may be cut. true: it was an answer
 * to our question; false: ignored. */
bool ol_dhcp_input(struct ol_dhcp *d, const struct ol_addr *from, const void *data,
                   size_t len, ol_ms now);

/* When ol_dhcp_step must be called at the latest. */
ol_ms ol_dhcp_deadline(const struct ol_dhcp *d);

/* Where it stands. */
enum ol_dhcp_state ol_dhcp_get_state(const struct ol_dhcp *d);

/* The lease in force, or NULL. *end_at, where end_at is not NULL: when it ends. */
const struct ol_dhcp_lease *ol_dhcp_get_lease(const struct ol_dhcp *d, ol_ms *end_at);

#endif
