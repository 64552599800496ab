/* SPDX-License-Identifier: MIT */

/* What was seen: a time server that answered with a date of the past once, and rightly ever since,
 * kept a device from logging in for up to an hour. Cause: what a time server had said was beyond
 * doubt, so a rejected login did not have it asked again. Found by comparing with the design. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static void put_stamp(uint8_t *out, int64_t unix_ms)
{
    uint64_t s = (uint64_t)(unix_ms / 1000) + UINT64_C(2208988800);

    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(s >> (24 - 8 * i));
        out[4 + i] = 0;
    }
}

static void answer_ntp(int64_t unix_ms)
{
    struct bench_datagram *d = &b.waiting;

    assert_int_equal(b.sent.peer.port, 123);
    memset(d->bytes, 0, 48);
    d->peer = b.sent.peer;
    d->len = 48;
    d->bytes[0] = 0x24;
    d->bytes[1] = 1;
    put_stamp(d->bytes + 16, unix_ms);
    memcpy(d->bytes + 24, b.sent.bytes + 40, 8);
    put_stamp(d->bytes + 32, unix_ms);
    put_stamp(d->bytes + 40, unix_ms);
    bench_turn(&b);
}

static void connect_and_read(const char *expiry)
{
    b.stream_state = OL_OK;
    b.out_pos = b.out_len;
    bench_turn(&b);
    assert_true(bench_has_text(bench_read(&b).connect.password, expiry));
}

static void a_rejection_has_the_time_server_asked_again(void **state)
{
    (void)state;
    bench_init(&b, 1000);
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.ntp[0] = OL_STR("192.0.2.5");
    b.is_lively = true;
    bench_open(&b);
    bench_turn(&b);
    answer_ntp(INT64_C(1710000000000));
    connect_and_read("&et=1712592000&"); /* 30 days later, long ago */
    bench_connack(&b, OL_MQTT_REFUSED_CREDENTIALS);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_BACKOFF);
    unsigned asked = b.sent_count;
    bench_until(&b, OL_AGENT_CLOCK, 331000);
    assert_int_equal(b.sent_count, asked + 1);
    answer_ntp(BENCH_UNIX_MS);
    connect_and_read("&et=1762592000&");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rejection_has_the_time_server_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
