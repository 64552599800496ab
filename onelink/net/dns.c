/* SPDX-License-Identifier: MIT */
#include "onelink/net/dns.h"

#include <string.h>

#include "onelink/net/dice.h"

#define ROUND_MS      2000U
#define ROUND_MAX_MS  8000U
#define ROUNDS        3U
#define LITERAL_TTL_S 86400U

static uint16_t next_id(struct ol_dns *d)
{
    return (uint16_t)(ol_net_dice(&d->random) >> 16);
}

static OL_NOINLINE void finish(struct ol_dns *d, int32_t status)
{
    d->status = status;
    d->has_output = false;
    d->try_until_ms = OL_NEVER;
}

/* An answer counts from now on, also when the datagram cannot be sent at all. */
static void begin_try(struct ol_dns *d, ol_ms now)
{
    d->has_output = true;
    d->try_until_ms = ol_ms_add(now, d->try_ms);
}

/* A round takes the same time with one server or three: each has its share. */
static uint16_t share(const struct ol_dns *d, uint16_t round_ms, uint16_t fallback)
{
    static const uint16_t parts[OL_DNS_SERVERS_MAX] = {0xFFFF, 0x8000,
                                                       0x5555}; /* of 2^16 */
    uint32_t ms = round_ms != 0 ? round_ms : fallback;

    return (uint16_t)(((ms + 1) * parts[d->server_count - 1]) >> 16);
}

int32_t ol_dns_init(struct ol_dns *d, const struct ol_dns_config *config)
{
    memset(d, 0, sizeof *d);
    d->server_count = ol_net_servers_set(d->servers, config->servers, OL_DNS_PORT);
    if (d->server_count == 0) {
        return OL_E_ARG;
    }
    d->try_min_ms = share(d, config->round_ms, ROUND_MS);
    d->try_max_ms = share(d, config->round_max_ms, ROUND_MAX_MS);
    d->round_count = config->round_count != 0 ? config->round_count : ROUNDS;
    ol_dns_close(d);
    return OL_OK;
}

int32_t ol_dns_open(struct ol_dns *d, struct ol_str name, uint32_t random, ol_ms now)
{
    ol_dns_close(d);
    d->random = random;
    int32_t len = ol_dns_query_encode(name, next_id(d), d->query, sizeof d->query);
    if (len < 0) {
        return OL_E_ARG;
    }
    memset(&d->answer, 0, sizeof d->answer);
    d->answer.ttl_s = LITERAL_TTL_S;
    if (ol_addr_decode(name, 0, &d->answer.addrs[0]) == OL_OK) {
        d->answer.addr_count = 1;
        finish(d, OL_OK);
        return OL_OK;
    }
    d->query_len = (uint16_t)len;
    d->server = 0;
    d->asked = 0;
    d->chain_len = 0;
    d->rcode = OL_DNS_NOERROR;
    d->ttl_s = UINT32_MAX;
    d->try_ms = d->try_min_ms;
    d->rounds_left = d->round_count;
    d->status = OL_E_AGAIN;
    begin_try(d, now);
    return OL_OK;
}

void ol_dns_close(struct ol_dns *d)
{
    finish(d, OL_E_CLOSED);
}

void ol_dns_step(struct ol_dns *d, ol_ms now)
{
    if (d->status != OL_E_AGAIN || now < d->try_until_ms) {
        return;
    }
    d->server++;
    if (d->server == d->server_count) {
        d->server = 0;
        d->rounds_left--;
        bool is_high = d->try_ms > d->try_max_ms / 2;
        d->try_ms = is_high ? d->try_max_ms : (uint16_t)(2 * d->try_ms);
    }
    if (d->rounds_left == 0) {
        d->answer.addr_count = 0;
        d->answer.rcode = d->rcode;
        finish(d, OL_E_TIMEOUT);
        return;
    }
    begin_try(d, now);
}

const uint8_t *ol_dns_output(const struct ol_dns *d, struct ol_addr *to, size_t *len)
{
    if (!d->has_output) {
        return NULL;
    }
    *to = d->servers[d->server];
    *len = d->query_len;
    return d->query;
}

void ol_dns_output_done(struct ol_dns *d, ol_ms now)
{
    if (d->has_output) {
        begin_try(d, now);
        d->has_output = false;
        d->asked |= (uint8_t)(1U << d->server);
    }
}

/* The index of a server that has the running query, or server_count. */
static uint8_t find_server(const struct ol_dns *d, const struct ol_addr *from)
{
    uint8_t i = 0;
    while (i < d->server_count && (((uint32_t)d->asked >> i & 1U) == 0 ||
                                   !ol_addr_equal(from, &d->servers[i]))) {
        i++;
    }
    return i;
}

/* The chain ends at a name that the server told nothing about: ask for that one. */
static void ask_alias(struct ol_dns *d, const void *data, size_t len, ol_ms now)
{
    int32_t n = ol_dns_query_encode_alias(data, len, d->answer.alias_pos, next_id(d),
                                          d->query, sizeof d->query);
    if (n < 0 || d->chain_len > OL_DNS_CHAIN_MAX) {
        finish(d, OL_E_NOENT);
        return;
    }
    d->query_len = (uint16_t)n;
    d->asked = 0;
    begin_try(d, now);
}

/* This server cannot help. The next one of the round is asked at once; behind the last
 * one the time of its try runs out first, so that nobody is asked in a tight loop. */
static void pass_over(struct ol_dns *d, uint8_t server, ol_ms now)
{
    d->rcode = d->answer.rcode;
    if (server == d->server && server + 1 < d->server_count) {
        d->server++;
        begin_try(d, now);
    }
}

/* Goes on as the decoded answer without an error code says. */
static void take_answer(struct ol_dns *d, uint8_t server, const void *data, size_t len,
                        ol_ms now)
{
    struct ol_dns_answer *a = &d->answer;
    d->chain_len = (uint8_t)(d->chain_len + a->chain_len);
    if (d->ttl_s > a->ttl_s) {
        d->ttl_s = a->ttl_s;
    }
    a->ttl_s = d->ttl_s;
    if (a->addr_count > 0) {
        finish(d, OL_OK);
    } else if (a->alias_pos != 0) {
        ask_alias(d, data, len, now);
    } else if (a->is_conclusive) {
        finish(d, OL_E_NOENT);
    } else {
        pass_over(d, server, now);
    }
}

bool ol_dns_input(struct ol_dns *d, const struct ol_addr *from, const void *data,
                  size_t len, ol_ms now)
{
    if (d->status != OL_E_AGAIN) {
        return false;
    }
    uint8_t server = find_server(d, from);
    if (server == d->server_count ||
        ol_dns_answer_decode(data, len, d->query, d->query_len, &d->answer) != OL_OK) {
        return false;
    }
    if (d->answer.rcode == OL_DNS_NOERROR) {
        take_answer(d, server, data, len, now);
    } else if (d->answer.rcode == OL_DNS_NXDOMAIN) {
        finish(d, OL_E_NOENT);
    } else {
        pass_over(d, server, now);
    }
    return true;
}

ol_ms ol_dns_deadline(const struct ol_dns *d)
{
    return d->try_until_ms;
}

int32_t ol_dns_get_answer(const struct ol_dns *d, struct ol_dns_answer *out)
{
    if (d->status != OL_E_AGAIN && d->status != OL_E_CLOSED) {
        *out = d->answer;
    }
    return d->status;
}
