/* SPDX-License-Identifier: MIT */
#include "platform/store/db.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/internal.h"
#include "platform/store/ring.h"

static const char *const statement_text[OL_DB_STATEMENT_COUNT] = {
    [OL_DB_BEGIN] = "BEGIN IMMEDIATE",
    [OL_DB_COMMIT] = "COMMIT",
    [OL_DB_ROLLBACK] = "ROLLBACK",
    [OL_DB_PRODUCT_FIND] = "SELECT id, product_id, access_key, model FROM product"
                           " WHERE product_id = ?1",
    [OL_DB_PRODUCT_LIST] = "SELECT product_id, created_ms FROM product ORDER BY id",
    [OL_DB_PRODUCT_ADD] = "INSERT INTO product(product_id, access_key, model, created_ms)"
                          " VALUES(?1, ?2, ?3, ?4)",
    [OL_DB_POINT_LIST] = "SELECT number, identifier FROM point WHERE product = ?1",
    [OL_DB_POINT_ADD] =
        "INSERT INTO point(product, number, identifier) VALUES(?1, ?2, ?3)",
    [OL_DB_DEVICE_FIND] =
        "SELECT id, sec_key FROM device WHERE product = ?1 AND name = ?2",
    [OL_DB_DEVICE_DETAIL] =
        "SELECT id, name, sec_key, about, created_ms, online, online_ms, seen_ms, reason"
        " FROM device WHERE product = ?1 AND name = ?2",
    [OL_DB_DEVICE_LIST] =
        "SELECT id, name, sec_key, about, created_ms, online, online_ms, seen_ms, reason"
        " FROM device WHERE product = ?1 AND instr(name, ?2) > 0 ORDER BY id"
        " LIMIT ?3 OFFSET ?4",
    [OL_DB_DEVICE_COUNT] =
        "SELECT count(*) FROM device WHERE product = ?1 AND instr(name, ?2) > 0",
    /* The id of a device that was deleted is not given again. */
    [OL_DB_DEVICE_ADD] =
        "INSERT INTO device(id, product, name, sec_key, about, created_ms) VALUES("
        "max(ifnull((SELECT max(id) FROM device), 0), ifnull((SELECT CAST(value AS"
        " INTEGER) FROM setting WHERE name = 'device_last'), 0)) + 1,"
        " ?1, ?2, ?3, ?4, ?5)",
    [OL_DB_DEVICE_PRESENCE] =
        "UPDATE device SET online = ?2, online_ms = iif(?2, ?3, online_ms), seen_ms = ?4,"
        " reason = ?5 WHERE id = ?1",
    [OL_DB_SETTING_GET] = "SELECT value FROM setting WHERE name = ?1",
    [OL_DB_SETTING_ADD] = "INSERT OR IGNORE INTO setting(name, value) VALUES(?1, ?2)",
    [OL_DB_SAMPLE_PUT] = "INSERT OR REPLACE INTO history(point, time, value)"
                         " VALUES(?1, ?2, ?3)",
    [OL_DB_SAMPLE_LATEST] = "SELECT time, value FROM history WHERE point = ?1"
                            " ORDER BY time DESC LIMIT 1",
    [OL_DB_SAMPLE_UP] = "SELECT time, value FROM history WHERE point = ?1"
                        " AND time BETWEEN ?2 AND ?3 ORDER BY time LIMIT ?4 OFFSET ?5",
    [OL_DB_SAMPLE_DOWN] =
        "SELECT time, value FROM history WHERE point = ?1"
        " AND time BETWEEN ?2 AND ?3 ORDER BY time DESC LIMIT ?4 OFFSET ?5",
    [OL_DB_PRESENCE_ADD] = "INSERT OR REPLACE INTO presence(device, time, online, reason)"
                           " VALUES(?1, ?2, ?3, ?4)",
    [OL_DB_PRESENCE_NEWEST] =
        "SELECT time FROM presence WHERE device = ?1 ORDER BY time DESC LIMIT 1",
    [OL_DB_PRESENCE_FORGET] = "DELETE FROM presence WHERE device = ?1 AND time >= ?2",
    [OL_DB_PRESENCE_TRIM] =
        "DELETE FROM presence WHERE device = ?1 AND time <= (SELECT time FROM presence"
        " WHERE device = ?1 ORDER BY time DESC LIMIT 1 OFFSET ?2)",
    [OL_DB_PRESENCE_ONLINE] =
        "SELECT device.id, seen_ms, product_id FROM device JOIN product"
        " ON product.id = device.product WHERE online <> 0 AND device.id > ?1"
        " ORDER BY device.id LIMIT 1",
    [OL_DB_RETENTION_NEXT] =
        "SELECT point, time, (SELECT max(time) FROM history AS n WHERE n.point = h.point)"
        " FROM history AS h WHERE point > ?1 ORDER BY point, time LIMIT 1",
    /* The newest of a series stays. */
    [OL_DB_RETENTION_DROP] =
        "DELETE FROM history WHERE point = ?1 AND time < min(?2,"
        " (SELECT max(time) FROM history WHERE point = ?1),"
        " ifnull((SELECT time FROM history WHERE point = ?1 ORDER BY time LIMIT 1"
        " OFFSET ?3), ?2))",
    [OL_DB_DELETED_NEXT] = "SELECT CAST(substr(name, 9) AS INTEGER) FROM setting"
                           " WHERE name BETWEEN 'deleted.' AND 'deleted/' LIMIT 1",
    [OL_DB_DELETED_DROP] =
        "DELETE FROM history WHERE (point, time) IN (SELECT point, time FROM history"
        " WHERE point BETWEEN ?1 << 16 AND ?1 << 16 | 65535 LIMIT ?2)",
    [OL_DB_DELETED_END] = "DELETE FROM setting WHERE name = 'deleted.' || ?1",
    [OL_DB_PAGES_ALL] = "PRAGMA page_count",
    [OL_DB_PAGES_FREE] = "PRAGMA freelist_count",
    [OL_DB_PAGE_SIZE] = "PRAGMA page_size",
};

