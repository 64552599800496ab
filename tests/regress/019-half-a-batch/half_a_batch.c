/* SPDX-License-Identifier: MIT */

/* What was seen: after a full disk had ended a batch, values of the same turn that came later were
 * stored one by one although their devices were told nothing, so that they sent them twice. Cause:
 * SQLite takes a whole transaction back when the disk is full; that was noted for the commit, but
 * the next value was put all the same, outside of any transaction. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <string.h>

#include "platform_store_world.h"

static struct store_world w;

static int32_t put(int64_t time_ms, const char *value)
{
    const struct ol_store_sample sample = {.device = w.device,
                                           .product = w.product,
                                           .time_ms = time_ms,
                                           .arrival_ms = time_ms,
                                           .value = ol_str_from(value)};
    return w.store.ops->put_sample(w.store.ctx, &sample);
}

static void full(bool is)
{
    assert_int_equal(
        sqlite3_exec(w.db.sql,
                     is ? "PRAGMA max_page_count=1" : "PRAGMA max_page_count=1000000",
                     NULL, NULL, NULL),
        SQLITE_OK);
}

static void nothing_of_it_is_stored(void **state)
{
    (void)state;
    static char big[2000000];
    memset(big, '1', sizeof big - 1);
    store_world_open(&w);
    assert_int_equal(put(1, "1"), OL_OK);
    full(true);
    assert_int_equal(put(2, big), OL_E_IO);
    full(false);
    assert_int_equal(put(3, "3"), OL_E_IO);
    assert_int_equal(w.store.ops->commit(w.store.ctx), OL_E_IO);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM history"), 0);
    assert_int_equal(put(4, "4"), OL_OK);
    store_world_commit(&w);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM history"), 1);
    store_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_it_is_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
