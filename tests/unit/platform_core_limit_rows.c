/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/core/limits.h"
#include "platform_peer.h"
#include "tests/support/vectors.h"

/* Every row of tests/vectors/platform/limits.tsv at its boundary, in all three modes:
 * what is allowed passes without a word, the next one has the consequence of the row. */

#define PREFIX "$sys/" OL_PEER_PID "/dev-1/"

struct row {
    enum ol_limit_table table;
    const char *what;
    uint32_t max;
    ol_ms window_ms;
    const char *excess;
    const char *words;
};

struct run {
    struct ol_world w;
    struct ol_peer p;
    const struct row *row;
    enum ol_limits mode;
};

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static size_t limit_lines(const struct run *r)
{
    return ol_memory_log_count(&r->w.store, OL_MSGLOG_LIMIT, -1);
}

static void open_run(struct run *r, const struct row *row, enum ol_limits mode)
{
    r->row = row;
    r->mode = mode;
    ol_world_open(&r->w,
                  &(struct ol_node_config){.limits = mode, .limit_table = row->table});
    ol_peer_open(&r->p, &r->w);
    ol_peer_login(&r->p, "dev-1", 1800);
    ol_peer_subscribe(&r->p, "dev-1");
    r->w.now += 10000; /* a window of its own, and the login is forgotten */
}

static void close_run(struct run *r)
{
    ol_peer_close(&r->p);
    ol_world_close(&r->w);
}

/* ---- one of each ---- */

static bool do_publish(struct run *r, uint16_t id)
{
    ol_peer_publish(&r->p, "dev-1", "thing/event/post", "{}", id);
    return !r->p.closed && ol_session_is_reading(r->p.session);
}

static bool do_list(struct run *r, uint8_t type)
{
    uint8_t packet[200];
    struct ol_writer w = ol_writer_make(packet, sizeof packet);
    const struct ol_str filter = OL_STR(PREFIX "thing/#");
    assert_int_equal(ol_mqtt_subscribe_encode(&w, type, 9, &filter, 1, 0), OL_OK);
    ol_peer_send(&r->p, packet, w.len);
    bool granted = type == OL_MQTT_UNSUBSCRIBE || ol_peer_saw(&r->p, "\x90\x03");
    if (type == OL_MQTT_SUBSCRIBE && !r->p.closed) {
        granted = r->p.got_len == 5 && r->p.got[4] == 0;
    }
    ol_peer_forget(&r->p);
    return granted && !r->p.closed && ol_session_is_reading(r->p.session);
}

static bool do_ping(struct run *r)
{
    ol_peer_send(&r->p, "\xc0\x00", 2);
    return !r->p.closed && ol_session_is_reading(r->p.session);
}

static bool do_bytes(struct run *r, size_t n)
{
    char *big = malloc(n + 1);
    assert_non_null(big);
    memset(big, 'x', n);
    big[n] = '\0';
    /* Two publishes a second would exceed another limit: a line for that may be there. */
    ol_peer_publish(&r->p, "dev-1", "thing/event/post", big, 0);
    free(big);
    return !r->p.closed && ol_session_is_reading(r->p.session);
}

/* true: CONNACK 0. The session before is gone then. */
static bool do_login(struct run *r, struct ol_peer *p)
{
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_peer_open(p, &r->w);
    ol_peer_connect_encode(&out, "dev-1", 60);
    ol_peer_send(p, packet, out.len);
    return ol_peer_got(p, "\x20\x02\x00\x00", 4);
}

static bool do_set(struct run *r)
{
    struct ol_call_start start;
    return ol_node_set_begin(&r->w.node, 1, OL_STR("{\"led\":true}"), NULL, r->w.now,
                             &start) == OL_OK;
}

static bool do_one(struct run *r)
{
    const char *what = r->row->what;
    if (is(what, "publish0") || is(what, "publish1")) {
        return do_publish(r, is(what, "publish1") ? 1 : 0);
    }
    if (is(what, "subscribe")) {
        return do_list(r, OL_MQTT_SUBSCRIBE);
    }
    if (is(what, "unsubscribe")) {
        return do_list(r, OL_MQTT_UNSUBSCRIBE);
    }
    if (is(what, "ping")) {
        return do_ping(r);
    }
    assert_string_equal(what, "set");
    return do_set(r);
}

