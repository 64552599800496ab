/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_SNTP_H
#define ONELINK_NET_SNTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/time.h"
#include "onelink/net/servers.h"
#include "onelink/net/sntp_message.h"

/* An SNTP client (RFC 4330) that keeps a clock right: it asks its servers one after the
 * other until one answers, then again every poll_ms, for as long as it is open. Datagrams
 * go in and out through the caller, as with the resolver in onelink/net/dns.h.
 *
 * A round begins with the server that answered last. No server is asked twice within 15 s
 * (RFC 4330 10); rounds without a usable answer come at doubling distances, and every
 * distance is up to an eighth longer at random, so that devices that were switched on
 * together spread. The random delay of minutes that RFC 4330 10 wants before the first
 * request is left out: a device cannot log in before it knows the date. */

#define OL_SNTP_SERVERS_MAX OL_NET_SERVERS_MAX
#define OL_SNTP_RANDOM_LEN  (8 * OL_SNTP_SERVERS_MAX)

struct ol_sntp_config {
    /* Family OL_ADDR_NONE: not used; port 0: 123. */
    struct ol_addr servers[OL_SNTP_SERVERS_MAX];
    /* Wait for one server before the next is asked. 0: 3000. */
    uint32_t timeout_ms;
    /* From the last request of a failed round to the next round; doubles each time. 0,
     * and all below 15,000: 15,000. */
    uint32_t retry_ms;
    /* Where doubling ends. 0: 1,024,000. */
    uint32_t retry_max_ms;
    /* From a request with a usable answer to the next. 0: 3,600,000; below 15,000:
     * 15,000. */
    uint32_t poll_ms;
};

/* At the monotonic instant at_ms it was `wall`. */
struct ol_sntp_sample {
    struct ol_wall_time wall; /* quality OL_CLOCK_SYNCED */
    ol_ms at_ms;
    uint32_t
        error_ms;    /* half of the round trip: wall is right to this if the server is */
    uint8_t server;  /* which one, counting the configured ones that are in use */
    uint8_t stratum; /* 1 to 15 */
};

/* Private. About 220 bytes. Small members come first, where short instructions reach
 * them. */
struct ol_sntp {
    uint8_t server_count;
    uint8_t server; /* asked now or last */
    uint8_t left;   /* servers not asked yet in this round */
    uint8_t denied; /* bit per server: it told us to go away */
    uint8_t state;
    int32_t status; /* of ol_sntp_get_sample */
    uint32_t timeout_ms;
    uint32_t retry_ms; /* now; it grows */
    uint32_t retry_min_ms;
    uint32_t retry_max_ms;
    uint32_t poll_ms;
    ol_ms sent_at_ms;
    ol_ms deadline_ms;
    uint32_t random[OL_SNTP_RANDOM_LEN / 4]; /* two words for each server */
    uint8_t request[OL_SNTP_MESSAGE_LEN];
    struct ol_sntp_sample sample;
    struct ol_addr servers[OL_SNTP_SERVERS_MAX];
};

/* Sets up the engine, closed. OL_OK, or OL_E_ARG (no server). *config is copied. */
OL_MUST int32_t ol_sntp_init(struct ol_sntp *s, const struct ol_sntp_config *config);

/* Begins with a round at once; forgets refusals and the last sample. random:
 * unpredictable bytes (each server has its own, so none can answer in another's name). */
void ol_sntp_open(struct ol_sntp *s, const uint8_t random[OL_SNTP_RANDOM_LEN], ol_ms now);

/* Stops. The last sample stays readable. Fine at any time after init. */
void ol_sntp_close(struct ol_sntp *s);

/* Moves on when the time for it has come. */
void ol_sntp_step(struct ol_sntp *s, ol_ms now);

/* true while a request is to be sent or an answer is awaited: the caller needs its
 * socket. Use a new local port for each time that this becomes true. */
bool ol_sntp_is_busy(const struct ol_sntp *s);

/* The datagram to send, NULL when there is none. *to and *len are set only with a
 * datagram. The bytes live until the next call that is not ol_sntp_output. */
const uint8_t *ol_sntp_output(const struct ol_sntp *s, struct ol_addr *to, size_t *len);

/* The datagram of ol_sntp_output was sent, or cannot be sent at all. now must be the time
 * of sending: the round trip counts from it. */
void ol_sntp_output_done(struct ol_sntp *s, ol_ms now);

/* Takes a datagram from `from`; bytes beyond OL_SNTP_MESSAGE_LEN may be cut. true when it
 * brought a new sample, false otherwise: ignored, or an answer without a usable time. */
bool ol_sntp_input(struct ol_sntp *s, const struct ol_addr *from, const void *data,
                   size_t len, ol_ms now);

/* When ol_sntp_step must be called at the latest; OL_NEVER when closed or every server
 * has refused. */
ol_ms ol_sntp_deadline(const struct ol_sntp *s);

/* The last sample. OL_OK: *out is filled, and stays so while later rounds fail. Without a
 * sample yet: OL_E_AGAIN (first round under way), OL_E_TIMEOUT (a whole round brought
 * nothing; it goes on trying by itself), OL_E_AUTH (every server refused to serve us:
 * other servers are needed), OL_E_CLOSED (never opened). */
OL_MUST int32_t ol_sntp_get_sample(const struct ol_sntp *s, struct ol_sntp_sample *out);

#endif
