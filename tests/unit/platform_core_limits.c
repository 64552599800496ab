/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform_peer.h"

/* The limits of docs/protocol.md §1.7 in their three modes. */

#define POST "thing/property/post"
#define GOOD "{\"id\":\"7\",\"params\":{\"count\":{\"value\":42}}}"

struct fixture {
    struct ol_world w;
    struct ol_peer p;
};

static void open_with(struct fixture *f, enum ol_limits limits)
{
    ol_world_open(&f->w, &(struct ol_node_config){.limits = limits});
    ol_peer_open(&f->p, &f->w);
    ol_peer_login(&f->p, "dev-1", 60);
    ol_peer_subscribe(&f->p, "dev-1");
    f->w.now += 1000; /* a second of its own */
}

static void done(struct fixture *f)
{
    ol_peer_close(&f->p);
    ol_world_close(&f->w);
}

static void post(struct fixture *f)
{
    ol_peer_publish(&f->p, "dev-1", POST, GOOD, 1);
}

static size_t limit_lines(const struct fixture *f)
{
    return ol_memory_log_count(&f->w.store, OL_MSGLOG_LIMIT, -1);
}

static void test_off(void **state)
{
    (void)state;
    struct fixture f;
    open_with(&f, OL_LIMITS_OFF);
    for (int i = 0; i < 20; i++) {
        post(&f);
        ol_peer_send(&f.p, "\xc0\x00", 2);
    }
    assert_int_equal(f.w.store.puts, 20);
    assert_int_equal(limit_lines(&f), 0);
    done(&f);
}

/* One line a second and kind, and everything is served. */
static void test_warn(void **state)
{
    (void)state;
    struct fixture f;
    open_with(&f, OL_LIMITS_WARN);
    post(&f);
    assert_int_equal(limit_lines(&f), 0);
    for (int i = 0; i < 5; i++) {
        post(&f);
    }
    assert_int_equal(limit_lines(&f), 1);
    assert_int_equal(f.w.store.puts, 6);
    ol_peer_send(&f.p, "\xc0\x00\xc0\x00\xc0\x00", 6);
    assert_int_equal(limit_lines(&f), 2);
    ol_world_pass(&f.w, 1000);
    post(&f);
    assert_int_equal(limit_lines(&f), 2);
    post(&f);
    assert_int_equal(limit_lines(&f), 3);
    /* A post every second is within the limit. */
    for (int i = 0; i < 5; i++) {
        ol_world_pass(&f.w, 1000);
        post(&f);
    }
    assert_int_equal(limit_lines(&f), 3);
    done(&f);
}

/* Excess publishes are taken in the seconds that follow, in order, none lost. */
static void test_enforce_delays(void **state)
{
    (void)state;
    struct fixture f;
    open_with(&f, OL_LIMITS_ENFORCE);
    uint8_t all[1000];
    struct ol_writer w = ol_writer_make(all, sizeof all);
    for (uint16_t i = 1; i <= 4; i++) {
        const struct ol_mqtt_publish publish = {
            .topic = OL_STR("$sys/" OL_PEER_PID "/dev-1/" POST),
            .payload = OL_STR(GOOD),
            .qos = 1,
            .packet_id = i};
        assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
    }
    ol_writer_bytes(&w, "\xc0\x00", 2);
    const size_t cut = w.len - 3; /* within the fourth publish */
    ol_peer_feed(&f.p, all, cut);
    assert_false(ol_session_is_reading(f.p.session));
    (void)ol_world_turn(&f.w);
    for (unsigned taken = 1; taken <= 3; taken++) {
        assert_int_equal(f.w.store.puts, taken);
        if (taken == 3) {
            assert_true(ol_session_is_reading(f.p.session));
            ol_peer_send(&f.p, all + cut, w.len - cut);
        }
        assert_false(ol_session_is_reading(f.p.session));
        assert_int_equal(ol_node_deadline(&f.w.node), f.w.now + 1000);
        ol_world_pass(&f.w, 999);
        assert_int_equal(f.w.store.puts, taken);
        ol_world_pass(&f.w, 1);
    }
    assert_int_equal(f.w.store.puts, 4);
    uint16_t next = 1;
    for (size_t i = 0; i + 4 <= f.p.got_len; i++) {
        if (memcmp(f.p.got + i, "\x40\x02\x00", 3) == 0) {
            assert_int_equal(f.p.got[i + 3], next++);
        }
    }
    assert_int_equal(next, 5);
    assert_memory_equal(f.p.got + f.p.got_len - 2, "\xd0\x00", 2);
    done(&f);
}