/* ---- consequences ---- */

static void check_ban(struct run *r)
{
    struct ol_peer p;
    assert_true(r->p.closed);
    assert_false(ol_node_is_online(&r->w.node, 1));
    r->w.now += OL_LIMIT_BAN_MS - 1;
    assert_false(do_login(r, &p));
    assert_true(p.closed);
    ol_peer_close(&p);
    r->w.now += 1;
    assert_true(do_login(r, &p));
    ol_peer_close(&p);
}

/* Whatever waits goes on exactly when the time is over. */
static void check_wait(struct run *r, ol_ms ms)
{
    assert_false(r->p.closed);
    assert_false(ol_session_is_reading(r->p.session));
    ol_world_pass(&r->w, ms - 1);
    assert_false(ol_session_is_reading(r->p.session));
    ol_world_pass(&r->w, 1);
    assert_true(ol_session_is_reading(r->p.session));
}

static void check_consequence(struct run *r, bool served)
{
    const char *excess = r->row->excess;
    if (r->mode != OL_LIMITS_ENFORCE) {
        assert_true(served);
        return;
    }
    assert_false(served);
    if (is(excess, "ban")) {
        check_ban(r);
    } else if (is(excess, "delay")) {
        check_wait(r, r->row->window_ms);
    } else if (is(excess, "pause") || is(excess, "refuse+pause")) {
        check_wait(r, OL_LIMIT_PAUSE_MS);
    } else {
        assert_string_equal(excess, "refuse");
        assert_false(r->p.closed);
    }
}

static void check_line(const struct run *r, size_t before)
{
    bool told = r->mode != OL_LIMITS_OFF;
    assert_int_equal(limit_lines(r), before + (told ? 1 : 0));
    bool found = !told;
    for (size_t i = 0; i < 64 && !found; i++) {
        const struct ol_msglog *line = ol_memory_log(&r->w.store, i);
        found = line != NULL && line->verdict == OL_MSGLOG_LIMIT &&
                ol_str_equal(line->reason, ol_str_from(r->row->words));
        if (line == NULL) {
            break;
        }
    }
    assert_true(found);
}

static void check_counted(const struct row *row, enum ol_limits mode)
{
    struct run r;
    open_run(&r, row, mode);
    for (uint32_t i = 0; i < row->max; i++) {
        assert_true(do_one(&r));
    }
    assert_int_equal(limit_lines(&r), 0);
    bool served = do_one(&r);
    check_line(&r, 0);
    check_consequence(&r, served);
    close_run(&r);
    /* As many again are fine when the window is over. */
    open_run(&r, row, mode);
    for (uint32_t i = 0; i < 2 * row->max; i++) {
        if (i == row->max) {
            ol_world_pass(&r.w, row->window_ms);
        }
        assert_true(do_one(&r));
    }
    assert_int_equal(limit_lines(&r), 0);
    close_run(&r);
}

/* One publish a second comes first; so only what the log says of bytes is looked at, and
 * in enforce the delay of the other limit. */
static void check_bytes(const struct row *row, enum ol_limits mode)
{
    struct run r;
    struct ol_session s = {0};
    bool first = false;
    const struct ol_limit_rules *rules = ol_limit_rules(row->table);
    assert_true(ol_limit_count(rules, &s, OL_LIMIT_BYTES, row->max, 5, &first));
    assert_false(
        ol_limit_count(rules, &s, OL_LIMIT_BYTES, 1, 5 + row->window_ms - 1, &first));
    assert_true(first);
    assert_true(
        ol_limit_count(rules, &s, OL_LIMIT_BYTES, row->max, 5 + row->window_ms, &first));
    assert_int_equal(rules->row[OL_LIMIT_BYTES].excess, OL_EXCESS_DELAY);
    if (mode == OL_LIMITS_ENFORCE) {
        return;
    }
    open_run(&r, row, mode);
    (void)do_bytes(&r, row->max / 2);
    (void)do_bytes(&r, row->max / 2);
    size_t before = limit_lines(&r);
    assert_true(do_bytes(&r, 1));
    check_line(&r, before);
    close_run(&r);
}

