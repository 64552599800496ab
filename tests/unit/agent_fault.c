/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

/* The name server's answer to what was asked last. */
static void serve_dns(void)
{
    static const uint8_t record[16] = {0xC0, 12, 0, 1, 0,   1, 0, 0,
                                       0,    60, 0, 4, 192, 0, 2, 80};
    struct bench_datagram *d = &b.waiting;

    if (b.sent.len == 0 || !b.udp_open) {
        return;
    }
    *d = b.sent;
    b.sent.len = 0;
    d->bytes[2] = 0x81;
    d->bytes[3] = 0x80;
    d->bytes[7] = 1;
    memcpy(d->bytes + d->len, record, sizeof record);
    d->len += sizeof record;
    d->peer.port = 53;
}

/* From the cable to a delivered sample. */
static void run_to_delivery(void)
{
    ol_ms end = b.now + 200000;

    b.is_lively = true;
    bench_open(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    while (ol_agent_get_waiting(&b.agent) > 0) {
        serve_dns();
        bench_serve(&b);
        b.now = ol_ms_min(ol_agent_deadline(&b.agent), b.now + 100);
        bench_turn(&b);
        bench_forget(&b);
        assert_true(b.now < end);
    }
    assert_int_equal(ol_agent_get_stats(&b.agent)->delivered, 1);
}

/* Each call of the port fails once, one after the other: the sample gets through all the same. */
static void any_call_may_fail(void **state)
{
    unsigned failed = 0;
    unsigned calls = 1;

    (void)state;
    for (unsigned n = 1; n <= calls; n++) {
        bench_init(&b, bench_start_ms);
        b.config.host = OL_STR("mqtt.example");
        b.fail_at = n;
        run_to_delivery();
        calls = b.calls;
        failed++;
        if (b.calls < n) {
            break;
        }
    }
    assert_in_range(failed, 10, 1000);
}

/* The key is changed under the agent: no token can be made, and that is told. */
static void a_token_that_cannot_be_made_is_told(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_open(&b);
    b.config.key = OL_STR("$$$");
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    b.stream_state = OL_OK;
    bench_turn(&b);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_REJECTED);
    assert_non_null(e);
    assert_int_equal(e->ev.rejected.code, 0);
    assert_int_equal(e->ev.rejected.error, OL_ONENET_TOKEN_KEY_CHAR);
    assert_int_equal(ol_agent_get_stats(&b.agent)->logins, 0);
}

/* A stream that is still closing is asked again. */
static void a_closing_stream_is_waited_for(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_open(&b);
    b.open_result = OL_E_AGAIN;
    bench_pass(&b, 300);
    assert_in_range(b.opens, 4, 8);
    b.open_result = OL_OK;
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, 100);
    unsigned opens = b.opens;
    bench_pass(&b, 300);
    assert_int_equal(b.opens, opens);
}

/* Every byte of the broker's answers alone. */
static void any_split_of_the_answers(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    b.stream_state = OL_OK;
    bench_turn(&b);
    static const char answers[] = "\x20\x02\x00\x00"
                                  "\x90\x04\x00\x01\x00\x00";
    for (size_t i = 0; i < sizeof answers - 1; i++) {
        b.in[0] = (uint8_t)answers[i];
        b.in_len = 1;
        bench_turn(&b);
    }
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_ONLINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_call_may_fail),
        cmocka_unit_test(a_token_that_cannot_be_made_is_told),
        cmocka_unit_test(a_closing_stream_is_waited_for),
        cmocka_unit_test(any_split_of_the_answers),
    };
    int failed = 0;

    BENCH_RUN(tests, failed);
    return failed;
}
