/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/store/history.h"
#include "platform/store/registry.h"
#include "platform_store_world.h"

static struct store_world t;

static void open_db(void)
{
    char why[256];
    assert_int_equal(ol_db_open(&t.db, t.file, why, sizeof why), OL_OK);
    t.store = ol_db_store(&t.db);
}

static void add_product(const char *id)
{
    assert_int_equal(ol_db_product_add(&t.db, ol_str_from(id), OL_STR("a2V5"),
                                       OL_STR(STORE_WORLD_MODEL), 5, NULL),
                     OL_OK);
}

static int set_up(void **state)
{
    (void)state;
    store_world_open(&t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_world_close(&t);
    return 0;
}

static void reopen(void)
{
    ol_db_close(&t.db);
    open_db();
    t.product = ol_db_product_get(&t.db, OL_STR("Prod000001"));
    assert_non_null(t.product);
}

static int32_t put(uint16_t property, int64_t time_ms, const char *value)
{
    const struct ol_store_sample sample = {
        .device = t.device,
        .product = t.product,
        .identifier = OL_STR("ignored"),
        .property = property,
        .time_ms = time_ms,
        .arrival_ms = time_ms,
        .value = ol_str_from(value),
    };
    return t.store.ops->put_sample(t.store.ctx, &sample);
}

static void commit(void)
{
    store_world_commit(&t);
}

/* ---- registry ---- */

static void registry_keeps_products(void **state)
{
    (void)state;
    reopen();
    assert_int_equal(t.product->model->property_count, 2);
    assert_true(ol_str_equal(t.product->access_key, OL_STR("a2V5")));
    assert_ptr_equal(ol_db_product_get(&t.db, OL_STR("Prod000001")), t.product);
    assert_null(ol_db_product_get(&t.db, OL_STR("Prod00000")));
    assert_null(ol_db_product_get(&t.db, OL_STR("")));
}

static void registry_refuses_products(void **state)
{
    (void)state;
    struct ol_onenet_import_error error = {0};
    assert_int_equal(ol_db_product_add(&t.db, OL_STR("Prod000001"), OL_STR("a2V5"),
                                       OL_STR(STORE_WORLD_MODEL), 5, NULL),
                     OL_E_ARG);
    assert_int_equal(ol_db_product_add(&t.db, OL_STR("Prod000002"), OL_STR("a2V5"),
                                       OL_STR("{\"properties\":[{\"identifier\":5}]}"), 5,
                                       &error),
                     OL_E_PROTO);
    assert_string_equal(error.path, "properties[0].identifier");
    assert_null(ol_db_product_get(&t.db, OL_STR("Prod000002")));
    add_product("Prod000002");
}

static void registry_keeps_devices(void **state)
{
    (void)state;
    struct ol_store_device device;
    struct ol_db_device_row row;
    reopen();
    assert_int_equal(
        t.store.ops->find_device(t.store.ctx, t.product, OL_STR("dev"), &device), OL_OK);
    assert_int_equal(device.id, t.device);
    assert_true(ol_str_equal(device.sec_key, OL_STR("a2V5MQ==")));
    assert_int_equal(
        t.store.ops->find_device(t.store.ctx, t.product, OL_STR("no"), &device),
        OL_E_NOENT);
    assert_int_equal(
        ol_db_device_add(&t.db, t.product, OL_STR("dev"), OL_STR("a2V5"), OL_STR(""), 6),
        OL_E_ARG);
    assert_int_equal(ol_db_device_get(&t.db, t.product, OL_STR("dev"), &row), OL_OK);
    assert_true(ol_str_equal(row.about, OL_STR("about it")));
    assert_int_equal(row.created_ms, 6);
    assert_false(row.online);
}

static void name_row(void *ctx, const struct ol_db_device_row *r)
{
    snprintf((char *)ctx + strlen(ctx), 64 - strlen(ctx), "%.*s ", (int)r->name.len,
             r->name.ptr);
}

static void registry_lists_devices(void **state)
{
    (void)state;
    char names[64] = "";
    int64_t count = 0;
    (void)store_world_device(&t, "lamp");
    (void)store_world_device(&t, "lamp%_2");
    struct ol_db_device_filter filter = {.limit = -1};
    assert_int_equal(ol_db_device_each(&t.db, t.product, &filter, name_row, names),
                     OL_OK);
    assert_string_equal(names, "dev lamp lamp%_2 ");
    names[0] = '\0';
    filter = (struct ol_db_device_filter){OL_STR("amp"), 1, 1};
    assert_int_equal(ol_db_device_each(&t.db, t.product, &filter, name_row, names),
                     OL_OK);
    assert_string_equal(names, "lamp%_2 ");
    assert_int_equal(ol_db_device_count(&t.db, t.product, OL_STR("%"), &count), OL_OK);
    assert_int_equal(count, 1);
}

static void registry_keeps_settings(void **state)
{
    (void)state;
    struct ol_str value;
    assert_int_equal(ol_db_setting_get(&t.db, OL_STR("a"), &value), OL_E_NOENT);
    assert_int_equal(ol_db_setting_add(&t.db, OL_STR("a"), OL_STR("first")), OL_OK);
    assert_int_equal(ol_db_setting_add(&t.db, OL_STR("a"), OL_STR("second")), OL_OK);
    reopen();
    assert_int_equal(ol_db_setting_get(&t.db, OL_STR("a"), &value), OL_OK);
    assert_true(ol_str_equal(value, OL_STR("first")));
}

/* A second program makes a product and a device: the first sees them at its next
 * question, even after it has read from every table. */
static void another_program_is_seen_at_once(void **state)
{
    (void)state;
    char why[256];
    struct ol_db other;
    struct ol_db_device_row row;
    struct ol_store_device device;
    struct ol_db_value value;
    struct ol_str setting;
    assert_int_equal(ol_db_setting_add(&t.db, OL_STR("a"), OL_STR("b")), OL_OK);
    assert_int_equal(put(0, 1, "1"), OL_OK);
    commit();
    assert_int_equal(ol_db_setting_get(&t.db, OL_STR("a"), &setting), OL_OK);
    assert_int_equal(ol_db_device_get(&t.db, t.product, OL_STR("dev"), &row), OL_OK);
    assert_int_equal(
        t.store.ops->find_device(t.store.ctx, t.product, OL_STR("dev"), &device), OL_OK);
    assert_int_equal(ol_db_latest(&t.db, t.product, t.device, 0, &value), OL_OK);
    assert_int_equal(ol_db_open(&other, t.file, why, sizeof why), OL_OK);
    assert_int_equal(ol_db_product_add(&other, OL_STR("Prod000007"), OL_STR("a2V5"),
                                       OL_STR(STORE_WORLD_MODEL), 5, NULL),
                     OL_OK);
    assert_non_null(ol_db_product_get(&t.db, OL_STR("Prod000007")));
    assert_int_equal(ol_db_device_add(&other,
                                      ol_db_product_get(&other, OL_STR("Prod000001")),
                                      OL_STR("fresh"), OL_STR("a2V5"), OL_STR(""), 1),
                     OL_OK);
    ol_db_close(&other);
    assert_int_equal(ol_db_device_get(&t.db, t.product, OL_STR("fresh"), &row), OL_OK);
}

/* ---- values ---- */

static void assert_latest(uint16_t property, int64_t time_ms, const char *text)
{
    struct ol_db_value v;
    assert_int_equal(ol_db_latest(&t.db, t.product, t.device, property, &v), OL_OK);
    assert_int_equal(v.time_ms, time_ms);
    assert_int_equal(v.text.len, strlen(text));
    assert_memory_equal(v.text.ptr, text, v.text.len);
}

static void values_come_back_as_they_were_reported(void **state)
{
    (void)state;
    static const char *const values[] = {
        "0",
        "-0",
        "7",
        "-7",
        "23.6",
        "67.00",
        "1e5",
        "1E+5",
        "-0.5",
        "999999999999999999",
        "1000000000000000000",
        "9223372036854775807",
        "-9223372036854775808",
        "9007199254740993",
        "true",
        "false",
        "\"\"",
        "\"on\"",
        "\"a \\\"b\\\" \\u4e2d 中\"",
        "{\"a\":1,\"b\":[1, 2]}",
        "[]",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_int_equal(put(0, 100 + (int64_t)i, values[i]), OL_OK);
        assert_latest(0, 100 + (int64_t)i, values[i]);
    }
    commit();
    reopen();
    assert_latest(0, 100 + 20, "[]");
}

static void text_row(void *ctx, const struct ol_db_value *v)
{
    snprintf((char *)ctx + strlen(ctx), 256 - strlen(ctx), "%lld:%.*s ",
             (long long)v->time_ms, (int)v->text.len, v->text.ptr);
}

static void assert_series(uint16_t property, struct ol_db_range range,
                          const char *expected)
{
    char text[256] = "";
    assert_int_equal(
        ol_db_series_each(&t.db, t.product, t.device, property, &range, text_row, text),
        OL_OK);
    assert_string_equal(text, expected);
}

static void a_report_sent_twice_is_stored_once(void **state)
{
    (void)state;
    assert_int_equal(put(0, 10, "1"), OL_OK);
    assert_int_equal(put(0, 10, "1"), OL_OK);
    commit();
    assert_int_equal(put(0, 10, "2"), OL_OK);
    assert_int_equal(put(1, 10, "true"), OL_OK);
    commit();
    assert_series(0, (struct ol_db_range){0, 100, 10, 0, false}, "10:2 ");
    assert_series(1, (struct ol_db_range){0, 100, 10, 0, false}, "10:true ");
}

static void series_are_ranges(void **state)
{
    (void)state;
    char value[8];
    for (int i = 5; i > 0; i--) {
        snprintf(value, sizeof value, "%d", i);
        assert_int_equal(put(0, i * 10, value), OL_OK);
    }
    commit();
    assert_latest(0, 50, "5");
    assert_series(0, (struct ol_db_range){20, 40, 10, 0, false}, "20:2 30:3 40:4 ");
    assert_series(0, (struct ol_db_range){20, 40, 10, 0, true}, "40:4 30:3 20:2 ");
    assert_series(0, (struct ol_db_range){0, INT64_MAX, 2, 1, true}, "40:4 30:3 ");
    assert_series(0, (struct ol_db_range){51, INT64_MAX, 2, 0, true}, "");
    struct ol_db_value v;
    assert_int_equal(ol_db_latest(&t.db, t.product, t.device, 1, &v), OL_E_NOENT);
    assert_int_equal(ol_db_latest(&t.db, t.product, t.device + 1, 0, &v), OL_E_NOENT);
}

/* ---- the batch ---- */

static int rows_seen_from_outside(void)
{
    sqlite3 *sql = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open(t.file, &sql), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(sql, "SELECT count(*) FROM history", -1, &st, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int n = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(sql);
    return n;
}

static void a_batch_is_stored_by_its_commit(void **state)
{
    (void)state;
    commit();
    assert_int_equal(put(0, 1, "1"), OL_OK);
    assert_int_equal(put(0, 2, "2"), OL_OK);
    assert_int_equal(rows_seen_from_outside(), 0);
    commit();
    assert_int_equal(rows_seen_from_outside(), 2);
    assert_int_equal(put(0, 3, "3"), OL_OK);
    ol_db_rollback(&t.db);
    commit();
    assert_int_equal(rows_seen_from_outside(), 2);
    assert_int_equal(put(0, 4, "4"), OL_OK);
    ol_db_close(&t.db);
    assert_int_equal(rows_seen_from_outside(), 3);
    open_db();
}

/* Another program holds the file for longer than anybody waits. */
static void a_batch_that_cannot_begin_is_told(void **state)
{
    (void)state;
    sqlite3 *sql = NULL;
    assert_int_equal(sqlite3_open(t.file, &sql), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sql, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_busy_timeout(t.db.sql, 10);
    assert_int_equal(put(0, 1, "1"), OL_E_IO);
    commit();
    assert_int_equal(sqlite3_exec(sql, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(sql);
    assert_int_equal(put(0, 1, "1"), OL_OK);
    commit();
    assert_int_equal(rows_seen_from_outside(), 1);
}

/* The disk is full in the middle of a batch: what was put is not half there, and the
 * store goes on when there is room again. */
static void a_full_disk_loses_whole_batches_only(void **state)
{
    (void)state;
    char value[3000];
    memset(value, '1', sizeof value - 1);
    value[0] = '"';
    value[sizeof value - 2] = '"';
    value[sizeof value - 1] = '\0';
    assert_int_equal(sqlite3_exec(t.db.sql, "PRAGMA max_page_count=40", NULL, NULL, NULL),
                     SQLITE_OK);
    int stored = 0;
    int32_t rc = OL_OK;
    for (int i = 0; i < 200; i++) {
        rc = put(0, i + 1, value);
        int32_t committed = t.store.ops->commit(t.store.ctx);
        stored += rc == OL_OK && committed == OL_OK ? 1 : 0;
    }
    assert_int_equal(rc, OL_E_IO);
    assert_int_not_equal(stored, 0);
    assert_int_equal(rows_seen_from_outside(), stored);
    assert_int_equal(
        sqlite3_exec(t.db.sql, "PRAGMA max_page_count=1000000", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(put(0, 1000, value), OL_OK);
    commit();
    assert_int_equal(rows_seen_from_outside(), stored + 1);
}

/* ---- presence ---- */

static void come_and_go(int64_t time_ms, enum ol_presence state)
{
    const struct ol_store_presence p = {
        .device = t.device,
        .product = t.product,
        .state = state,
        .time_ms = time_ms,
        .last_seen_ms = time_ms - 1,
        .reason = state == OL_PRESENCE_ONLINE ? OL_STR("") : OL_STR("why"),
    };
    assert_int_equal(t.store.ops->put_presence(t.store.ctx, &p), OL_OK);
}

static void count_row(void *ctx, const struct ol_db_presence *p)
{
    (void)p;
    ++*(int *)ctx;
}

static void presence_is_kept(void **state)
{
    (void)state;
    struct ol_db_device_row row;
    come_and_go(100, OL_PRESENCE_ONLINE);
    commit();
    assert_int_equal(ol_db_device_get(&t.db, t.product, OL_STR("dev"), &row), OL_OK);
    assert_true(row.online);
    assert_int_equal(row.online_ms, 100);
    come_and_go(200, OL_PRESENCE_OFFLINE);
    commit();
    assert_int_equal(ol_db_device_get(&t.db, t.product, OL_STR("dev"), &row), OL_OK);
    assert_false(row.online);
    assert_int_equal(row.online_ms, 100);
    assert_int_equal(row.seen_ms, 199);
    assert_true(ol_str_equal(row.reason, OL_STR("why")));
    come_and_go(300, OL_PRESENCE_ONLINE);
    commit();
    struct ol_db_online online;
    assert_int_equal(ol_db_presence_next_online(&t.db, 0, &online), OL_OK);
    assert_int_equal(online.device, t.device);
    assert_int_equal(online.seen_ms, row.seen_ms + 100);
    assert_true(ol_str_equal(online.product_id, t.product->product_id));
    assert_int_equal(ol_db_presence_next_online(&t.db, t.device, &online), OL_E_NOENT);
    come_and_go(400, OL_PRESENCE_OFFLINE);
    commit();
    assert_int_equal(ol_db_presence_next_online(&t.db, 0, &online), OL_E_NOENT);
    int count = 0;
    const struct ol_db_range all = {0, INT64_MAX, -1, 0, true};
    assert_int_equal(ol_db_presence_range(&t.db, t.device, &all, count_row, &count),
                     OL_OK);
    assert_int_equal(count, 4);
}

static void presence_is_bounded(void **state)
{
    (void)state;
    int count = 0;
    const struct ol_db_range all = {0, INT64_MAX, -1, 0, false};
    for (int i = 0; i < 3 * OL_DB_PRESENCE_KEPT; i++) {
        come_and_go(100 + i, i % 2 == 0 ? OL_PRESENCE_ONLINE : OL_PRESENCE_OFFLINE);
    }
    commit();
    assert_int_equal(ol_db_presence_range(&t.db, t.device, &all, count_row, &count),
                     OL_OK);
    assert_in_range(count, OL_DB_PRESENCE_KEPT, OL_DB_PRESENCE_KEPT + 128);
}

/* ---- opening ---- */

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    char why[256];
    struct ol_db other;
    assert_int_equal(sqlite3_exec(t.db.sql, "PRAGMA user_version=99", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(ol_db_open(&other, t.file, why, sizeof why), OL_E_CORRUPT);
    assert_non_null(strstr(why, "newer"));
    ol_db_close(&other);
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    char why[256];
    char path[128];
    struct ol_db other;
    snprintf(path, sizeof path, "%s/text", t.dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("this is no database, but it is long enough to be looked at as one\n", f);
    fclose(f);
    assert_int_equal(ol_db_open(&other, path, why, sizeof why), OL_E_CORRUPT);
    assert_int_equal(ol_db_open(&other, t.dir, why, sizeof why), OL_E_IO);
    unlink(path);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(registry_keeps_products),
        CASE(registry_refuses_products),
        CASE(registry_keeps_devices),
        CASE(registry_lists_devices),
        CASE(registry_keeps_settings),
        CASE(another_program_is_seen_at_once),
        CASE(values_come_back_as_they_were_reported),
        CASE(a_report_sent_twice_is_stored_once),
        CASE(series_are_ranges),
        CASE(a_batch_is_stored_by_its_commit),
        CASE(a_batch_that_cannot_begin_is_told),
        CASE(a_full_disk_loses_whole_batches_only),
        CASE(presence_is_kept),
        CASE(presence_is_bounded),
        CASE(a_newer_schema_is_refused),
        CASE(what_is_no_database_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
