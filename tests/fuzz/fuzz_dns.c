/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/net/dns.h"
#include "tests/fuzz/fuzz.h"

/* The resolver under a hostile network and an odd caller: the input is a list of
 * commands. */

struct run {
    struct fuzz_input in;
    ol_ms now;
    struct ol_dns dns;
    struct ol_dns_config config;
    uint8_t query[OL_DNS_QUERY_CAP]; /* the last datagram that went out */
    size_t query_len;
};

static void check(const struct run *r)
{
    struct ol_dns_answer a;
    struct ol_addr to;
    size_t len = 0;
    int32_t rc = ol_dns_get_answer(&r->dns, &a);
    int is_busy = rc == OL_E_AGAIN;
    require(is_busy || rc == OL_OK || rc == OL_E_NOENT || rc == OL_E_TIMEOUT ||
            rc == OL_E_CLOSED);
    require(rc != OL_OK || (a.addr_count >= 1 && a.addr_count <= OL_DNS_ADDRS_MAX));
    require(is_busy == (ol_dns_deadline(&r->dns) != OL_NEVER));
    if (ol_dns_output(&r->dns, &to, &len) != NULL) {
        require(is_busy && len > 12 && len <= OL_DNS_QUERY_CAP && to.port != 0);
    }
}

static void open_name(struct run *r)
{
    static const char *const names[] = {"p.example", "a",          "www.example.com",
                                        "192.0.2.1", "p.example.", "bad name",
                                        "",          "P.EXAMPLE"};
    uint8_t pick = fuzz_next(&r->in);
    struct ol_str name = ol_str_from(names[pick % 8]);
    int32_t rc = ol_dns_open(&r->dns, name, (uint32_t)pick * 0x01010101U, r->now);
    require(rc == OL_OK || rc == OL_E_ARG);
}

static void send_out(struct run *r)
{
    struct ol_addr to;
    const uint8_t *out = ol_dns_output(&r->dns, &to, &r->query_len);
    if (out == NULL) {
        r->query_len = 0;
        return;
    }
    memcpy(r->query, out, r->query_len);
    ol_dns_output_done(&r->dns, r->now);
}

/* An answer to the last datagram, with flags, count and records of the input's choice. */
static void give(struct run *r)
{
    uint8_t head = fuzz_next(&r->in);
    uint8_t flags = fuzz_next(&r->in);
    size_t want = fuzz_next(&r->in);
    size_t len = want < r->in.left ? want : r->in.left;
    uint8_t *msg = malloc(r->query_len + len + 1);
    require(msg != NULL);
    memcpy(msg, r->query, r->query_len);
    memcpy(msg + r->query_len, r->in.data, len);
    r->in.data += len;
    r->in.left -= len;
    if (r->query_len > 12 && (head & 0x80) == 0) {
        msg[2] = 0x80 | (head & 2);
        msg[3] = flags;
        msg[7] = head >> 2 & 7;
    }
    struct ol_addr from = r->config.servers[head & 1];
    from.port = (head & 0x40) != 0 ? 54 : 53;
    (void)ol_dns_input(&r->dns, &from, msg, r->query_len + len, r->now);
    free(msg);
}

static void command(struct run *r)
{
    switch (fuzz_next(&r->in) % 8) {
    case 0:
        open_name(r);
        break;
    case 1:
        r->now += fuzz_next(&r->in);
        break;
    case 2:
        r->now = ol_ms_add(r->now, (ol_ms)fuzz_next(&r->in) << 8);
        break;
    case 3:
        ol_dns_step(&r->dns, r->now);
        break;
    case 4:
        send_out(r);
        break;
    case 5:
        ol_dns_close(&r->dns);
        break;
    default:
        give(r);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run r = {.in = {data, size}, .now = UINT32_MAX - 1000};
    r.config.servers[0] = ol_addr_ipv4(192, 0, 2, 1, 0);
    r.config.servers[1] = ol_addr_ipv4(192, 0, 2, 2, 0);
    require(ol_dns_init(&r.dns, &r.config) == OL_OK);
    while (r.in.left > 0) {
        command(&r);
        check(&r);
    }
    /* Left alone, every lookup ends. */
    for (int i = 0; i < 8; i++) {
        ol_dns_step(&r.dns, ol_dns_deadline(&r.dns));
    }
    require(ol_dns_deadline(&r.dns) == OL_NEVER);
    check(&r);
    return 0;
}
