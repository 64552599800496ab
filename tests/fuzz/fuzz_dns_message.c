/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/net/dns_message.h"
#include "tests/fuzz/fuzz.h"

static void check(const uint8_t *msg, size_t len, const uint8_t *query, size_t query_len)
{
    struct ol_dns_answer a;
    uint8_t next[OL_DNS_QUERY_CAP];
    int32_t rc = ol_dns_answer_decode(msg, len, query, query_len, &a);
    require(rc == OL_OK || rc == OL_E_PROTO);
    if (rc != OL_OK) {
        return;
    }
    require(a.addr_count <= OL_DNS_ADDRS_MAX && a.chain_len <= OL_DNS_CHAIN_MAX);
    require(a.ttl_s <= INT32_MAX || a.ttl_s == UINT32_MAX);
    require(a.alias_pos == 0 ||
            (a.addr_count == 0 && a.chain_len > 0 && a.alias_pos < len));
    require(a.rcode == 0 || a.addr_count == 0);
    if (a.alias_pos != 0) {
        int32_t n =
            ol_dns_query_encode_alias(msg, len, a.alias_pos, 7, next, sizeof next);
        require(n >= 12 + 1 + 4 && n <= OL_DNS_QUERY_CAP);
        require(ol_dns_answer_decode(next, (size_t)n, next, (size_t)n, &a) == OL_E_PROTO);
        next[2] |= 0x80; /* made an answer, the query answers itself with nothing */
        require(ol_dns_answer_decode(next, (size_t)n, next, (size_t)n, &a) == OL_OK);
    }
}

/* The input as a name to ask for: what is accepted comes back from the wire as it was. */
static void check_name(const uint8_t *data, size_t size)
{
    uint8_t query[OL_DNS_QUERY_CAP];
    struct ol_str name = ol_str_make(data, size);
    int32_t n = ol_dns_query_encode(name, 7, query, sizeof query);
    if (n == OL_E_ARG) {
        return;
    }
    if (data[size - 1] == '.') {
        name.len--;
    }
    require(n == (int32_t)name.len + 12 + 2 + 4);
    for (size_t i = 0, pos = 12; query[pos] != 0; pos += 1U + query[pos]) {
        require(memcmp(query + pos + 1, data + i, query[pos]) == 0);
        i += query[pos] + 1U;
    }
}

/* First the bytes as a message, then as the records behind a question that fits, so that
 * the fuzzer need not guess that one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t query[OL_DNS_QUERY_CAP];
    uint8_t *msg;
    int32_t n = ol_dns_query_encode(OL_STR("p.example"), 0x1234, query, sizeof query);
    require(n > 0);
    check(data, size, query, (size_t)n);
    check_name(data, size);
    if (size < 3) {
        return 0;
    }
    size_t len = (size_t)n + size - 3;
    msg = malloc(len);
    require(msg != NULL);
    memcpy(msg, query, (size_t)n);
    memcpy(msg + n, data + 3, size - 3);
    msg[2] = 0x80 | (data[0] & 7);
    msg[3] = data[1];
    msg[7] = data[2];
    check(msg, len, query, (size_t)n);
    free(msg);
    return 0;
}
