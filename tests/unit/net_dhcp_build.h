/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_NET_DHCP_BUILD_H
#define TESTS_UNIT_NET_DHCP_BUILD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "onelink/net/dhcp_message.h"

/* What a DHCP server says, for tests: written from RFC 2131 without the client's codec. */

struct answer {
    uint8_t type;
    uint32_t address; /* 0: that of the pool */
    uint32_t server;
    uint32_t lease_s;
    uint32_t renew_s;
    uint32_t rebind_s;
    const uint8_t *more; /* further options, with their end */
    size_t more_len;
};

static inline void put_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline size_t put_option(uint8_t *m, size_t at, uint8_t code, uint32_t value)
{
    m[at] = code;
    m[at + 1] = 4;
    put_u32(m + at + 2, value);
    return at + 6;
}

#define SERVER 0xC0A80101u /* 192.168.1.1 */
#define POOL   0xC0A80132u /* 192.168.1.50 */

/* The answer to a request, into m[OL_DHCP_MESSAGE_MAX]. Returns its length. */
static inline size_t build(const uint8_t *request, const struct answer *a, uint8_t *m)
{
    size_t at = 240;

    memset(m, 0, OL_DHCP_MESSAGE_MAX);
    m[0] = 2;
    m[1] = 1;
    m[2] = 6;
    memcpy(m + 4, request + 4, 4); /* xid */
    if (a->type != OL_DHCP_NAK) {
        put_u32(m + 16, a->address != 0 ? a->address : POOL);
    }
    memcpy(m + 28, request + 28, 6);
    put_u32(m + 236, 0x63825363);
    m[at] = 53;
    m[at + 1] = 1;
    m[at + 2] = a->type;
    at += 3;
    at = put_option(m, at, 54, a->server != 0 ? a->server : SERVER);
    if (a->type != OL_DHCP_NAK) {
        at = put_option(m, at, 1, 0xFFFFFF00);
        at = put_option(m, at, 51, a->lease_s != 0 ? a->lease_s : 3600);
        at = a->renew_s != 0 ? put_option(m, at, 58, a->renew_s) : at;
        at = a->rebind_s != 0 ? put_option(m, at, 59, a->rebind_s) : at;
    }
    if (a->more_len > 0) {
        memcpy(m + at, a->more, a->more_len);
        at += a->more_len;
    }
    m[at] = 255;
    return at + 1;
}

#endif
