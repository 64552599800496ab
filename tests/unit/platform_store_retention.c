/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>

#include "platform/store/admin.h"
#include "platform/store/retention.h"
#include "platform_store_world.h"

#define NOW   INT64_C(1800000000000)
#define DAY   INT64_C(86400000)
#define STEPS 100000

static struct store_world w;

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

static int64_t rows(void)
{
    return store_world_int(&w, "SELECT count(*) FROM history");
}

/* Steps until nothing is left to do, and looks at each slice. Returns how many there
 * were. */
static int settle(struct ol_db_retention *r)
{
    for (int i = 1; i < STEPS; i++) {
        int64_t before = rows();
        int64_t wait = ol_db_retention_step(&w.db, r, NOW);
        assert_in_range(before - rows(), 0, OL_DB_RETENTION_ROWS);
        assert_false(w.db.in_batch);
        if (wait == OL_DB_RETENTION_IDLE_MS) {
            return i;
        }
        assert_int_equal(wait, OL_DB_RETENTION_BUSY_MS);
    }
    fail_msg("retention does not come to an end");
    return 0;
}

/* count values of each of the devices, one a minute, the newest now. */
static void fill(const int64_t *devices, int device_count, int count)
{
    char value[32];
    for (int i = 0; i < count; i++) {
        for (int d = 0; d < device_count; d++) {
            snprintf(value, sizeof value, "%d.%d", i % 100, d % 10);
            store_world_put(&w, devices[d], 0, NOW - (count - 1 - i) * INT64_C(60000),
                            value);
        }
    }
    store_world_commit(&w);
}

static void without_limits_nothing_goes(void **state)
{
    (void)state;
    struct ol_db_retention r = {0};
    store_world_put(&w, w.device, 0, 1, "1");
    store_world_put(&w, w.device, 0, 2, "2");
    store_world_commit(&w);
    assert_int_equal(settle(&r), 1);
    assert_int_equal(rows(), 2);
}

static void what_is_too_old_goes_in_slices(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    fill(&w.device, 1, 4000);
    /* 1441 are not older than a day. */
    int slices = settle(&r);
    assert_int_equal(rows(), 1441);
    assert_int_equal(r.deleted, 4000 - 1441);
    assert_true(slices > (4000 - 1441) / OL_DB_RETENTION_ROWS);
    assert_int_equal(store_world_int(&w, "SELECT min(time) FROM history"), NOW - DAY);
}

static void the_newest_value_stays_however_old(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    int64_t other = store_world_device(&w, "other");
    store_world_put(&w, w.device, 0, 1000, "1");
    store_world_put(&w, w.device, 0, 2000, "2");
    store_world_put(&w, w.device, 1, 500, "true");
    store_world_put(&w, other, 0, NOW - 5, "3");
    store_world_put(&w, other, 0, 5, "4");
    store_world_commit(&w);
    (void)settle(&r);
    assert_int_equal(rows(), 3);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM history WHERE time IN"
                                         " (2000, 500, 1799999999995)"),
                     3);
}

/* More series than a slice looks at. */
static void all_series_are_reached(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    for (int d = 0; d < 3 * OL_DB_RETENTION_SERIES; d++) {
        for (int i = 0; i < 5; i++) {
            store_world_put(&w, d + 1, 0, i + 1, "7");
        }
    }
    store_world_commit(&w);
    (void)settle(&r);
    assert_int_equal(rows(), 3 * OL_DB_RETENTION_SERIES);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM history WHERE time = 5"),
                     3 * OL_DB_RETENTION_SERIES);
}

static void by_age_once_a_minute(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    (void)settle(&r);
    store_world_put(&w, w.device, 0, 1, "1");
    store_world_put(&w, w.device, 0, NOW, "2");
    store_world_commit(&w);
    assert_int_equal(ol_db_retention_step(&w.db, &r, NOW + OL_DB_RETENTION_AGE_MS - 1),
                     OL_DB_RETENTION_IDLE_MS);
    assert_int_equal(ol_db_retention_step(&w.db, &r, NOW + OL_DB_RETENTION_AGE_MS),
                     OL_DB_RETENTION_BUSY_MS);
    (void)settle(&r);
    assert_int_equal(rows(), 1);
}