static void check_login(const struct row *row, enum ol_limits mode)
{
    struct run r;
    struct ol_peer p[16];
    open_run(&r, row, mode);
    for (uint32_t i = 0; i < row->max; i++) {
        assert_true(do_login(&r, &p[i]));
    }
    assert_int_equal(limit_lines(&r), 0);
    r.w.now += row->window_ms - 1;
    bool served = do_login(&r, &p[row->max]);
    check_line(&r, 0);
    assert_int_equal(served, mode != OL_LIMITS_ENFORCE);
    if (mode == OL_LIMITS_ENFORCE && is(row->excess, "ban")) {
        assert_true(p[row->max - 1].closed);
        check_ban(&r);
    } else if (mode == OL_LIMITS_ENFORCE) {
        assert_false(p[row->max - 1].closed);
        r.w.now += row->window_ms;
        assert_true(do_login(&r, &p[row->max + 1]));
        ol_peer_close(&p[row->max + 1]);
    }
    for (uint32_t i = 0; i <= row->max; i++) {
        ol_peer_close(&p[i]);
    }
    close_run(&r);
}

static void test_rows(void **state)
{
    (void)state;
    static const enum ol_limits modes[] = {OL_LIMITS_OFF, OL_LIMITS_WARN,
                                           OL_LIMITS_ENFORCE};
    struct ol_vectors v = ol_vectors_open("platform/limits.tsv");
    struct ol_vector f;
    unsigned rows = 0;
    while (ol_vectors_next(&v, &f)) {
        const struct row row = {.table = is(f.field[0].ptr, "suite")
                                             ? OL_LIMIT_TABLE_SUITE
                                             : OL_LIMIT_TABLE_STUDIO,
                                .what = f.field[1].ptr,
                                .max = (uint32_t)strtoul(f.field[2].ptr, NULL, 10),
                                .window_ms = strtoul(f.field[3].ptr, NULL, 10),
                                .excess = f.field[4].ptr,
                                .words = f.field[5].ptr};
        assert_int_equal(f.count, 6);
        for (size_t m = 0; m < 3; m++) {
            if (is(row.what, "login")) {
                check_login(&row, modes[m]);
            } else if (is(row.what, "bytes")) {
                check_bytes(&row, modes[m]);
            } else {
                check_counted(&row, modes[m]);
            }
        }
        rows++;
    }
    ol_vectors_close(&v);
    assert_int_equal(rows, 14);
}

/* ---- limits that are not a rate ---- */

static const char *const filters[] = {"thing/#",
                                      "thing/property/#",
                                      "thing/property/+",
                                      "thing/property/set",
                                      "thing/property/get",
                                      "thing/property/post/reply",
                                      "thing/+/set",
                                      "thing/+/get",
                                      "thing/+/#",
                                      "thing/+/+",
                                      "thing/+/post/reply",
                                      "thing/property/post/+",
                                      "#",
                                      "+/#",
                                      "+/property/set",
                                      "+/+/set"};

/* 10 or 15 filters in a session, at every mode. */
static void test_session_filters(void **state)
{
    (void)state;
    static const uint8_t max[] = {
        [OL_LIMIT_TABLE_STUDIO] = 10, [OL_LIMIT_TABLE_SUITE] = 15};
    for (int i = 0; i < 6; i++) {
        struct run r;
        const struct row row = {.table = (enum ol_limit_table)(i % 2)};
        open_run(&r, &row, (enum ol_limits)(i / 2));
        for (int n = 1; n <= max[row.table]; n++) {
            char text[64];
            uint8_t packet[100];
            struct ol_writer w = ol_writer_make(packet, sizeof packet);
            snprintf(text, sizeof text, PREFIX "%s", filters[n]);
            struct ol_str filter = ol_str_from(text);
            assert_int_equal(
                ol_mqtt_subscribe_encode(&w, OL_MQTT_SUBSCRIBE, 9, &filter, 1, 0), OL_OK);
            ol_world_pass(&r.w, 5000);
            ol_peer_send(&r.p, packet, w.len);
            /* One is there already. */
            uint8_t code = n < max[row.table] ? 0 : 0x80;
            const uint8_t suback[] = {0x90, 3, 0, 9, code};
            assert_true(ol_peer_got(&r.p, suback, sizeof suback));
        }
        assert_false(r.p.closed);
        close_run(&r);
    }
}

