/* SPDX-License-Identifier: MIT */
#include "onelink/net/dns_cache.h"

#include <stdbool.h>
#include <string.h>

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_name(const struct ol_dns_cache_entry *e, struct ol_str name)
{
    if (e->addr_count == 0 || e->name_len != name.len) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (to_lower(e->name[i]) != to_lower(name.ptr[i])) {
            return false;
        }
    }
    return true;
}

const struct ol_dns_cache_entry *ol_dns_cache_find(const struct ol_dns_cache_entry *cache,
                                                   size_t count, struct ol_str name,
                                                   ol_ms now)
{
    for (size_t i = 0; i < count; i++) {
        if (now < cache[i].expires_at_ms && is_name(&cache[i], name)) {
            return &cache[i];
        }
    }
    return NULL;
}

/* A free entry expires at 0, so it comes before any other. */
static struct ol_dns_cache_entry *pick(struct ol_dns_cache_entry *cache, size_t count,
                                       struct ol_str name)
{
    struct ol_dns_cache_entry *best = cache;
    for (size_t i = 0; i < count; i++) {
        if (is_name(&cache[i], name)) {
            return &cache[i];
        }
        if (cache[i].expires_at_ms < best->expires_at_ms) {
            best = &cache[i];
        }
    }
    return best;
}

void ol_dns_cache_set(struct ol_dns_cache_entry *cache, size_t count, struct ol_str name,
                      const struct ol_dns_answer *answer, ol_ms now)
{
    if (count == 0 || answer->addr_count == 0 || answer->ttl_s == 0 || name.len == 0 ||
        name.len > OL_DNS_CACHE_NAME_MAX) {
        return;
    }
    uint32_t ttl_s =
        answer->ttl_s < OL_DNS_CACHE_TTL_MAX ? answer->ttl_s : OL_DNS_CACHE_TTL_MAX;
    struct ol_dns_cache_entry *e = pick(cache, count, name);
    e->expires_at_ms = ol_ms_add(now, (ol_ms)ttl_s * 1000U);
    e->addr_count = answer->addr_count;
    e->name_len = (uint8_t)name.len;
    memcpy(e->name, name.ptr, name.len);
    memcpy(e->addrs, answer->addrs, sizeof e->addrs);
}
