/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/store/history.h"
#include "platform/store/registry.h"

/* Databases of earlier versions, as SQL text: tests/vectors/store/vN.sql. Version 0 is an
 * empty file. */
static char dir[64];
static char file[96];

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/onelink-store-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/onelink.db", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void run(sqlite3 *sql, const char *text)
{
    char *error = NULL;
    if (sqlite3_exec(sql, text, NULL, NULL, &error) != SQLITE_OK) {
        fail_msg("%s", error);
    }
}

static char *read_vector(int version)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/vectors/store/v%d.sql", getenv("OL_SOURCE_DIR"),
             version);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *text = calloc(1, 1U << 20);
    assert_non_null(text);
    size_t len = fread(text, 1, (1U << 20) - 1, f);
    assert_in_range(len, 1, (1U << 20) - 2);
    fclose(f);
    return text;
}

/* A database of that version, in WAL mode like those that programs left behind. */
static void make_old(int version)
{
    sqlite3 *sql = NULL;
    char command[128];
    snprintf(command, sizeof command, "rm -f %s*", file);
    assert_int_equal(system(command), 0);
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    run(sql, "PRAGMA journal_mode=WAL");
    if (version > 0) {
        char *text = read_vector(version);
        run(sql, text);
        free(text);
    }
    assert_int_equal(sqlite3_close(sql), SQLITE_OK);
}

static int user_version(sqlite3 *sql)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(sql, "PRAGMA user_version", -1, &st, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int version = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    return version;
}

/* Everything that is in the file, schema and rows, in one number. The message log is not
 * promised to be kept. */
static uint64_t digest(sqlite3 *sql, const char *query)
{
    sqlite3_stmt *st = NULL;
    uint64_t h = UINT64_C(14695981039346656037);
    assert_int_equal(sqlite3_prepare_v2(sql, query, -1, &st, NULL), SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(st); i++) {
            h = (h ^ (uint64_t)sqlite3_column_type(st, i)) * UINT64_C(1099511628211);
            const unsigned char *text = sqlite3_column_text(st, i);
            for (; text != NULL && *text != '\0'; text++) {
                h = (h ^ *text) * UINT64_C(1099511628211);
            }
        }
    }
    sqlite3_finalize(st);
    return h;
}

/* What must come through every migration. */
static const char *const kept[] = {
    "SELECT * FROM setting ORDER BY name",
    "SELECT id, product_id, access_key, model, created_ms FROM product ORDER BY id",
    "SELECT product, identifier, number FROM point ORDER BY product, identifier",
    "SELECT * FROM device ORDER BY id",
    "SELECT point, time, value, typeof(value) FROM history ORDER BY point, time",
    "SELECT device, time, online, reason FROM presence ORDER BY device, time",
};
#define KEPT (sizeof kept / sizeof kept[0])

static void digests(uint64_t out[KEPT])
{
    sqlite3 *sql = NULL;
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    for (size_t i = 0; i < KEPT; i++) {
        out[i] = digest(sql, kept[i]);
    }
    sqlite3_close(sql);
}

static uint64_t schema_digest(void)
{
    sqlite3 *sql = NULL;
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    uint64_t h = digest(sql, "SELECT type, name, sql FROM sqlite_schema ORDER BY name");
    sqlite3_close(sql);
    return h;
}

/* The newest version that there must be a vector of: the one before this program's. */
static int last_old_version(void)
{
    return ol_db_schema_version() > 1 ? ol_db_schema_version() - 1 : 1;
}

/* ---- the data ---- */

static void every_version_keeps_all_data(void **state)
{
    (void)state;
    char why[256];
    for (int version = 1; version <= last_old_version(); version++) {
        uint64_t before[KEPT];
        uint64_t after[KEPT];
        struct ol_db db;
        make_old(version);
        digests(before);
        assert_int_equal(ol_db_open(&db, file, why, sizeof why), OL_OK);
        assert_int_equal(user_version(db.sql), ol_db_schema_version());
        ol_db_close(&db);
        digests(after);
        assert_memory_equal(before, after, sizeof before);
        assert_int_equal(ol_db_open(&db, file, why, sizeof why), OL_OK);
        ol_db_close(&db);
    }
}