/* More than 10 filters a second: the SUBSCRIBE fails and everything waits a second. */
static void test_enforce_filters(void **state)
{
    (void)state;
    struct fixture f;
    open_with(&f, OL_LIMITS_ENFORCE);
    static const char sub[] =
        "\x82\x22\x00\x01\x00\x1d$sys/" OL_PEER_PID "/dev-1/thing/#\x00";
    for (int i = 0; i < 10; i++) {
        ol_peer_send(&f.p, sub, sizeof sub - 1);
        assert_true(ol_peer_got(&f.p, "\x90\x03\x00\x01\x00", 5));
    }
    ol_peer_send(&f.p, sub, sizeof sub - 1);
    assert_true(ol_peer_got(&f.p, "\x90\x03\x00\x01\x80", 5));
    assert_false(ol_session_is_reading(f.p.session));
    ol_world_pass(&f.w, 999);
    assert_false(ol_session_is_reading(f.p.session));
    ol_world_pass(&f.w, 1);
    assert_true(ol_session_is_reading(f.p.session));
    assert_false(f.p.closed);
    done(&f);
}

static void test_enforce_pings(void **state)
{
    (void)state;
    struct fixture f;
    open_with(&f, OL_LIMITS_ENFORCE);
    ol_peer_send(&f.p, "\xc0\x00\xc0\x00\xc0\x00", 6);
    assert_true(ol_peer_got(&f.p, "\xd0\x00\xd0\x00", 4));
    assert_false(ol_session_is_reading(f.p.session));
    ol_world_pass(&f.w, 1000);
    assert_true(ol_peer_got(&f.p, "\xd0\x00", 2));
    assert_true(ol_session_is_reading(f.p.session));
    done(&f);
}

static void test_enforce_unsubscribe(void **state)
{
    (void)state;
    struct fixture f;
    open_with(&f, OL_LIMITS_ENFORCE);
    static const char unsub[] =
        "\xa2\x21\x00\x01\x00\x1d$sys/" OL_PEER_PID "/dev-1/thing/#";
    for (int i = 0; i < 11; i++) {
        assert_true(ol_session_is_reading(f.p.session));
        ol_peer_send(&f.p, unsub, sizeof unsub - 1);
        assert_true(ol_peer_got(&f.p, "\xb0\x02\x00\x01", 4));
    }
    assert_false(ol_session_is_reading(f.p.session));
    done(&f);
}

/* 512 KB a second: two payloads of 256 KB fit, a byte more waits. */
static void test_enforce_bandwidth(void **state)
{
    (void)state;
    struct fixture f;
    ol_world_open(&f.w, &(struct ol_node_config){.limits = OL_LIMITS_WARN});
    ol_peer_open(&f.p, &f.w);
    ol_peer_login(&f.p, "dev-1", 60);
    char *big = malloc(262145);
    assert_non_null(big);
    memset(big, 'x', 262144);
    big[262144] = '\0';
    ol_peer_publish(&f.p, "dev-1", "thing/event/post", big, 0);
    ol_peer_publish(&f.p, "dev-1", "thing/event/post", big, 0);
    size_t lines = limit_lines(&f);
    ol_peer_publish(&f.p, "dev-1", "thing/event/post", "x", 0);
    assert_int_equal(limit_lines(&f), lines + 1);
    assert_non_null(strstr(ol_memory_log(&f.w.store, 1)->reason.ptr, "512 KB"));
    free(big);
    done(&f);
}

