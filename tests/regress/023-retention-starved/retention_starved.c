/* SPDX-License-Identifier: MIT */

/* What was seen: with --history-days and very many series the history grew beyond --history-mb.
 * Cause: a pass by age was due a minute after the last one had begun; where it takes longer than
 * that, as with some 400,000 series, the next began at once and the size was never looked at.
 * Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "platform/store/retention.h"
#include "platform_store_world.h"

#define NOW    INT64_C(1800000000000)
#define DAY    INT64_C(86400000)
#define SERIES 1000

static struct store_world w;

/* Slices that take a second each stand for four hundred times as many series. */
static void size_has_its_turn(void **state)
{
    (void)state;
    store_world_open(&w);
    for (int64_t d = 0; d < SERIES; d++) {
        for (int64_t i = 0; i < 20; i++) {
            store_world_put(&w, d + 1, 0, NOW - DAY + i * 1000000, "23.6");
        }
    }
    store_world_commit(&w);
    struct ol_db_retention r = {.max_age_ms = 30 * DAY,
                                .max_bytes = ol_db_bytes_used(&w.db) / 2};
    int64_t now = NOW;
    for (int i = 0; i < 100000 && ol_db_bytes_used(&w.db) > r.max_bytes; i++) {
        int64_t wait = ol_db_retention_step(&w.db, &r, now);
        now += wait == OL_DB_RETENTION_BUSY_MS ? 5000 : wait;
        assert_true(i < 20000);
    }
    store_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_has_its_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
