/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_DNS_H
#define ONELINK_NET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "onelink/net/dns_message.h"
#include "onelink/net/servers.h"

/* A stub resolver: one name at a time, datagrams in and out through the caller.
 *
 *     ol_dns_init(&dns, &config);
 *     ol_dns_open(&dns, name, random, now);
 *     until ol_dns_get_answer(&dns, &answer) != OL_E_AGAIN:
 *         data = ol_dns_output(&dns, &to, &len);
 *         if there is data and send(to, data, len) != OL_E_AGAIN:
 *             ol_dns_output_done(&dns, now);
 *         sleep until ol_dns_deadline(&dns) or a datagram
 *         for each datagram: ol_dns_input(&dns, &from, data, len, now);
 *         ol_dns_step(&dns, now);
 *
 * Against forged answers (RFC 5452) the caller opens a datagram socket on a random port
 * for each lookup (local_port 0) and gives unpredictable bytes; the engine checks
 * identifier, source address and port, and question. */

#define OL_DNS_SERVERS_MAX OL_NET_SERVERS_MAX

struct ol_dns_config {
    /* Family OL_ADDR_NONE: not used; port 0: 53. */
    struct ol_addr servers[OL_DNS_SERVERS_MAX];
    /* Time of the first round over all servers; doubles each round. 0: 2000. */
    uint16_t round_ms;
    /* Where doubling ends. 0: 8000. */
    uint16_t round_max_ms;
    /* Rounds before OL_E_TIMEOUT. 0: 3. With the defaults that is after 14 s. */
    uint8_t round_count;
};

/* Private. About 470 bytes. Small members come first, where short instructions reach
 * them. */
struct ol_dns {
    uint8_t server_count;
    uint8_t server; /* asked now */
    uint8_t asked;  /* bit per server: it has this query, so it may answer it */
    uint8_t rounds_left;
    uint8_t round_count;
    uint8_t chain_len; /* CNAME records followed so far */
    uint8_t rcode;     /* of the last server that did not help */
    bool has_output;
    uint16_t query_len;
    uint16_t try_ms; /* for one server, in this round */
    uint16_t try_min_ms;
    uint16_t try_max_ms;
    int32_t status; /* of ol_dns_get_answer */
    uint32_t random;
    uint32_t ttl_s; /* least so far */
    ol_ms try_until_ms;
    struct ol_dns_answer answer;
    struct ol_addr servers[OL_DNS_SERVERS_MAX];
    uint8_t query[OL_DNS_QUERY_CAP];
};

/* Sets up the engine. Call it anew when the servers change. OL_OK, or OL_E_ARG (no
 * server). *config is copied. */
OL_MUST int32_t ol_dns_init(struct ol_dns *d, const struct ol_dns_config *config);

/* Begins to look up the IPv4 addresses of `name` (rules: ol_dns_query_encode), giving up
 * an earlier lookup. random: 32 unpredictable bits, new for each lookup. A dotted-decimal
 * address (RFC 1123 2.1) is answered at once. name is read only during the call. OL_OK:
 * under way or done, see ol_dns_get_answer. OL_E_ARG: no valid name; nothing runs. */
OL_MUST int32_t ol_dns_open(struct ol_dns *d, struct ol_str name, uint32_t random,
                            ol_ms now);

/* Gives up a lookup. Fine at any time after init. */
void ol_dns_close(struct ol_dns *d);

/* Sends again or moves to the next server when the time for it has come. */
void ol_dns_step(struct ol_dns *d, ol_ms now);

/* The datagram to send, NULL when there is none. *to and *len are set only with a
 * datagram. The bytes live until the next call that is not ol_dns_output. */
const uint8_t *ol_dns_output(const struct ol_dns *d, struct ol_addr *to, size_t *len);

/* The datagram of ol_dns_output was sent, or cannot be sent at all. */
void ol_dns_output_done(struct ol_dns *d, ol_ms now);

/* Takes a datagram of up to OL_DNS_MESSAGE_MAX bytes (longer ones may be cut) from
 * `from`. true when it was an answer to the running query; false when it was ignored:
 * from somebody else, to another question, malformed, or nothing runs. */
bool ol_dns_input(struct ol_dns *d, const struct ol_addr *from, const void *data,
                  size_t len, ol_ms now);

/* When ol_dns_step must be called at the latest; OL_NEVER when no lookup runs. */
ol_ms ol_dns_deadline(const struct ol_dns *d);

/* Result of the last lookup. OL_OK: *out has 1 to OL_DNS_ADDRS_MAX addresses with port 0.
 * OL_E_NOENT: the name does not exist, or has no IPv4 address: check the setting.
 * OL_E_TIMEOUT: no server gave a usable answer; out->rcode says what the last one that
 * answered said (RFC 1035 4.1.1), 0 when none answered: try later. OL_E_AGAIN: under way.
 * OL_E_CLOSED: no lookup was begun, or it was given up. *out is filled whenever the
 * result is not OL_E_AGAIN or OL_E_CLOSED. */
OL_MUST int32_t ol_dns_get_answer(const struct ol_dns *d, struct ol_dns_answer *out);

#endif
