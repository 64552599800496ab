/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_NET_DNS_CACHE_H
#define ONELINK_NET_DNS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/time.h"
#include "onelink/net/dns_message.h"

/* Names and their addresses for as long as the TTL allows, in a table of the caller's:
 *
 *     entry = ol_dns_cache_find(cache, count, name, now);
 *     without one, look it up (onelink/net/dns.h), and then
 *     ol_dns_cache_set(cache, count, name, &answer, now);
 *
 * Zero the table at first and whenever the network changes. */

#define OL_DNS_CACHE_NAME_MAX 63    /* longer names are not cached */
#define OL_DNS_CACHE_TTL_MAX  86400 /* seconds; a longer TTL counts as this */

/* One remembered name. All zero means free. The caller owns an array of them. */
struct ol_dns_cache_entry {
    ol_ms expires_at_ms;
    struct ol_addr addrs[OL_DNS_ADDRS_MAX];
    uint8_t addr_count; /* 0: free */
    uint8_t name_len;
    char name[OL_DNS_CACHE_NAME_MAX];
};

/* The entry of `name` (letter case does not matter, RFC 4343) that has not expired at
 * `now`, or NULL. */
const struct ol_dns_cache_entry *ol_dns_cache_find(const struct ol_dns_cache_entry *cache,
                                                   size_t count, struct ol_str name,
                                                   ol_ms now);

/* Remembers the addresses of an answer for `name` until its TTL has passed, in place of
 * the same name, a free entry, or the one that expires first. Does nothing when the
 * answer has no address or a TTL of 0 (RFC 1035 3.2.1), or the name is too long. */
void ol_dns_cache_set(struct ol_dns_cache_entry *cache, size_t count, struct ol_str name,
                      const struct ol_dns_answer *answer, ol_ms now);

#endif
