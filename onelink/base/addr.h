/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_ADDR_H
#define ONELINK_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"

enum ol_addr_family {
    OL_ADDR_NONE = 0,
    OL_ADDR_IPV4 = 4, /* bytes[0..3] are used, network order */
    OL_ADDR_IPV6 = 6  /* room for later: bytes[0..15] */
};

/* A tagged network address with a port. Zero-initialised it is "no address". */
struct ol_addr {
    uint8_t family; /* enum ol_addr_family */
    uint8_t bytes[16];
    uint16_t port; /* host order; 0 where a port has no meaning */
};

/* An IPv4 address a.b.c.d with a port in host order. */
struct ol_addr ol_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);

/* Makes *out the IPv4 address of four bytes in network order, with a port in host order. */
void ol_addr_set_ipv4(struct ol_addr *out, const uint8_t bytes[4], uint16_t port);

/* Same family, same bytes, same port. */
bool ol_addr_equal(const struct ol_addr *a, const struct ol_addr *b);

/* Same family and bytes, whatever the port. */
bool ol_addr_same_host(const struct ol_addr *a, const struct ol_addr *b);

/* Reads dotted-decimal IPv4 "192.0.2.7": four parts, no leading zeros, nothing behind.
 * out->port becomes port. OL_E_ARG when text is no such address (it may be a host name).
 */
OL_MUST int32_t ol_addr_decode(struct ol_str text, uint16_t port, struct ol_addr *out);

#define OL_ADDR_TEXT_CAP 24 /* "255.255.255.255:65535" and a NUL fit */

/* Writes "a.b.c.d" or, with a port that is not 0, "a.b.c.d:port", NUL-terminated, into
 * text[cap]. Returns the length without NUL, or OL_E_NOSPC (nothing useful written). */
OL_MUST int32_t ol_addr_encode(const struct ol_addr *addr, char *text, size_t cap);

#endif
