/* SPDX-License-Identifier: MIT */

/* What was seen: after the clock of the machine was set back by an hour, values that a device
 * sent without a time were stamped, for an hour, within a few milliseconds of an hour ahead.
 * Cause: two posts of a session never get the same arrival time, so each one went on from the
 * last, also when that was of a clock that had been wrong. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform_peer.h"

#define HOUR INT64_C(3600000)

static int64_t newest_put(const struct ol_world *w)
{
    assert_true(w->store.stored.count > 0);
    return w->store.stored.row[w->store.stored.count - 1].time_ms;
}

static void values_are_stamped_by_the_clock(void **state)
{
    (void)state;
    static const char post[] = "{\"id\":\"1\",\"params\":{\"temp\":{\"value\":1}}}";
    struct ol_world w;
    struct ol_peer p;
    int64_t wall = OL_PEER_WALL_S * 1000 + HOUR;
    ol_world_open(&w, &(struct ol_node_config){0});
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_node_set_wall(&w.node, w.now, wall);
    ol_peer_publish(&p, "dev-1", "thing/property/post", post, 0);
    assert_int_equal(newest_put(&w), wall);
    wall -= HOUR;
    ol_node_set_wall(&w.node, w.now, wall);
    ol_peer_publish(&p, "dev-1", "thing/property/post", post, 0);
    assert_int_equal(newest_put(&w), wall);
    /* A clock that is only corrected makes no two the same. */
    ol_node_set_wall(&w.node, w.now, wall - 500);
    ol_peer_publish(&p, "dev-1", "thing/property/post", post, 0);
    assert_int_equal(newest_put(&w), wall + 1);
    ol_peer_close(&p);
    ol_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_stamped_by_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
