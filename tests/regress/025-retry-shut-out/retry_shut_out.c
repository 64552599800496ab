/* SPDX-License-Identifier: MIT */

/* What was seen: with --limits enforce a device that tried once a second never came in again
 * after its fourth login. Cause: a login that was refused for the rate counted as one of the last
 * five seconds, although refused logins are said not to count. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform_peer.h"

static bool login(struct ol_world *w)
{
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    struct ol_peer p;
    ol_peer_open(&p, w);
    ol_peer_connect_encode(&out, "dev-1", 60);
    ol_peer_send(&p, packet, out.len);
    bool ok = ol_peer_got(&p, "\x20\x02\x00\x00", 4);
    ol_peer_close(&p);
    w->now += 1000;
    return ok;
}

static void once_a_second_comes_in_again(void **state)
{
    (void)state;
    struct ol_world w;
    ol_world_open(&w, &(struct ol_node_config){.limits = OL_LIMITS_ENFORCE});
    for (int i = 0; i < 50; i++) {
        /* Seconds 0, 1, 2; then 5, 6, 7 and so on. */
        assert_int_equal(login(&w), i % 5 < 3);
    }
    ol_world_close(&w);
}

/* What is served counts, whatever it is called. */
static void a_warning_is_given_each_time(void **state)
{
    (void)state;
    struct ol_world w;
    ol_world_open(&w, &(struct ol_node_config){.limits = OL_LIMITS_WARN});
    for (int i = 0; i < 20; i++) {
        assert_true(login(&w));
    }
    assert_int_equal(ol_memory_log_count(&w.store, OL_MSGLOG_LIMIT, -1), 17);
    ol_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_a_second_comes_in_again),
        cmocka_unit_test(a_warning_is_given_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
