/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_DNS_MESSAGE_H
#define ONELINK_NET_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* DNS messages as a stub resolver needs them: one question, IPv4 addresses, no EDNS
 * (RFC 1034, RFC 1035). Nothing here keeps state. */

#define OL_DNS_PORT        53
#define OL_DNS_NAME_MAX    253 /* characters of a name as text, without a final dot */
#define OL_DNS_WIRE_MAX    255 /* bytes of a name on the wire, RFC 1035 2.3.4 */
#define OL_DNS_QUERY_CAP   (12 + OL_DNS_WIRE_MAX + 4)
#define OL_DNS_MESSAGE_MAX 512 /* largest answer over UDP, RFC 1035 2.3.4 */
#define OL_DNS_ADDRS_MAX   4   /* addresses that are kept of an answer */
#define OL_DNS_CHAIN_MAX   8   /* CNAME records followed, in all of a lookup */

/* RFC 1035 4.1.1. Other values occur. */
enum ol_dns_rcode {
    OL_DNS_NOERROR = 0,
    OL_DNS_FORMERR = 1,
    OL_DNS_SERVFAIL = 2,
    OL_DNS_NXDOMAIN = 3,
    OL_DNS_NOTIMP = 4,
    OL_DNS_REFUSED = 5
};

/* What an answer says about the name that was asked for. */
struct ol_dns_answer {
    /* Smallest of all records used, UINT32_MAX when none was; a TTL above 2^31 - 1 counts
     * as 0 (RFC 2181 8). */
    uint32_t ttl_s;
    /* With no address but a CNAME: where in the message the last target is, for
     * ol_dns_query_encode_alias; else 0. */
    uint16_t alias_pos;
    uint8_t addr_count;
    uint8_t rcode;     /* enum ol_dns_rcode */
    uint8_t chain_len; /* CNAME records on the way from the name to its end */
    /* The server recursed or is authoritative, and nothing was cut off: only then does an
     * answer without an address mean that there is none. */
    bool is_conclusive;
    struct ol_addr addrs[OL_DNS_ADDRS_MAX]; /* in the server's order, port 0 */
};

/* Encodes the query for the IPv4 addresses of `name`, recursion desired, into buf[cap].
 * name: labels of letters, digits, '-' and '_', 1 to 63 long, none with '-' first or
 * last, 253 characters in all; one final dot is allowed (RFC 1035 2.3.1, RFC 1123 2.1;
 * '_' is not for hosts but occurs). Returns the length, OL_E_ARG (no such name) or
 * OL_E_NOSPC (cap below OL_DNS_QUERY_CAP may be too little). */
OL_MUST int32_t ol_dns_query_encode(struct ol_str name, uint16_t id, void *buf,
                                    size_t cap);

/* Encodes the query for the name at alias_pos of a message that ol_dns_answer_decode has
 * taken: the end of a CNAME chain that the server did not follow to an address. msg and
 * buf do not overlap. Returns the length, OL_E_PROTO (the name is not valid) or
 * OL_E_NOSPC. */
OL_MUST int32_t ol_dns_query_encode_alias(const void *msg, size_t msg_len,
                                          uint16_t alias_pos, uint16_t id, void *buf,
                                          size_t cap);

/* Decodes msg[msg_len] as the answer to query[query_len], which one of the encoders made.
 * OL_OK: it answers this query (identifier, question) and *out is filled; rcode may still
 * be an error, and addr_count 0 means that the name has no IPv4 address here. OL_E_PROTO:
 * it is no answer to this query, or malformed; nothing may be concluded, and since
 * anybody may have sent it, go on waiting. Compression pointers must point backwards, at
 * most 16 for a name. A record cut off by the end of the message is malformed unless the
 * TC bit is set. */
OL_MUST int32_t ol_dns_answer_decode(const void *msg, size_t msg_len, const void *query,
                                     size_t query_len, struct ol_dns_answer *out);

#endif
