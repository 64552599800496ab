/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "onelink/json/writer.h"
#include "platform/maintain.h"
#include "platform/store/db.h"

#define REPORT_CAP   65536
#define PROBLEMS_MAX 20 /* that are told; more are only counted */

/* A report in the making. Everything is read in one read transaction, so that it agrees
 * with itself while serve goes on. */
struct check {
    sqlite3 *sql;
    struct ol_json_writer w;
    int problems;
    char text[REPORT_CAP];
};

static void problem(struct check *c, struct ol_str text)
{
    if (c->problems++ < PROBLEMS_MAX) {
        ol_json_str(&c->w, text);
    }
}

static struct ol_str column(sqlite3_stmt *st, int at)
{
    const void *text = sqlite3_column_text(st, at);
    return ol_str_make(text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(st, at));
}

/* Calls row for each row; a query that fails is a problem itself. */
static void each(struct check *c, const char *query,
                 void (*row)(struct check *c, sqlite3_stmt *st))
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(c->sql, query, -1, &st, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(st);
        if (rc == SQLITE_ROW) {
            row(c, st);
        }
    }
    if (rc != SQLITE_DONE) {
        problem(c, ol_str_from(sqlite3_errmsg(c->sql)));
    }
    sqlite3_finalize(st);
}

/* The number that a query gives; -1: it fails. */
static int64_t number(struct check *c, const char *query)
{
    sqlite3_stmt *st = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(c->sql, query, -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW) {
        n = sqlite3_column_int64(st, 0);
    }
    sqlite3_finalize(st);
    return n;
}

/* ---- what can be wrong ---- */

static void integrity_row(struct check *c, sqlite3_stmt *st)
{
    struct ol_str text = column(st, 0);
    if (!ol_str_equal(text, OL_STR("ok"))) {
        problem(c, text);
    }
}

static void foreign_row(struct check *c, sqlite3_stmt *st)
{
    char text[160];
    snprintf(text, sizeof text, "row %lld of %.40s belongs to no %.40s",
             (long long)sqlite3_column_int64(st, 1),
             (const char *)sqlite3_column_text(st, 0),
             (const char *)sqlite3_column_text(st, 2));
    problem(c, ol_str_from(text));
}

/* Steps from series to series, not from row to row. */
#define SERIES                                                                           \
    "WITH RECURSIVE s(p) AS (SELECT min(point) FROM history UNION ALL SELECT"            \
    " (SELECT min(point) FROM history WHERE point > p) FROM s WHERE p IS NOT NULL)"

static void orphan_row(struct check *c, sqlite3_stmt *st)
{
    char text[160];
    snprintf(text, sizeof text, "%lld %s", (long long)sqlite3_column_int64(st, 0),
             (const char *)sqlite3_column_text(st, 1));
    if (sqlite3_column_int64(st, 0) > 0) {
        problem(c, ol_str_from(text));
    }
}

static void check_version(struct check *c, int64_t version)
{
    char text[96];
    if (version >= 1 && version <= ol_db_schema_version()) {
        return;
    }
    snprintf(text, sizeof text, "its schema is %lld, this program knows 1 to %d",
             (long long)version, ol_db_schema_version());
    problem(c, ol_str_from(text));
}

static void check_all(struct check *c, int64_t version)
{
    check_version(c, version);
    each(c, "PRAGMA integrity_check(20)", integrity_row);
    each(c, "PRAGMA foreign_key_check", foreign_row);
    each(c,
         SERIES
         "SELECT count(*), 'series of values belong to no device' FROM s WHERE p IS"
         " NOT NULL AND p >> 16 NOT IN (SELECT id FROM device UNION SELECT"
         " CAST(substr(name, 9) AS INTEGER) FROM setting WHERE name BETWEEN 'deleted.'"
         " AND 'deleted/')",
         orphan_row);
    each(c,
         SERIES "SELECT count(*), 'series of values belong to no property' FROM s JOIN"
                " device AS d ON d.id = p >> 16 WHERE NOT EXISTS (SELECT 1 FROM point AS"
                " q WHERE q.product = d.product AND q.number = (p & 65535))",
         orphan_row);
    each(c,
         "SELECT count(*), 'changes of presence belong to no device' FROM presence WHERE"
         " device NOT IN (SELECT id FROM device)",
         orphan_row);
}

