/* SPDX-License-Identifier: MIT */

/* What was seen: a device that came, went and came again within a millisecond had never gone, by
 * its status history; and after the clock of the machine was set back, the state of a device told
 * since when and why of a change long before its last. Cause: the time of a change was its key and
 * its order at once, the third change of a millisecond took the place of the second, and what the
 * fast clock had stamped stayed the newest. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/store/history.h"
#include "platform_store_world.h"

#define NOW  INT64_C(1800000000000)
#define YEAR (INT64_C(365) * 86400000)

static struct store_world w;

static void change(int64_t time_ms, enum ol_presence state)
{
    const struct ol_store_presence p = {.device = w.device,
                                        .product = w.product,
                                        .state = state,
                                        .time_ms = time_ms,
                                        .last_seen_ms = time_ms};
    assert_int_equal(w.store.ops->put_presence(w.store.ctx, &p), OL_OK);
}

/* on, off, on ...; the newest at `newest`. */
static void expect(int64_t count, int64_t newest, bool online)
{
    store_world_commit(&w);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM presence"), count);
    assert_int_equal(store_world_int(&w, "SELECT max(time) FROM presence"), newest);
    assert_int_equal(
        store_world_int(&w, "SELECT online FROM presence ORDER BY time DESC"), online);
    assert_int_equal(store_world_int(&w,
                                     "SELECT count(*) FROM (SELECT online - lag(online)"
                                     " OVER (ORDER BY time) AS d FROM presence) WHERE"
                                     " d = 0"),
                     0);
}

static int set_up(void **state)
{
    (void)state;
    store_world_open(&w);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_world_close(&w);
    return 0;
}

static void within_a_millisecond(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) {
        change(NOW, i % 2 == 0 ? OL_PRESENCE_ONLINE : OL_PRESENCE_OFFLINE);
    }
    expect(7, NOW + 6, true);
}

static void a_clock_set_back_by_a_little(void **state)
{
    (void)state;
    change(NOW, OL_PRESENCE_ONLINE);
    change(NOW - 2000, OL_PRESENCE_OFFLINE);
    change(NOW - 1000, OL_PRESENCE_ONLINE);
    expect(3, NOW + 2, true);
    change(NOW + 1000, OL_PRESENCE_OFFLINE);
    expect(4, NOW + 1000, false);
}

static void a_clock_that_was_far_ahead(void **state)
{
    (void)state;
    change(NOW - 1000, OL_PRESENCE_ONLINE);
    change(NOW - 500, OL_PRESENCE_OFFLINE);
    change(NOW + 50 * YEAR, OL_PRESENCE_ONLINE);
    change(NOW, OL_PRESENCE_OFFLINE);
    assert_int_equal(store_world_int(&w, "SELECT max(time) FROM presence"), NOW);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM presence"), 3);
    change(NOW + 50 * YEAR, OL_PRESENCE_ONLINE);
    change(NOW + 5, OL_PRESENCE_OFFLINE);
    store_world_commit(&w);
    assert_int_equal(
        store_world_int(&w, "SELECT online FROM presence ORDER BY time DESC"), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(within_a_millisecond),
        CASE(a_clock_set_back_by_a_little),
        CASE(a_clock_that_was_far_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
