/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/agent/backoff.h"
#include "onelink/agent/cause.h"
#include "onelink/agent/queue.h"

static int32_t append(struct ol_queue *q, uint16_t property, const char *value)
{
    struct ol_writer w;
    struct ol_queue_record record = {.property = property,
                                           .time_ms = 1000 + property};
    int32_t rc = ol_queue_append_begin(q, &w);

    if (rc != OL_OK) {
        return rc;
    }
    ol_writer_str(&w, ol_str_from(value));
    return ol_queue_append_commit(q, &record, &w);
}

static void mark(struct ol_queue *q, uint16_t property, enum ol_queue_state state)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    for (uint32_t pos = 0; ol_queue_next(q, &pos, &r); at = pos) {
        if (r.property == property) {
            r.state = (uint8_t)state;
            ol_queue_set(q, at, &r);
        }
    }
}

static void keeps_order_and_values(void **state)
{
    uint8_t mem[200];
    struct ol_queue q;
    struct ol_queue_record r;
    uint32_t pos = 0;

    (void)state;
    ol_queue_init(&q, mem, sizeof mem);
    assert_int_equal(append(&q, 1, "23.5"), OL_OK);
    assert_int_equal(append(&q, 2, ""), OL_OK);
    assert_int_equal(append(&q, 3, "\"text\""), OL_OK);
    for (uint16_t i = 1; i <= 3; i++) {
        uint32_t at = pos;
        assert_true(ol_queue_next(&q, &pos, &r));
        assert_int_equal(r.property, i);
        assert_int_equal(r.time_ms, 1000 + i);
        assert_int_equal(ol_queue_value(&q, at).len, r.value_len);
    }
    assert_false(ol_queue_next(&q, &pos, &r));
    assert_int_equal(ol_queue_pending(&q), 3);
}

static void fills_to_the_last_byte_and_refuses(void **state)
{
    uint8_t mem[2 * OL_QUEUE_RECORD_LEN + 5];
    struct ol_queue q;

    (void)state;
    ol_queue_init(&q, mem, sizeof mem);
    assert_int_equal(append(&q, 1, "123456"), OL_OK);
    assert_int_equal(append(&q, 2, "1"), OL_E_NOSPC);
    assert_int_equal(ol_queue_pending(&q), 1);
    ol_queue_init(&q, mem, sizeof mem);
    assert_int_equal(append(&q, 1, "12"), OL_OK);
    assert_int_equal(append(&q, 2, "3456"), OL_E_NOSPC); /* one byte too many */
    assert_int_equal(append(&q, 2, "345"), OL_OK);
    assert_int_equal(q.len, sizeof mem);
    assert_int_equal(append(&q, 3, ""), OL_E_NOSPC);
}

static void compacts_what_is_dead(void **state)
{
    uint8_t mem[200];
    struct ol_queue q;
    struct ol_queue_record r;
    uint32_t pos = 0;

    (void)state;
    ol_queue_init(&q, mem, sizeof mem);
    for (uint16_t i = 0; i < 5; i++) {
        assert_int_equal(append(&q, i, i == 2 ? "two" : "other"), OL_OK);
    }
    mark(&q, 0, OL_QUEUE_DEAD);
    mark(&q, 3, OL_QUEUE_DEAD);
    mark(&q, 4, OL_QUEUE_LAST);
    assert_int_equal(q.count[OL_QUEUE_DEAD], 2);
    ol_queue_compact(&q);
    assert_int_equal(q.len, 3 * OL_QUEUE_RECORD_LEN + 5 + 3 + 5);
    assert_int_equal(ol_queue_pending(&q), 2);
    assert_true(ol_queue_next(&q, &pos, &r));
    assert_int_equal(r.property, 1);
    struct ol_str value = ol_queue_value(&q, pos);
    assert_true(ol_str_equal(value, OL_STR("two")));
    uint32_t len = q.len;
    ol_queue_compact(&q); /* nothing is dead */
    assert_int_equal(q.len, len);
}

static void waits_two_seconds_and_doubles(void **state)
{
    struct ol_backoff b = {0};
    static const uint32_t tops[] = {4000, 6000, 10000, 18000, 34000, 60000, 60000, 60000};

    (void)state;
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        struct ol_backoff copy = b;
        assert_int_equal(ol_backoff_next_ms(&copy, 0), 2000);
        assert_int_equal(ol_backoff_next_ms(&b, UINT32_MAX), tops[i]);
    }
    ol_backoff_reset(&b);
    assert_int_equal(ol_backoff_next_ms(&b, UINT32_MAX), 4000);
}

static void waits_five_minutes_when_rejected(void **state)
{
    (void)state;
    assert_int_equal(ol_backoff_rejected_ms(0), 300000);
    assert_int_equal(ol_backoff_rejected_ms(UINT32_MAX), 330000);
}

static void has_words_for_every_cause(void **state)
{
    (void)state;
    for (int i = OL_AGENT_CAUSE_NONE; i <= OL_AGENT_CAUSE_LOCAL; i++) {
        assert_string_not_equal(ol_agent_cause_str((enum ol_agent_cause)i), "unknown");
    }
    for (int i = 0; i < OL_AGENT_HINTS_MAX; i++) {
        assert_string_not_equal(ol_agent_hint_str((enum ol_agent_hint)i), "unknown");
    }
    assert_string_equal(ol_agent_cause_str((enum ol_agent_cause)99), "unknown");
    assert_string_equal(ol_agent_hint_str((enum ol_agent_hint)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_and_values),
        cmocka_unit_test(fills_to_the_last_byte_and_refuses),
        cmocka_unit_test(compacts_what_is_dead),
        cmocka_unit_test(waits_two_seconds_and_doubles),
        cmocka_unit_test(waits_five_minutes_when_rejected),
        cmocka_unit_test(has_words_for_every_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
