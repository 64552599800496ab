/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_DHCP_MESSAGE_H
#define ONELINK_NET_DHCP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/addr.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* DHCP messages of a client (RFC 2131, options of RFC 2132). */

#define OL_DHCP_SERVER_PORT 67
#define OL_DHCP_CLIENT_PORT 68
#define OL_DHCP_MESSAGE_MAX 548 /* what a client must take, RFC 2131 2 */
#define OL_DHCP_REQUEST_MAX                                                              \
    400 /* longest that the encoder makes, hostname of 63 included */
#define OL_DHCP_SERVERS_MAX 3 /* name and time servers kept of a list */
#define OL_DHCP_DOMAIN_CAP  32
#define OL_DHCP_FOREVER     UINT32_MAX /* a lease without end, RFC 2131 3.3 */

enum ol_dhcp_type {
    OL_DHCP_DISCOVER = 1,
    OL_DHCP_OFFER = 2,
    OL_DHCP_REQUEST = 3,
    OL_DHCP_DECLINE = 4,
    OL_DHCP_ACK = 5,
    OL_DHCP_NAK = 6,
    OL_DHCP_RELEASE = 7
};

/* What a client says. Addresses that are NULL are left out. */
struct ol_dhcp_request {
    enum ol_dhcp_type type;
    uint32_t xid;       /* its bytes go out and come back as they lie in memory */
    uint16_t secs;      /* since the client began */
    const uint8_t *mac; /* 6 bytes */
    const struct ol_addr *client;    /* ciaddr: an address that we have and use */
    const struct ol_addr *requested; /* option 50 */
    const struct ol_addr *server;    /* option 54 */
    struct ol_str hostname;          /* option 12, at most 63 bytes; empty: left out */
};

/* What a server grants. Small members come first, where short instructions reach them. */
struct ol_dhcp_lease {
    uint32_t lease_s;       /* option 51, or OL_DHCP_FOREVER */
    uint32_t renew_s;       /* T1, option 58; 0: not told */
    uint32_t rebind_s;      /* T2, option 59; 0: not told */
    uint8_t prefix_len;     /* of option 1, else of the address's class */
    struct ol_addr address; /* yiaddr; port 0 */
    struct ol_addr server;  /* option 54; port 67 */
    struct ol_addr gateway; /* option 3, the first; family OL_ADDR_NONE: none */
    struct ol_addr dns[OL_DHCP_SERVERS_MAX]; /* option 6; family OL_ADDR_NONE: no more */
    struct ol_addr ntp[OL_DHCP_SERVERS_MAX]; /* option 42; the same */
    char domain[OL_DHCP_DOMAIN_CAP]; /* option 15 with NUL; empty: none, or too long */
};

/* Writes a request into buf[cap]; 300 bytes at least, as relays expect (RFC 1542 2.1).
 * Returns its length, or OL_E_NOSPC: cap is below OL_DHCP_REQUEST_MAX, or hostname too long. */
OL_MUST int32_t ol_dhcp_request_encode(const struct ol_dhcp_request *request, void *buf,
                                       size_t cap);

/* Reads an answer to the client with this transaction and hardware address. Returns
 * OL_DHCP_OFFER or OL_DHCP_ACK, *out is filled; OL_DHCP_NAK, only out->server is; or
 * OL_E_PROTO: not such an answer, or malformed: ignore it, *out is worth nothing. */
OL_MUST int32_t ol_dhcp_answer_decode(const void *data, size_t len, uint32_t xid,
                                      const uint8_t mac[6], struct ol_dhcp_lease *out);

#endif