#define PAGE_LEN    4096 /* SQLite's default */
#define CACHE_PAGES 720  /* 3 MB, PRAGMA cache_size below */

void ol_db_reserve(void)
{
    int header = 0;
    if (sqlite3_config(SQLITE_CONFIG_PCACHE_HDRSZ, &header) != SQLITE_OK) {
        return;
    }
    int slot = (PAGE_LEN + header + 7) & ~7;
    size_t len = (size_t)slot * CACHE_PAGES;
    void *room = malloc(len);
    if (room == NULL) {
        return;
    }
    memset(room, 0xA5, len);
    if (sqlite3_config(SQLITE_CONFIG_PAGECACHE, room, slot, CACHE_PAGES) != SQLITE_OK) {
        free(room);
    }
}

static bool set_up(sqlite3 *sql)
{
    /* The page cache is small on purpose: what is written lately is what is read. */
    return sqlite3_busy_timeout(sql, OL_DB_BUSY_MS) == SQLITE_OK &&
           sqlite3_exec(sql,
                        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                        " PRAGMA cache_size=-3000; PRAGMA foreign_keys=ON;"
                        " PRAGMA wal_autocheckpoint=2000; PRAGMA temp_store=MEMORY",
                        NULL, NULL, NULL) == SQLITE_OK;
}

int32_t ol_db_open(struct ol_db *db, const char *path, char *why, size_t cap)
{
    *db = (struct ol_db){0};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &db->sql, flags, NULL) != SQLITE_OK || !set_up(db->sql)) {
        char what[256];
        snprintf(what, sizeof what, "cannot open the database %s", path);
        int32_t rc = db->sql == NULL ? OL_E_IO : ol_db_explain(db->sql, what, why, cap);
        if (db->sql == NULL) {
            snprintf(why, cap, "%s: no memory", what);
        }
        ol_db_close(db);
        return rc;
    }
    int32_t rc = ol_db_migrate(db->sql, why, cap);
    if (rc != OL_OK) {
        ol_db_close(db);
    }
    return rc;
}