/* The clock was ahead when the last pass began. */
static void a_clock_set_back_does_not_stop_it(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY, .aged_ms = NOW + 1000 * DAY};
    store_world_put(&w, w.device, 0, 1, "1");
    store_world_put(&w, w.device, 0, NOW, "2");
    store_world_commit(&w);
    (void)settle(&r);
    assert_int_equal(rows(), 1);
}

static void too_big_a_history_loses_its_oldest(void **state)
{
    (void)state;
    int64_t devices[8];
    for (int i = 0; i < 8; i++) {
        char name[8];
        snprintf(name, sizeof name, "d%d", i);
        devices[i] = store_world_device(&w, name);
    }
    fill(devices, 8, 4000);
    int64_t before = ol_db_bytes_used(&w.db);
    struct ol_db_retention r = {.max_bytes = before / 2};
    (void)settle(&r);
    assert_true(ol_db_bytes_used(&w.db) <= r.max_bytes);
    assert_true(ol_db_bytes_used(&w.db) > r.max_bytes * 8 / 10);
    /* Nothing older than what went of another series, but for a 64th of the time. */
    int64_t oldest = store_world_int(
        &w, "SELECT max(t) - min(t) FROM (SELECT min(time) AS t FROM history GROUP BY"
            " point)");
    assert_in_range(oldest, 0, 4000 * INT64_C(60000) / 64 + 60000);
    /* Each series is a suffix of what it was. */
    assert_int_equal(
        store_world_int(&w, "SELECT count(*) FROM (SELECT count(*) AS n, (max(time) -"
                            " min(time)) / 60000 + 1 AS m FROM history GROUP BY point)"
                            " WHERE n <> m"),
        0);
    assert_int_equal(
        store_world_int(&w, "SELECT min(t) FROM (SELECT max(time) AS t FROM history"
                            " GROUP BY point)"),
        NOW);
}

/* The file of a platform that goes on for ever does not grow for ever. */
static void freed_pages_are_used_again(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_bytes = 400000};
    int64_t largest = 0;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 2000; i++) {
            store_world_put(&w, w.device, 0, NOW - DAY + (round * 2000 + i), "23.6");
        }
        store_world_commit(&w);
        (void)settle(&r);
        int64_t pages = store_world_int(&w, "PRAGMA page_count") * 4096;
        largest = pages > largest ? pages : largest;
    }
    assert_true(r.deleted > 20000);
    assert_true(largest < 400000 + 2000 * 60);
}

/* A size that cannot be kept: every series is down to its newest value. */
static void an_impossible_size_ends(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_bytes = 1};
    fill(&w.device, 1, 600);
    (void)settle(&r);
    assert_int_equal(rows(), 1);
    assert_int_equal(settle(&r), 2);
}

/* One value of long ago does not make the first pass take everything, nor hide it. */
static void one_ancient_value_is_no_trouble(void **state)
{
    (void)state;
    store_world_put(&w, w.device, 1, 1, "true");
    fill(&w.device, 1, 6000);
    struct ol_db_retention r = {.max_bytes = ol_db_bytes_used(&w.db) * 3 / 4};
    (void)settle(&r);
    assert_in_range(rows(), 3500, 5000);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM history WHERE time = 1"),
                     1);
}

static void devices_report_in_between(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    fill(&w.device, 1, 4000);
    int put = 0;
    for (int64_t wait = 0; wait != OL_DB_RETENTION_IDLE_MS; put++) {
        store_world_put(&w, w.device, 0, NOW + 1 + put, "1");
        store_world_commit(&w);
        wait = ol_db_retention_step(&w.db, &r, NOW);
    }
    assert_true(put > 5);
    assert_int_equal(rows(), 1441 + put);
}