/* A delayed session that goes away, or is closed for a rule behind, leaves nothing. */
static void test_enforce_then_close(void **state)
{
    (void)state;
    struct fixture f;
    open_with(&f, OL_LIMITS_ENFORCE);
    post(&f);
    post(&f);
    assert_false(ol_session_is_reading(f.p.session));
    ol_node_kick(&f.w.node, 1, f.w.now);
    (void)ol_world_turn(&f.w);
    assert_true(f.p.closed);
    done(&f);
    open_with(&f, OL_LIMITS_ENFORCE);
    post(&f);
    post(&f);
    done(&f);
}

static bool login(struct ol_world *w, struct ol_peer *p)
{
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_peer_open(p, w);
    ol_peer_connect_encode(&out, "dev-1", 60);
    ol_peer_send(p, packet, out.len);
    return ol_peer_got(p, "\x20\x02\x00\x00", 4);
}

/* Three logins in five seconds. */
static void test_logins(void **state)
{
    (void)state;
    for (int mode = OL_LIMITS_WARN; mode <= OL_LIMITS_ENFORCE; mode++) {
        struct ol_world w;
        struct ol_peer p[6];
        ol_world_open(&w, &(struct ol_node_config){.limits = (enum ol_limits)mode});
        for (int i = 0; i < 3; i++) {
            assert_true(login(&w, &p[i]));
            w.now += 1000;
        }
        bool fourth = login(&w, &p[3]);
        assert_int_equal(fourth, mode != OL_LIMITS_ENFORCE);
        assert_int_equal(p[2].closed, fourth); /* a refused twin kicks nobody */
        assert_int_equal(ol_memory_log_count(&w.store, OL_MSGLOG_LIMIT, -1),
                         mode != OL_LIMITS_OFF);
        w.now += 5000;
        assert_true(login(&w, &p[4]));
        for (int i = 0; i < 5; i++) {
            ol_peer_close(&p[i]);
        }
        ol_world_close(&w);
    }
}

/* One property/set a second to a device. */
static void test_set_rate(void **state)
{
    (void)state;
    static const enum ol_limits modes[] = {OL_LIMITS_OFF, OL_LIMITS_WARN,
                                           OL_LIMITS_ENFORCE};
    for (size_t i = 0; i < 3; i++) {
        struct fixture f;
        struct ol_call_start start;
        open_with(&f, modes[i]);
        assert_int_equal(ol_node_set_begin(&f.w.node, 1, OL_STR("{\"led\":true}"), NULL,
                                           f.w.now, &start),
                         OL_OK);
        f.w.now += 999;
        int32_t rc = ol_node_set_begin(&f.w.node, 1, OL_STR("{\"led\":true}"), NULL,
                                       f.w.now, &start);
        assert_int_equal(rc, modes[i] == OL_LIMITS_ENFORCE ? OL_E_ARG : OL_OK);
        assert_int_equal(limit_lines(&f), modes[i] != OL_LIMITS_OFF);
        f.w.now += 1000;
        assert_int_equal(ol_node_set_begin(&f.w.node, 1, OL_STR("{\"led\":true}"), NULL,
                                           f.w.now, &start),
                         OL_OK);
        done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_warn),
        cmocka_unit_test(test_enforce_delays),
        cmocka_unit_test(test_enforce_filters),
        cmocka_unit_test(test_enforce_pings),
        cmocka_unit_test(test_enforce_unsubscribe),
        cmocka_unit_test(test_enforce_bandwidth),
        cmocka_unit_test(test_enforce_then_close),
        cmocka_unit_test(test_logins),
        cmocka_unit_test(test_set_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
