/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/net/sntp.h"
#include "tests/fuzz/fuzz.h"

/* The SNTP client under a hostile network and an odd caller: the input is a list of
 * commands. */

struct run {
    struct fuzz_input in;
    ol_ms now;
    struct ol_sntp sntp;
    struct ol_sntp_config config;
    uint8_t request[OL_SNTP_MESSAGE_LEN];
};

static void check(const struct run *r)
{
    struct ol_sntp_sample s;
    struct ol_addr to;
    size_t len = 0;
    int32_t rc = ol_sntp_get_sample(&r->sntp, &s);
    require(rc == OL_OK || rc == OL_E_AGAIN || rc == OL_E_TIMEOUT || rc == OL_E_AUTH ||
            rc == OL_E_CLOSED);
    if (rc == OL_OK) {
        require(s.wall.quality == OL_CLOCK_SYNCED && s.stratum >= 1 && s.stratum <= 15);
        require(s.wall.unix_ms >= INT64_C(1704067200000) && s.at_ms <= r->now);
        require(s.error_ms >= 1 && s.error_ms <= 1501);
    }
    if (ol_sntp_is_busy(&r->sntp)) {
        require(ol_sntp_deadline(&r->sntp) != OL_NEVER);
    }
    if (ol_sntp_output(&r->sntp, &to, &len) != NULL) {
        require(ol_sntp_is_busy(&r->sntp) && len == OL_SNTP_MESSAGE_LEN &&
                to.port == 123);
    }
}

static void send_out(struct run *r)
{
    struct ol_addr to;
    size_t len;
    const uint8_t *out = ol_sntp_output(&r->sntp, &to, &len);
    if (out != NULL) {
        memcpy(r->request, out, sizeof r->request);
        ol_sntp_output_done(&r->sntp, r->now);
    }
}

/* Bytes of the input, with what makes them an answer put in unless it says otherwise. */
static void give(struct run *r)
{
    uint8_t head = fuzz_next(&r->in);
    size_t want = fuzz_next(&r->in) % 80;
    size_t len = want < r->in.left ? want : r->in.left;
    uint8_t *msg = malloc(len + 1);
    require(msg != NULL);
    memcpy(msg, r->in.data, len);
    r->in.data += len;
    r->in.left -= len;
    if (len >= OL_SNTP_MESSAGE_LEN && (head & 0x80) == 0) {
        msg[0] = (uint8_t)((msg[0] & 0xC0) | 0x24);
        memcpy(msg + 24, r->request + 40, 8);
    }
    (void)ol_sntp_input(&r->sntp, &r->config.servers[head & 1], msg, len, r->now);
    free(msg);
}

static void command(struct run *r)
{
    static const uint8_t random[OL_SNTP_RANDOM_LEN] = {1, 2, 3};
    switch (fuzz_next(&r->in) % 8) {
    case 0:
        ol_sntp_open(&r->sntp, random, r->now);
        break;
    case 1:
        r->now += fuzz_next(&r->in);
        break;
    case 2:
        r->now = ol_ms_add(r->now, (ol_ms)fuzz_next(&r->in) << 10);
        break;
    case 3:
        ol_sntp_step(&r->sntp, r->now);
        break;
    case 4:
        send_out(r);
        break;
    case 5:
        if (fuzz_next(&r->in) == 0) {
            ol_sntp_close(&r->sntp);
        }
        break;
    default:
        give(r);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run r = {.in = {data, size}, .now = UINT32_MAX - 1000};
    r.config.servers[0] = ol_addr_ipv4(192, 0, 2, 1, 123);
    r.config.servers[1] = ol_addr_ipv4(192, 0, 2, 2, 123);
    require(ol_sntp_init(&r.sntp, &r.config) == OL_OK);
    while (r.in.left > 0) {
        command(&r);
        check(&r);
    }
    return 0;
}