/* However old a file is, it ends with the schema of a new one. */
static void every_version_gets_the_same_schema(void **state)
{
    (void)state;
    char why[256];
    struct ol_db db;
    make_old(0);
    assert_int_equal(ol_db_open(&db, file, why, sizeof why), OL_OK);
    ol_db_close(&db);
    uint64_t fresh = schema_digest();
    for (int version = 1; version <= last_old_version(); version++) {
        make_old(version);
        assert_int_equal(ol_db_open(&db, file, why, sizeof why), OL_OK);
        ol_db_close(&db);
        assert_true(schema_digest() == fresh);
    }
}

static void assert_value(struct ol_db *db, const char *product, const char *device,
                         const char *identifier, int64_t time_ms, const char *text)
{
    const struct ol_store_product *p = ol_db_product_get(db, ol_str_from(product));
    struct ol_db_device_row row;
    struct ol_db_value v;
    assert_non_null(p);
    assert_int_equal(ol_db_device_get(db, p, ol_str_from(device), &row), OL_OK);
    int32_t property = ol_onenet_property_find(p->model, ol_str_from(identifier));
    assert_true(property >= 0);
    assert_int_equal(ol_db_latest(db, p, row.id, (uint16_t)property, &v), OL_OK);
    assert_int_equal(v.time_ms, time_ms);
    assert_true(ol_str_equal(v.text, ol_str_from(text)));
}

/* The old file is not only there: this program works with it. */
static void version_1_is_served(void **state)
{
    (void)state;
    char why[256];
    struct ol_db db;
    struct ol_db_device_row row;
    make_old(1);
    assert_int_equal(ol_db_open(&db, file, why, sizeof why), OL_OK);
    assert_value(&db, "Prod000001", "dev", "temp", 1790000480000, "8.5");
    assert_value(&db, "Prod000001", "lamp", "count", 1790000480000, "8000");
    assert_value(&db, "Prod000002", "dev", "count", 1790000001234, "9007199254740993");
    assert_value(&db, "Prod000002", "dev", "temp", 1790000001234, "-3.2");
    const struct ol_store_product *p = ol_db_product_get(&db, OL_STR("Prod000002"));
    assert_int_equal(ol_db_device_get(&db, p, OL_STR("made"), &row), OL_OK);
    assert_true(ol_str_equal(row.about, OL_STR("by the API")));
    struct ol_store_sample sample = {
        .device = row.id, .product = p, .time_ms = 5, .value = OL_STR("1.5")};
    struct ol_store store = ol_db_store(&db);
    assert_int_equal(store.ops->put_sample(store.ctx, &sample), OL_OK);
    assert_int_equal(store.ops->commit(store.ctx), OL_OK);
    ol_db_close(&db);
}

/* ---- faults ---- */

/* SQLite asks before it compiles each part of a statement: at the Nth question it is
 * denied, or the process dies. */
static int questions;
static int fault_at;
static bool fault_kills;

static int authorize(void *ctx, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
    (void)ctx;
    (void)action;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    if (++questions != fault_at) {
        return SQLITE_OK;
    }
    if (fault_kills) {
        raise(SIGKILL);
    }
    return SQLITE_DENY;
}

static int32_t migrate_with_fault(int at, bool kills)
{
    char why[256] = "";
    sqlite3 *sql = NULL;
    questions = 0;
    fault_at = at;
    fault_kills = kills;
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    sqlite3_set_authorizer(sql, authorize, NULL);
    int32_t rc = ol_db_migrate(sql, why, sizeof why);
    assert_true(rc == OL_OK || strlen(why) > 10);
    sqlite3_close(sql);
    return rc;
}

static int file_version(void)
{
    sqlite3 *sql = NULL;
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    int version = user_version(sql);
    sqlite3_close(sql);
    return version;
}

/* After a failed migration the file is what it was, and the next attempt succeeds. */
static void assert_unharmed(int version, uint64_t schema, const uint64_t before[KEPT])
{
    uint64_t after[KEPT];
    assert_int_equal(file_version(), version);
    assert_true(schema_digest() == schema);
    if (version > 0) {
        digests(after);
        assert_memory_equal(before, after, sizeof after);
    }
    assert_int_equal(migrate_with_fault(0, false), OL_OK);
    assert_int_equal(file_version(), ol_db_schema_version());
}

static void an_error_at_any_step_changes_nothing(void **state)
{
    (void)state;
    for (int version = 0; version < ol_db_schema_version(); version++) {
        uint64_t before[KEPT] = {0};
        make_old(version);
        uint64_t schema = schema_digest();
        if (version > 0) {
            digests(before);
        }
        int failures = 0;
        for (int at = 1; at == 1 || questions >= fault_at; at++) {
            make_old(version);
            if (migrate_with_fault(at, false) != OL_OK) {
                int asked = questions;
                failures++;
                assert_unharmed(version, schema, before);
                questions = asked;
                fault_at = at;
            }
        }
        print_message("version %d: %d failures\n", version, failures);
        assert_true(failures > 3);
    }
}

