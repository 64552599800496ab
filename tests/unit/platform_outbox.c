/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/store/outbox.h"

/* The messages of HTTP push in the database. */

static char path[64];
static struct ol_db db;
static struct ol_outbox box;

static void reopen(void)
{
    char why[256];
    ol_outbox_close(&box);
    ol_db_close(&db);
    assert_int_equal(ol_db_open(&db, path, why, sizeof why), OL_OK);
    assert_int_equal(ol_outbox_open(&box, &db), OL_OK);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/onelink-outbox-%d.db", (int)getpid());
    reopen();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char name[80];
    static const char *const ends[] = {"", "-wal", "-shm"};
    ol_outbox_close(&box);
    ol_db_close(&db);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    return 0;
}

static void put(int64_t id, const char *product, const char *text)
{
    const struct ol_outbox_message m = {.id = id,
                                        .device = id % 10,
                                        .time_ms = 5 * id,
                                        .product_id = ol_str_from(product),
                                        .text = ol_str_from(text)};
    assert_int_equal(ol_outbox_put(&box, &m), OL_OK);
}

static void row(void *ctx, const struct ol_outbox_message *m)
{
    char *out = ctx;
    size_t at = strlen(out);
    assert_int_equal(m->device, m->id % 10);
    assert_int_equal(m->time_ms, 5 * m->id);
    snprintf(out + at, 256 - at, "%d %.*s %.*s;", (int)m->id, (int)m->product_id.len,
             m->product_id.ptr, (int)m->text.len, m->text.ptr);
}

static void assert_rows(const char *expected)
{
    char out[256] = "";
    assert_int_equal(ol_outbox_each(&box, row, out), OL_OK);
    assert_string_equal(out, expected);
}

static void assert_last(int64_t expected)
{
    int64_t last = -1;
    assert_int_equal(ol_outbox_last(&box, &last), OL_OK);
    assert_int_equal(last, expected);
}

static void messages_come_back_in_order(void **state)
{
    (void)state;
    assert_last(0);
    assert_rows("");
    put(12, "B", "second");
    put(11, "A", "first");
    put(13, "A", "third 中");
    assert_int_equal(ol_db_commit(&db), OL_OK);
    reopen();
    assert_rows("11 A first;12 B second;13 A third 中;");
    const int64_t taken[] = {12, 99};
    ol_outbox_drop(&box, taken, 2);
    assert_false(db.in_batch);
    reopen();
    assert_rows("11 A first;13 A third 中;");
    assert_int_equal(ol_outbox_clear(&box, OL_STR("A")), OL_OK);
    reopen();
    assert_rows("");
    assert_last(13); /* though all are gone */
}

static void a_batch_of_others_stays_open(void **state)
{
    (void)state;
    const int64_t one = 1;
    put(1, "A", "x");
    ol_outbox_drop(&box, &one, 1);
    assert_true(db.in_batch);
    put(2, "A", "y");
    assert_int_equal(ol_outbox_clear(&box, OL_STR("B")), OL_OK);
    assert_true(db.in_batch);
    ol_db_rollback(&db);
    assert_rows("");
    assert_last(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(messages_come_back_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_of_others_stays_open, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
