/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>
#include <stdio.h>

#include "platform/store/db.h"

/* The schema, one step a version; a step that has shipped is never changed, a new one is
 * added below it. user_version counts the steps that a file has seen.
 *
 * history.point is (device << 16) | number, where number is the property's place in
 * `point`: one integer finds a series, whatever becomes of the model later. A value is an
 * integer where it is one, else its JSON text, so that it comes back as it was reported. */
static const char *const steps[] = {
    "CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE product(id INTEGER PRIMARY KEY, product_id TEXT NOT NULL UNIQUE,"
    " access_key TEXT NOT NULL, model TEXT NOT NULL, created_ms INTEGER NOT NULL);"
    "CREATE TABLE point(product INTEGER NOT NULL REFERENCES product(id),"
    " identifier TEXT NOT NULL, number INTEGER NOT NULL,"
    " PRIMARY KEY(product, identifier)) WITHOUT ROWID;"
    "CREATE TABLE device(id INTEGER PRIMARY KEY,"
    " product INTEGER NOT NULL REFERENCES product(id), name TEXT NOT NULL,"
    " sec_key TEXT NOT NULL, about TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " online INTEGER NOT NULL DEFAULT 0, online_ms INTEGER NOT NULL DEFAULT 0,"
    " seen_ms INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',"
    " UNIQUE(product, name));"
    "CREATE TABLE history(point INTEGER, time INTEGER, value, PRIMARY KEY(point, time))"
    " WITHOUT ROWID;"
    "CREATE TABLE presence(device INTEGER, time INTEGER, online INTEGER NOT NULL,"
    " reason TEXT NOT NULL, PRIMARY KEY(device, time)) WITHOUT ROWID;"
    "CREATE TABLE log(slot INTEGER PRIMARY KEY, seq INTEGER, prev INTEGER, device "
    "INTEGER,"
    " who TEXT, time INTEGER, kind INTEGER, length INTEGER, code INTEGER, topic TEXT,"
    " body BLOB, reason TEXT);",
    /* The message log has a file of its own: store/ring.h. */
    "DROP TABLE log;",
    /* An id is never given again, as receivers know a message that came twice by it. */
    "CREATE TABLE push(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " product_id TEXT NOT NULL, device INTEGER NOT NULL,"
    " time INTEGER NOT NULL, text TEXT NOT NULL);",
};

#define STEP_COUNT ((int)(sizeof steps / sizeof steps[0]))

static int user_version(sqlite3 *sql)
{
    sqlite3_stmt *st = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(sql, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW) {
        version = sqlite3_column_int(st, 0);
    }
    sqlite3_finalize(st);
    return version;
}

static bool run(sqlite3 *sql, const char *text)
{
    return sqlite3_exec(sql, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* Has tables, though none of ours. */
static bool is_foreign(sqlite3 *sql, int version)
{
    sqlite3_stmt *st = NULL;
    bool tables = version == 0 &&
                  sqlite3_prepare_v2(sql, "SELECT 1 FROM sqlite_schema LIMIT 1", -1, &st,
                                     NULL) == SQLITE_OK &&
                  sqlite3_step(st) == SQLITE_ROW;
    sqlite3_finalize(st);
    return tables;
}

/* Within a transaction: two programs that open a new file at once do not step on each
 * other, and one that dies leaves the file as it was. */
static bool apply_from(sqlite3 *sql, int version)
{
    char pragma[48];
    for (int i = version; i < STEP_COUNT; i++) {
        if (!run(sql, steps[i])) {
            return false;
        }
    }
    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d", STEP_COUNT);
    return run(sql, pragma);
}

int32_t ol_db_explain(struct sqlite3 *sql, const char *what, char *why, size_t cap)
{
    int rc = sqlite3_errcode(sql) & 0xff;
    if (rc != SQLITE_CORRUPT && rc != SQLITE_NOTADB) {
        snprintf(why, cap, "%s: %s", what, sqlite3_errmsg(sql));
        return OL_E_IO;
    }
    snprintf(
        why, cap,
        "%s: the file is damaged (%s); bring back a backup, docs/storage.md tells how",
        what, sqlite3_errmsg(sql));
    return OL_E_CORRUPT;
}

static int32_t refuse(int version, char *why, size_t cap)
{
    if (version > STEP_COUNT) {
        snprintf(why, cap,
                 "the database was made by a newer onelink-platform: its schema is %d,"
                 " this program knows up to %d",
                 version, STEP_COUNT);
    } else {
        snprintf(why, cap, "onelink.db is the database of another program");
    }
    return OL_E_CORRUPT;
}

static int32_t migrate(sqlite3 *sql, char *why, size_t cap)
{
    int version = user_version(sql);
    if (version > STEP_COUNT || (version >= 0 && is_foreign(sql, version))) {
        return refuse(version, why, cap);
    }
    if (version < 0 || !apply_from(sql, version) || !run(sql, "COMMIT")) {
        return ol_db_explain(sql, "cannot set up the database", why, cap);
    }
    return OL_OK;
}

int32_t ol_db_migrate(sqlite3 *sql, char *why, size_t cap)
{
    if (user_version(sql) == STEP_COUNT) {
        return OL_OK;
    }
    if (!run(sql, "BEGIN IMMEDIATE")) {
        return ol_db_explain(sql, "cannot set up the database", why, cap);
    }
    int32_t rc = migrate(sql, why, cap);
    if (sqlite3_get_autocommit(sql) == 0) {
        (void)run(sql, "ROLLBACK");
    }
    return rc;
}

int ol_db_schema_version(void)
{
    return STEP_COUNT;
}
