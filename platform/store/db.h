/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_DB_H
#define PLATFORM_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "platform/core/store.h"

/* The platform's database: one SQLite file in WAL mode with synchronous=NORMAL, so that
 * what a commit wrote survives the death of the process, whatever kills it (a power cut
 * may take the last commits with it, never a part of one). Unlike onelink/ this layer
 * allocates.
 *
 *   db.h        open, close, the batch, the contract of platform/core/store.h
 *   registry.h  products, devices, settings
 *   history.h   what was reported, who was online
 *   msglog.h    the message log, in a file of its own
 *   retention.h how long history is kept
 *   buckets.h   history made coarse for charts
 *
 * One thread. Several processes may have the file open; each write waits for the others
 * for at most OL_DB_BUSY_MS. */

struct sqlite3;
struct sqlite3_stmt;
struct ol_db_product;
struct ol_ring; /* platform/store/ring.h */

#define OL_DB_BUSY_MS 5000

/* The statements, made when first used and kept. */
enum ol_db_statement {
    OL_DB_BEGIN,
    OL_DB_COMMIT,
    OL_DB_ROLLBACK,
    OL_DB_PRODUCT_FIND,
    OL_DB_PRODUCT_LIST,
    OL_DB_PRODUCT_ADD,
    OL_DB_POINT_LIST,
    OL_DB_POINT_ADD,
    OL_DB_DEVICE_FIND,
    OL_DB_DEVICE_DETAIL,
    OL_DB_DEVICE_LIST,
    OL_DB_DEVICE_COUNT,
    OL_DB_DEVICE_ADD,
    OL_DB_DEVICE_PRESENCE,
    OL_DB_SETTING_GET,
    OL_DB_SETTING_ADD,
    OL_DB_SAMPLE_PUT,
    OL_DB_SAMPLE_LATEST,
    OL_DB_SAMPLE_UP,
    OL_DB_SAMPLE_DOWN,
    OL_DB_PRESENCE_ADD,
    OL_DB_PRESENCE_NEWEST,
    OL_DB_PRESENCE_FORGET,
    OL_DB_PRESENCE_TRIM,
    OL_DB_PRESENCE_ONLINE,
    OL_DB_DELETED_NEXT,
    OL_DB_DELETED_DROP,
    OL_DB_DELETED_END,
    OL_DB_RETENTION_NEXT,
    OL_DB_RETENTION_DROP,
    OL_DB_PAGES_ALL,
    OL_DB_PAGES_FREE,
    OL_DB_PAGE_SIZE,
    OL_DB_STATEMENT_COUNT
};

struct ol_db {
    struct sqlite3 *sql;
    struct sqlite3_stmt *statements[OL_DB_STATEMENT_COUNT];
    struct ol_db_product *products; /* those looked up so far */
    struct ol_ring *log;            /* NULL: the message log is not open */
    uint64_t log_lost;              /* lines that could not be stored */
    int64_t strangers_at_ms;        /* when the second of their lines began */
    uint32_t strangers;             /* lines about them since */
    uint32_t presence_puts;
    char *kept; /* copies of the strings handed out last */
    size_t kept_cap;
    bool in_batch;
    bool batch_failed; /* a write was lost: commit must fail */
};

/* Takes the memory of the page cache now and for good, so that a program that serves for long
 * shows from its start what it needs, and cannot run out of it later. At most once a
 * process, before the first ol_db_open. Without memory nothing is reserved. */
void ol_db_reserve(void);

/* Opens or makes the file and brings its schema up to date. OL_OK; OL_E_IO: no file, no
 * memory; OL_E_CORRUPT: damaged, no database, made by a newer or by another program. Then
 * one sentence stands in why[cap] and nothing is open. */
OL_MUST int32_t ol_db_open(struct ol_db *db, const char *path, char *why, size_t cap);

/* Commits the batch and closes. Harmless on a zeroed or closed one. */
void ol_db_close(struct ol_db *db);

/* The contract of the access node, over this database. It lives as long as db stays open.
 */
struct ol_store ol_db_store(struct ol_db *db);

/* Opens the batch if it is not open. OL_OK, or OL_E_IO: try again later; of an open one it
 * means that what was put is lost already, which the commit will tell. */
OL_MUST int32_t ol_db_batch(struct ol_db *db);

/* Makes the batch durable. OL_OK, also without one; OL_E_IO: nothing of it is stored. */
OL_MUST int32_t ol_db_commit(struct ol_db *db);

/* Takes back what was put since the last commit. */
void ol_db_rollback(struct ol_db *db);

/* ---- for the files of this layer ---- */

/* The statement, reset and ready to be bound; NULL when it cannot be made. */
struct sqlite3_stmt *ol_db_statement(struct ol_db *db, enum ol_db_statement which);

/* Runs a bound statement that gives no rows. OL_OK, OL_E_IO, or OL_E_ARG: it breaks a
 * constraint (a name that is taken). */
OL_MUST int32_t ol_db_run(struct ol_db *db, struct sqlite3_stmt *st);

void ol_db_bind_str(struct sqlite3_stmt *st, int at, struct ol_str text);

/* A text column; it lives until the statement is used again. */
struct ol_str ol_db_column_str(struct sqlite3_stmt *st, int at);

/* Copies the strings into memory of db that lives until the next call of this function,
 * and points the spans there. A statement must not stay open to keep its strings alive:
 * it would hold an old snapshot of the database, in which nothing new ever shows. false:
 * no memory. */
bool ol_db_keep(struct ol_db *db, struct ol_str *const *strings, size_t count);

/* Brings the schema up to date: PRAGMA user_version. Errors as ol_db_open. */
OL_MUST int32_t ol_db_migrate(struct sqlite3 *sql, char *why, size_t cap);

/* The version that this program brings a file to. */
int ol_db_schema_version(void);

/* Says in why[cap] what SQLite failed at last. OL_E_CORRUPT: the file is damaged;
 * OL_E_IO. */
OL_MUST int32_t ol_db_explain(struct sqlite3 *sql, const char *what, char *why,
                              size_t cap);

#endif