/* ---- what there is ---- */

static void member(struct check *c, const char *key, int64_t n)
{
    ol_json_key(&c->w, ol_str_from(key));
    if (n < 0) {
        ol_json_null(&c->w);
    } else {
        ol_json_int(&c->w, n);
    }
}

/* Names and sizes come from the file, so that no table is forgotten. */
static void table_row(struct check *c, sqlite3_stmt *st)
{
    struct ol_str name = column(st, 0);
    char *query = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", name.ptr);
    ol_json_key(&c->w, name);
    ol_json_object_begin(&c->w);
    member(c, "rows", query == NULL ? -1 : number(c, query));
    sqlite3_free(query);
    member(c, "bytes", sqlite3_column_int64(st, 1));
    ol_json_object_end(&c->w);
}

static void write_tables(struct check *c)
{
    ol_json_key(&c->w, OL_STR("tables"));
    ol_json_object_begin(&c->w);
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(c->sql,
                           "SELECT t.name, (SELECT sum(pgsize) FROM dbstat AS s WHERE"
                           " s.aggregate = TRUE AND s.name IN (SELECT name FROM"
                           " sqlite_schema WHERE tbl_name = t.name)) FROM sqlite_schema"
                           " AS t WHERE t.type = 'table' ORDER BY t.name",
                           -1, &st, NULL) == SQLITE_OK) {
        while (sqlite3_step(st) == SQLITE_ROW) {
            table_row(c, st);
        }
    }
    sqlite3_finalize(st);
    ol_json_object_end(&c->w);
}

static void write_facts(struct check *c, int64_t version)
{
    int64_t page = number(c, "PRAGMA page_size");
    member(c, "schema", version);
    member(c, "bytes", page * number(c, "PRAGMA page_count"));
    member(c, "free_bytes", page * number(c, "PRAGMA freelist_count"));
    write_tables(c);
    /* NULL without a value reads as 0, and no value is of 1970. */
    member(c, "oldest_ms",
           number(c, SERIES "SELECT min((SELECT min(time) FROM history WHERE point = p))"
                            " FROM s WHERE p IS NOT NULL"));
    member(c, "newest_ms",
           number(c, SERIES "SELECT max((SELECT max(time) FROM history WHERE point = p))"
                            " FROM s WHERE p IS NOT NULL"));
}

static bool report(struct check *c)
{
    int64_t version = number(c, "PRAGMA user_version");
    c->w = ol_json_writer_make(c->text, sizeof c->text);
    ol_json_object_begin(&c->w);
    ol_json_key(&c->w, OL_STR("problems"));
    ol_json_array_begin(&c->w);
    check_all(c, version);
    ol_json_array_end(&c->w);
    ol_json_key(&c->w, OL_STR("sound"));
    ol_json_bool(&c->w, c->problems == 0);
    write_facts(c, version);
    ol_json_object_end(&c->w);
    return ol_json_writer_status(&c->w) == OL_OK &&
           printf("%.*s\n", (int)c->w.out.len, c->text) > 0 && fflush(stdout) == 0;
}

int ol_maintain_check(const struct ol_datadir *dir)
{
    static struct check c;
    char path[OL_DATADIR_PATH_CAP];
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (!ol_datadir_file(dir, "onelink.db", path, sizeof path)) {
        fputs("onelink-platform: the path of the data folder is too long\n", stderr);
        return OL_EXIT_FAILED;
    }
    char why[512];
    if (sqlite3_open_v2(path, &c.sql, flags, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(c.sql, OL_DB_BUSY_MS) != SQLITE_OK ||
        sqlite3_exec(c.sql, "BEGIN; SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) !=
            SQLITE_OK) {
        (void)(ol_db_explain(c.sql, "cannot read the database", why, sizeof why) ==
               OL_OK);
        fprintf(stderr, "onelink-platform: %s\n", why);
        sqlite3_close(c.sql);
        return OL_EXIT_FAILED;
    }
    bool told = report(&c);
    sqlite3_close(c.sql);
    if (c.problems > 0) {
        fprintf(stderr, "onelink-platform: %s is not sound: %d problem%s\n", path,
                c.problems, c.problems == 1 ? "" : "s");
    }
    return told && c.problems == 0 ? OL_EXIT_OK : OL_EXIT_FAILED;
}