void ol_db_close(struct ol_db *db)
{
    if (db->sql == NULL) {
        return;
    }
    if (ol_db_commit(db) != OL_OK) {
        ol_db_rollback(db);
    }
    for (int i = 0; i < OL_DB_STATEMENT_COUNT; i++) {
        sqlite3_finalize(db->statements[i]);
    }
    ol_db_products_free(db);
    ol_ring_close(db->log);
    free(db->kept);
    sqlite3_close(db->sql);
    *db = (struct ol_db){0};
}

sqlite3_stmt *ol_db_statement(struct ol_db *db, enum ol_db_statement which)
{
    sqlite3_stmt *st = db->statements[which];
    if (st != NULL) {
        sqlite3_reset(st);
        return st;
    }
    if (sqlite3_prepare_v3(db->sql, statement_text[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &st, NULL) != SQLITE_OK) {
        return NULL;
    }
    db->statements[which] = st;
    return st;
}

int32_t ol_db_run(struct ol_db *db, sqlite3_stmt *st)
{
    if (st == NULL) {
        return OL_E_IO;
    }
    int rc = sqlite3_step(st);
    sqlite3_reset(st);
    if (rc == SQLITE_DONE || rc == SQLITE_ROW) {
        return OL_OK;
    }
    if (rc == SQLITE_CONSTRAINT) {
        return OL_E_ARG;
    }
    /* A full disk and the like can end the transaction by itself. */
    if (db->in_batch && sqlite3_get_autocommit(db->sql) != 0) {
        db->batch_failed = true;
    }
    return OL_E_IO;
}

void ol_db_bind_str(sqlite3_stmt *st, int at, struct ol_str text)
{
    const char *ptr = text.ptr == NULL ? "" : text.ptr;
    sqlite3_bind_text(st, at, ptr, (int)text.len, SQLITE_STATIC);
}

struct ol_str ol_db_column_str(sqlite3_stmt *st, int at)
{
    const void *text = sqlite3_column_text(st, at);
    return ol_str_make(text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(st, at));
}

bool ol_db_keep(struct ol_db *db, struct ol_str *const *strings, size_t count)
{
    size_t total = 1;
    for (size_t i = 0; i < count; i++) {
        total += strings[i]->len;
    }
    if (total > db->kept_cap) {
        char *grown = realloc(db->kept, total);
        if (grown == NULL) {
            return false;
        }
        db->kept = grown;
        db->kept_cap = total;
    }
    char *at = db->kept;
    for (size_t i = 0; i < count; i++) {
        if (strings[i]->len > 0) {
            memcpy(at, strings[i]->ptr, strings[i]->len);
        }
        *strings[i] = ol_str_make(at, strings[i]->len);
        at += strings[i]->len;
    }
    return true;
}

int32_t ol_db_batch(struct ol_db *db)
{
    /* What is put after the transaction is gone would be stored by itself. */
    if (db->in_batch) {
        return db->batch_failed ? OL_E_IO : OL_OK;
    }
    int32_t rc = ol_db_run(db, ol_db_statement(db, OL_DB_BEGIN));
    db->in_batch = rc == OL_OK;
    return rc;
}

void ol_db_rollback(struct ol_db *db)
{
    if (!db->in_batch) {
        return;
    }
    if (sqlite3_get_autocommit(db->sql) == 0 &&
        ol_db_run(db, ol_db_statement(db, OL_DB_ROLLBACK)) != OL_OK) {
        (void)sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
    }
    db->in_batch = false;
    db->batch_failed = false;
}

int32_t ol_db_commit(struct ol_db *db)
{
    if (!db->in_batch) {
        return OL_OK;
    }
    if (db->batch_failed || ol_db_run(db, ol_db_statement(db, OL_DB_COMMIT)) != OL_OK) {
        ol_db_rollback(db);
        return OL_E_IO;
    }
    db->in_batch = false;
    return OL_OK;
}
