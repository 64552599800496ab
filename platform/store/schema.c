/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>
#include <stdio.h>

#include "platform/store/db.h"

/* The schema, one step a version; a step that has shipped is never changed, a new one is
 * added below it. user_version counts the steps that a file has seen.
 *
 * history.point is (device << 16) | number, where number is the property's place in
 * `point`: one integer finds a series, whatever becomes of the model later. A value is an
 * integer where it is one, else its JSON text, so that it comes back as it was reported.
 *
 * log.slot is seq modulo the size of the log: a new line overwrites the oldest and
 * nothing has to be deleted. prev is the seq of the device's line before: it finds a
 * device's lines without an index. */
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

/* Within a transaction: two programs that open a new file at once do not step on each
 * other. */
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

int32_t ol_db_migrate(sqlite3 *sql, char *why, size_t cap)
{
    if (user_version(sql) == STEP_COUNT) {
        return OL_OK;
    }
    bool begun = run(sql, "BEGIN IMMEDIATE");
    int version = begun ? user_version(sql) : -1;
    if (version > STEP_COUNT) {
        (void)run(sql, "ROLLBACK");
        snprintf(why, cap,
                 "the database was made by a newer onelink-platform (schema %d)",
                 version);
        return OL_E_CORRUPT;
    }
    if (version < 0 || !apply_from(sql, version) || !run(sql, "COMMIT")) {
        snprintf(why, cap, "cannot set up the database: %s", sqlite3_errmsg(sql));
        if (begun) {
            (void)run(sql, "ROLLBACK");
        }
        return OL_E_IO;
    }
    return OL_OK;
}