/* Commit included: the journal is in the file system when the process is gone. */
static void death_at_any_step_changes_nothing(void **state)
{
    (void)state;
    for (int version = 0; version < ol_db_schema_version(); version++) {
        uint64_t before[KEPT] = {0};
        make_old(version);
        uint64_t schema = schema_digest();
        if (version > 0) {
            digests(before);
        }
        for (int at = 1;; at++) {
            int status = 0;
            pid_t pid = fork();
            assert_true(pid >= 0);
            if (pid == 0) {
                _exit(migrate_with_fault(at, true) == OL_OK ? 0 : 1);
            }
            assert_int_equal(waitpid(pid, &status, 0), pid);
            if (WIFEXITED(status)) {
                assert_int_equal(WEXITSTATUS(status), 0);
                break;
            }
            assert_unharmed(version, schema, before);
            make_old(version);
        }
    }
}

static int32_t migrate_within(int pages)
{
    char why[256] = "";
    char pragma[64];
    sqlite3 *sql = NULL;
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    snprintf(pragma, sizeof pragma, "PRAGMA max_page_count=%d", pages);
    run(sql, pragma);
    int32_t rc = ol_db_migrate(sql, why, sizeof why);
    assert_true(rc == OL_OK || strstr(why, "full") != NULL);
    sqlite3_close(sql);
    return rc;
}

/* The disk is full at each page that a new file needs. */
static void a_full_disk_changes_nothing(void **state)
{
    (void)state;
    const uint64_t none[KEPT] = {0};
    make_old(0);
    uint64_t schema = schema_digest();
    int pages = 1;
    for (; migrate_within(pages) != OL_OK; pages++) {
        fault_at = 0;
        assert_unharmed(0, schema, none);
        make_old(0);
    }
    assert_true(pages > 5);
}

/* ---- files that are not for us ---- */

static const char *refusal(int32_t expected)
{
    static char why[512];
    struct ol_db db;
    why[0] = '\0';
    assert_int_equal(ol_db_open(&db, file, why, sizeof why), expected);
    assert_null(db.sql);
    return why;
}

static void a_newer_version_is_told(void **state)
{
    (void)state;
    char pragma[64];
    char *expected = NULL;
    sqlite3 *sql = NULL;
    make_old(1);
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d", ol_db_schema_version() + 1);
    run(sql, pragma);
    sqlite3_close(sql);
    uint64_t schema = schema_digest();
    expected = sqlite3_mprintf("the database was made by a newer onelink-platform: its"
                               " schema is %d, this program knows up to %d",
                               ol_db_schema_version() + 1, ol_db_schema_version());
    assert_string_equal(refusal(OL_E_CORRUPT), expected);
    sqlite3_free(expected);
    assert_true(schema_digest() == schema);
}

static void a_foreign_database_is_told(void **state)
{
    (void)state;
    sqlite3 *sql = NULL;
    make_old(0);
    assert_int_equal(sqlite3_open(file, &sql), SQLITE_OK);
    run(sql, "CREATE TABLE cookbook(id INTEGER PRIMARY KEY)");
    sqlite3_close(sql);
    uint64_t schema = schema_digest();
    assert_non_null(strstr(refusal(OL_E_CORRUPT), "another program"));
    assert_true(schema_digest() == schema);
}

/* The first page, which every file needs, is overwritten. */
static void a_damaged_file_is_told(void **state)
{
    (void)state;
    static const long places[] = {0, 20, 100};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        make_old(1);
        FILE *f = fopen(file, "r+");
        assert_non_null(f);
        assert_int_equal(fseek(f, places[i], SEEK_SET), 0);
        for (int n = 0; n < 60; n++) {
            fputc(0xA5, f);
        }
        fclose(f);
        assert_non_null(strstr(refusal(OL_E_CORRUPT), "damaged"));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_version_keeps_all_data),
        CASE(every_version_gets_the_same_schema),
        CASE(version_1_is_served),
        CASE(an_error_at_any_step_changes_nothing),
        CASE(death_at_any_step_changes_nothing),
        CASE(a_full_disk_changes_nothing),
        CASE(a_newer_version_is_told),
        CASE(a_foreign_database_is_told),
        CASE(a_damaged_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
