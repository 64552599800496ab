/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_NET_DNS_BUILD_H
#define TESTS_UNIT_NET_DNS_BUILD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "onelink/net/dns_message.h"

/* DNS messages by hand, for tests. Nothing of the codec under test is used. */

#define DNS_QR    0x8000U
#define DNS_AA    0x0400U
#define DNS_TC    0x0200U
#define DNS_RD    0x0100U
#define DNS_RA    0x0080U
#define DNS_USUAL (DNS_QR | DNS_RD | DNS_RA)

struct dns_msg {
    size_t len;
    uint8_t b[2048];
};

static inline void dns_u8(struct dns_msg *m, unsigned v)
{
    m->b[m->len++] = (uint8_t)v;
}

static inline void dns_u16(struct dns_msg *m, unsigned v)
{
    dns_u8(m, v >> 8);
    dns_u8(m, v & 0xFF);
}

static inline void dns_name(struct dns_msg *m, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, ".");
        dns_u8(m, (unsigned)len);
        memcpy(m->b + m->len, text, len);
        m->len += len;
        text += len + (text[len] == '.' ? 1 : 0);
    }
    dns_u8(m, 0);
}

static inline void dns_pointer(struct dns_msg *m, size_t pos)
{
    dns_u16(m, 0xC000U | (unsigned)pos);
}

/* Type, class IN, TTL, data length: what follows the name of a record. */
static inline void dns_record(struct dns_msg *m, unsigned type, uint32_t ttl,
                              size_t data_len)
{
    dns_u16(m, type);
    dns_u16(m, 1);
    dns_u16(m, ttl >> 16);
    dns_u16(m, ttl & 0xFFFF);
    dns_u16(m, (unsigned)data_len);
}

static inline void dns_a(struct dns_msg *m, uint32_t ttl, uint32_t addr)
{
    dns_record(m, 1, ttl, 4);
    dns_u16(m, addr >> 16);
    dns_u16(m, addr & 0xFFFF);
}

/* A CNAME record's rest with the target written out. Returns where the target is. */
static inline size_t dns_cname(struct dns_msg *m, uint32_t ttl, const char *target)
{
    dns_record(m, 5, ttl, strlen(target) + 2);
    size_t pos = m->len;
    dns_name(m, target);
    return pos;
}

static inline void dns_flags(struct dns_msg *m, unsigned flags, unsigned answers)
{
    m->b[2] = (uint8_t)(flags >> 8);
    m->b[3] = (uint8_t)flags;
    m->b[6] = (uint8_t)(answers >> 8);
    m->b[7] = (uint8_t)answers;
}

/* Header and question that answer a query, with room for records behind. */
static inline void dns_answer(struct dns_msg *m, const void *query, size_t query_len,
                              unsigned flags, unsigned answers)
{
    memcpy(m->b, query, query_len);
    m->len = query_len;
    dns_flags(m, flags, answers);
}

#endif
