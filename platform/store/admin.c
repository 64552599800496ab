/* SPDX-License-Identifier: MIT */
#include "platform/store/admin.h"

#include <sqlite3.h>
#include <string.h>

#include "platform/store/internal.h"
#include "platform/store/retention.h"

/* These statements are rare: each is made when it is needed and dropped afterwards. */

static sqlite3_stmt *prepare(struct ol_db *db, const char *text)
{
    sqlite3_stmt *st = NULL;
    return sqlite3_prepare_v2(db->sql, text, -1, &st, NULL) == SQLITE_OK ? st : NULL;
}

static struct ol_str without_mark(struct ol_str text)
{
    static const struct ol_str mark = OL_STR_INIT("\xef\xbb\xbf");
    if (text.len >= mark.len && ol_str_equal(ol_str_make(text.ptr, mark.len), mark)) {
        return ol_str_make(text.ptr + mark.len, text.len - mark.len);
    }
    return text;
}

int32_t ol_db_product_info(struct ol_db *db, const struct ol_store_product *product,
                           struct ol_db_product_info *out)
{
    sqlite3_stmt *st =
        prepare(db, "SELECT created_ms, (SELECT count(*) FROM device WHERE product = ?1),"
                    " model FROM product WHERE id = ?1");
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, product->id);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    if (found) {
        *out = (struct ol_db_product_info){sqlite3_column_int64(st, 0),
                                           sqlite3_column_int64(st, 1),
                                           without_mark(ol_db_column_str(st, 2))};
        struct ol_str *keep[] = {&out->model};
        found = ol_db_keep(db, keep, 1);
    }
    sqlite3_finalize(st);
    return found ? OL_OK : OL_E_IO;
}

bool ol_db_device_name(struct ol_db *db, int64_t device, char *name, size_t cap)
{
    sqlite3_stmt *st = prepare(db, "SELECT name FROM device WHERE id = ?1");
    if (st == NULL) {
        return false;
    }
    sqlite3_bind_int64(st, 1, device);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    struct ol_str text = found ? ol_db_column_str(st, 0) : ol_str_make(NULL, 0);
    found = found && text.len > 0 && text.len < cap;
    if (found) {
        memcpy(name, text.ptr, text.len);
        name[text.len] = '\0';
    }
    sqlite3_finalize(st);
    return found;
}

/* ---- changes ---- */

/* One statement about a device in the open batch; text is bound to ?2 where there is one.
 */
static int32_t run_for(struct ol_db *db, const char *sql, int64_t device,
                       struct ol_str text)
{
    sqlite3_stmt *st = prepare(db, sql);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, device);
    if (sqlite3_bind_parameter_count(st) > 1) {
        ol_db_bind_str(st, 2, text);
    }
    int32_t rc = ol_db_run(db, st);
    sqlite3_finalize(st);
    return rc;
}

/* Ends the batch: what did not come through whole is taken back. */
static int32_t finish(struct ol_db *db, int32_t rc)
{
    if (rc != OL_OK) {
        ol_db_rollback(db);
        return rc;
    }
    return ol_db_commit(db);
}

static int32_t change(struct ol_db *db, const char *sql, int64_t device,
                      struct ol_str text)
{
    int32_t rc = ol_db_batch(db);
    if (rc == OL_OK) {
        rc = run_for(db, sql, device, text);
    }
    if (rc == OL_OK && sqlite3_changes(db->sql) == 0) {
        rc = OL_E_NOENT;
    }
    return finish(db, rc);
}

int32_t ol_db_device_describe(struct ol_db *db, int64_t device, struct ol_str about)
{
    return change(db, "UPDATE device SET about = ?2 WHERE id = ?1", device, about);
}

int32_t ol_db_device_rekey(struct ol_db *db, int64_t device, struct ol_str sec_key)
{
    return change(db, "UPDATE device SET sec_key = ?2 WHERE id = ?1", device, sec_key);
}

int32_t ol_db_device_delete(struct ol_db *db, int64_t device)
{
    /* The id is not given to another device: lines of the message log may outlive it. */
    static const char *const traces[] = {
        "INSERT OR REPLACE INTO setting(name, value) SELECT 'device_last',"
        " max(max(id), ifnull((SELECT CAST(value AS INTEGER) FROM setting"
        " WHERE name = 'device_last'), 0)) FROM device WHERE ?1 = ?1",
        "INSERT OR REPLACE INTO setting(name, value) SELECT 'deleted.' || ?1, '' WHERE"
        " EXISTS(SELECT 1 FROM history WHERE point BETWEEN ?1 << 16 AND ?1 << 16 |"
        " 65535)",
        "DELETE FROM presence WHERE device = ?1",
        "DELETE FROM device WHERE id = ?1",
    };
    const struct ol_str none = {NULL, 0};
    int32_t rc = ol_db_batch(db);
    rc = rc == OL_OK ? ol_db_deleted_drop(db, device, &(int){0}) : rc;
    for (size_t i = 0; i < sizeof traces / sizeof traces[0] && rc == OL_OK; i++) {
        rc = run_for(db, traces[i], device, none);
    }
    if (rc == OL_OK && sqlite3_changes(db->sql) == 0) {
        rc = OL_E_NOENT;
    }
    return finish(db, rc);
}

/* ---- settings ---- */

int32_t ol_db_setting_put(struct ol_db *db, struct ol_str name, struct ol_str value)
{
    int32_t rc = ol_db_batch(db);
    sqlite3_stmt *st =
        rc == OL_OK ? prepare(db, value.len == 0
                                      ? "DELETE FROM setting WHERE name = ?1 AND ?2 = ''"
                                      : "INSERT OR REPLACE INTO setting(name, value)"
                                        " VALUES(?1, ?2)")
                    : NULL;
    if (st == NULL) {
        ol_db_rollback(db);
        return OL_E_IO;
    }
    ol_db_bind_str(st, 1, name);
    ol_db_bind_str(st, 2, value);
    rc = ol_db_run(db, st);
    sqlite3_finalize(st);
    return finish(db, rc);
}

int32_t ol_db_setting_each(struct ol_db *db, struct ol_str prefix,
                           void (*row)(void *ctx, struct ol_str name,
                                       struct ol_str value),
                           void *ctx)
{
    sqlite3_stmt *st =
        prepare(db, "SELECT name, value FROM setting WHERE substr(name, 1, ?2) = ?1"
                    " ORDER BY name");
    if (st == NULL) {
        return OL_E_IO;
    }
    ol_db_bind_str(st, 1, prefix);
    sqlite3_bind_int64(st, 2, (sqlite3_int64)prefix.len);
    int rc = SQLITE_ROW;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        row(ctx, ol_db_column_str(st, 0), ol_db_column_str(st, 1));
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? OL_OK : OL_E_IO;
}