static int32_t set_of_length(struct run *r, size_t len)
{
    struct ol_call_start start;
    char *text = malloc(len + 1);
    assert_non_null(text);
    int n = snprintf(text, len + 1, "{\"led\":true");
    memset(text + n, ' ', len - (size_t)n);
    text[len - 1] = '}';
    int32_t rc =
        ol_node_set_begin(&r->w.node, 1, ol_str_make(text, len), NULL, r->w.now, &start);
    free(text);
    return rc;
}

/* A command of 20 KB passes, one byte more fails and the device never sees it. */
static void test_command_length(void **state)
{
    (void)state;
    for (int mode = 0; mode < 3; mode++) {
        struct run r;
        const struct row suite = {.table = OL_LIMIT_TABLE_SUITE};
        open_run(&r, &suite, (enum ol_limits)mode);
        assert_int_equal(set_of_length(&r, 20480), OL_OK);
        (void)ol_world_turn(&r.w);
        assert_true(ol_peer_saw(&r.p, "property/set"));
        ol_peer_forget(&r.p);
        assert_int_equal(limit_lines(&r), 0);
        int32_t rc = set_of_length(&r, 20481);
        (void)ol_world_turn(&r.w);
        assert_int_equal(rc == OL_OK, mode != OL_LIMITS_ENFORCE);
        assert_int_equal(ol_peer_saw(&r.p, "property/set"), mode != OL_LIMITS_ENFORCE);
        assert_int_equal(limit_lines(&r), mode != OL_LIMITS_OFF);
        close_run(&r);
    }
}

static bool answered(struct run *r, size_t len)
{
    struct ol_call_start start;
    struct ol_node_event ev;
    char text[1100];
    assert_int_equal(ol_node_set_begin(&r->w.node, 1, OL_STR("{\"led\":true}"), NULL,
                                       r->w.now, &start),
                     OL_OK);
    int n = snprintf(text, sizeof text, "{\"id\":\"%u\",\"code\":200,\"msg\":\"",
                     start.handle);
    memset(text + n, 'x', len - (size_t)n - 2);
    memcpy(text + len - 2, "\"}", 3);
    ol_peer_publish(&r->p, "dev-1", "thing/property/set_reply", text, 1);
    bool got = ol_node_next_event(&r->w.node, &ev);
    ol_node_call_cancel(&r->w.node, start.handle);
    return got;
}

/* An answer of 1 KB passes; a longer one is dropped and the call ends by timeout. */
static void test_answer_length(void **state)
{
    (void)state;
    for (int mode = 0; mode < 3; mode++) {
        struct run r;
        const struct row suite = {.table = OL_LIMIT_TABLE_SUITE};
        open_run(&r, &suite, (enum ol_limits)mode);
        assert_true(answered(&r, 1024));
        assert_int_equal(limit_lines(&r), 0);
        assert_int_equal(answered(&r, 1025), mode != OL_LIMITS_ENFORCE);
        assert_int_equal(limit_lines(&r), mode != OL_LIMITS_OFF);
        close_run(&r);
    }
}

/* ---- the table of logins ---- */

/* Many devices push out those whose login is longest ago; a ban outlives them. */
static void test_login_table(void **state)
{
    (void)state;
    const struct ol_limit_rules *rules = ol_limit_rules(OL_LIMIT_TABLE_SUITE);
    struct ol_login_times *t = calloc(1, sizeof *t);
    assert_non_null(t);
    ol_limit_ban(t, 1, 1000);
    for (int64_t device = 2; device < 100000; device++) {
        assert_true(ol_limit_login(rules, t, device, true, 1000 + (ol_ms)device));
    }
    assert_true(ol_limit_is_banned(t, 1, 1000 + OL_LIMIT_BAN_MS - 1));
    assert_false(ol_limit_is_banned(t, 1, 1000 + OL_LIMIT_BAN_MS));
    /* The newest is remembered. */
    for (unsigned i = 1; i < rules->logins.max; i++) {
        assert_true(ol_limit_login(rules, t, 99999, true, 101000));
    }
    assert_false(ol_limit_login(rules, t, 99999, true, 101000));
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),           cmocka_unit_test(test_session_filters),
        cmocka_unit_test(test_command_length), cmocka_unit_test(test_answer_length),
        cmocka_unit_test(test_login_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