static void a_locked_database_is_tried_again(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    sqlite3 *other = NULL;
    fill(&w.device, 1, 2000);
    assert_int_equal(sqlite3_open(w.file, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(w.db.sql, 1), SQLITE_OK);
    (void)settle(&r);
    assert_int_equal(rows(), 2000);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    (void)settle(&r);
    assert_int_equal(rows(), 1441);
}

/* Half a slice is taken back, and the batch is free for the next post. */
static void a_slice_that_fails_is_taken_back(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    int64_t other = store_world_device(&w, "other");
    fill(&w.device, 1, 1500);
    fill(&other, 1, 1500);
    assert_int_equal(sqlite3_exec(w.db.sql,
                                  "CREATE TEMP TRIGGER stop BEFORE DELETE ON main.history"
                                  " WHEN old.point >> 16 > 1 BEGIN"
                                  " SELECT RAISE(ABORT, 'no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    (void)settle(&r);
    assert_int_equal(rows(), 3000);
    store_world_put(&w, w.device, 0, NOW + 1, "1");
    store_world_commit(&w);
    assert_int_equal(rows(), 3001);
    assert_int_equal(sqlite3_exec(w.db.sql, "DROP TRIGGER stop", NULL, NULL, NULL),
                     SQLITE_OK);
    (void)settle(&r);
    assert_int_equal(rows(), 2 * 1441 + 1);
}

/* The device is gone at once; what it leaves goes in slices, also after a new start. */
static void a_deleted_device_leaves_nothing(void **state)
{
    (void)state;
    struct ol_db_retention r = {0};
    char why[256];
    int64_t other = store_world_device(&w, "other");
    fill(&w.device, 1, 3000);
    fill(&other, 1, 10);
    for (int i = 0; i < 700; i++) {
        store_world_put(&w, w.device, 1, NOW + i, "true");
    }
    store_world_commit(&w);
    assert_int_equal(ol_db_device_delete(&w.db, w.device), OL_OK);
    assert_int_equal(rows(), 3000 + 700 + 10 - OL_DB_RETENTION_ROWS);
    assert_int_equal(ol_db_device_delete(&w.db, w.device), OL_E_NOENT);
    assert_int_equal(rows(), 3000 + 700 + 10 - OL_DB_RETENTION_ROWS);
    (void)ol_db_retention_step(&w.db, &r, NOW);
    (void)ol_db_retention_step(&w.db, &r, NOW);
    ol_db_close(&w.db);
    assert_int_equal(ol_db_open(&w.db, w.file, why, sizeof why), OL_OK);
    r = (struct ol_db_retention){0};
    assert_in_range(settle(&r), 3444 / OL_DB_RETENTION_ROWS, 20);
    assert_int_equal(rows(), 10);
    assert_int_equal(store_world_int(&w, "SELECT count(*) FROM setting WHERE name LIKE"
                                         " 'deleted%'"),
                     0);
    assert_int_equal(settle(&r), 1);
}

/* Two at once, one of them without any value. */
static void deleted_devices_go_one_by_one(void **state)
{
    (void)state;
    struct ol_db_retention r = {.max_age_ms = DAY};
    int64_t other = store_world_device(&w, "other");
    int64_t silent = store_world_device(&w, "silent");
    fill(&w.device, 1, 1000);
    fill(&other, 1, 1000);
    assert_int_equal(ol_db_device_delete(&w.db, silent), OL_OK);
    assert_int_equal(ol_db_device_delete(&w.db, w.device), OL_OK);
    assert_int_equal(ol_db_device_delete(&w.db, other), OL_OK);
    (void)settle(&r);
    assert_int_equal(rows(), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_limits_nothing_goes),
        CASE(what_is_too_old_goes_in_slices),
        CASE(the_newest_value_stays_however_old),
        CASE(all_series_are_reached),
        CASE(by_age_once_a_minute),
        CASE(a_clock_set_back_does_not_stop_it),
        CASE(too_big_a_history_loses_its_oldest),
        CASE(freed_pages_are_used_again),
        CASE(an_impossible_size_ends),
        CASE(one_ancient_value_is_no_trouble),
        CASE(devices_report_in_between),
        CASE(a_locked_database_is_tried_again),
        CASE(a_slice_that_fails_is_taken_back),
        CASE(a_deleted_device_leaves_nothing),
        CASE(deleted_devices_go_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
