/* SPDX-License-Identifier: MIT */

/* What was seen: of two devices that came and went in turn, the changes of presence of one were
 * kept for ever. Cause: of all changes every sixteenth took away what was too much of its device,
 * and in an even rhythm that was always the same device. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/store/history.h"
#include "platform_store_world.h"

#define ROUNDS 3000

static struct store_world w;

static void change(int64_t device, int64_t time_ms, enum ol_presence state)
{
    const struct ol_store_presence p = {.device = device,
                                        .product = w.product,
                                        .state = state,
                                        .time_ms = time_ms,
                                        .last_seen_ms = time_ms};
    assert_int_equal(w.store.ops->put_presence(w.store.ctx, &p), OL_OK);
}

static void in_every_rhythm_all_are_bounded(void **state)
{
    (void)state;
    for (int count = 2; count <= 32; count *= 2) {
        store_world_open(&w);
        for (int64_t i = 0; i < ROUNDS; i++) {
            for (int64_t d = 0; d < count; d++) {
                change(d + 1, 1000 + i * 1000 + d,
                       i % 2 == 0 ? OL_PRESENCE_ONLINE : OL_PRESENCE_OFFLINE);
            }
        }
        store_world_commit(&w);
        assert_in_range(
            store_world_int(&w, "SELECT max(n) FROM (SELECT count(*) AS n FROM presence"
                                " GROUP BY device)"),
            OL_DB_PRESENCE_KEPT, OL_DB_PRESENCE_KEPT + 256);
        assert_in_range(
            store_world_int(&w, "SELECT min(n) FROM (SELECT count(*) AS n FROM presence"
                                " GROUP BY device)"),
            OL_DB_PRESENCE_KEPT, OL_DB_PRESENCE_KEPT + 256);
        store_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_every_rhythm_all_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
