/* SPDX-License-Identifier: MIT */

/* What was seen: a history of values that lie in the future (a device that counts microseconds)
 * grew beyond --history-mb. Cause: a pass by size takes a part of the time between the oldest
 * value and now; for an oldest value after now that was a millisecond, one value in a pass through
 * all series, and at the end of time an overflow. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/store/retention.h"
#include "platform_store_world.h"

#define NOW INT64_C(1800000000000)

static struct store_world w;

/* Slices until the history is small enough. */
static int settle(int64_t max_bytes)
{
    struct ol_db_retention r = {.max_bytes = max_bytes};
    for (int i = 1; i < 100000; i++) {
        if (ol_db_retention_step(&w.db, &r, NOW) == OL_DB_RETENTION_IDLE_MS) {
            assert_true(ol_db_bytes_used(&w.db) <= max_bytes);
            return i;
        }
    }
    fail_msg("retention does not come to an end");
    return 0;
}

static void fill(int64_t first, int64_t step)
{
    for (int64_t i = 0; i < 20000; i++) {
        store_world_put(&w, w.device, 0, first + i * step, "23.6");
    }
    store_world_commit(&w);
}

static void microseconds_go_like_milliseconds(void **state)
{
    (void)state;
    store_world_open(&w);
    fill(NOW - 20000000, 1000);
    int past = settle(ol_db_bytes_used(&w.db) / 2);
    store_world_close(&w);
    store_world_open(&w);
    fill(NOW * 1000, 1000000);
    assert_in_range(settle(ol_db_bytes_used(&w.db) / 2), 1, 2 * past);
    store_world_close(&w);
}

static void so_does_the_end_of_time(void **state)
{
    (void)state;
    store_world_open(&w);
    fill(INT64_MAX - 19999, 1);
    (void)settle(ol_db_bytes_used(&w.db) / 2);
    assert_int_equal(store_world_int(&w, "SELECT max(time) = 9223372036854775807 FROM"
                                         " history"),
                     1);
    store_world_close(&w);
}

/* One value of the future does not cost the others theirs. */
static void they_do_not_widen_the_span(void **state)
{
    (void)state;
    store_world_open(&w);
    fill(NOW - 20000000, 1000);
    store_world_put(&w, w.device, 0, NOW * 1000, "1");
    store_world_commit(&w);
    (void)settle(ol_db_bytes_used(&w.db) * 3 / 4);
    assert_in_range(store_world_int(&w, "SELECT count(*) FROM history"), 12000, 16000);
    store_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(microseconds_go_like_milliseconds),
        cmocka_unit_test(so_does_the_end_of_time),
        cmocka_unit_test(they_do_not_widen_the_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
