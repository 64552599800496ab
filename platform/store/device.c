/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>

#include "platform/store/internal.h"
#include "platform/store/registry.h"

int32_t ol_db_find_device(void *ctx, const struct ol_store_product *product,
                          struct ol_str name, struct ol_store_device *out)
{
    struct ol_db *db = ctx;
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_DEVICE_FIND);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, product->id);
    ol_db_bind_str(st, 2, name);
    int rc = sqlite3_step(st);
    int32_t status = rc == SQLITE_ROW ? OL_OK : rc == SQLITE_DONE ? OL_E_NOENT : OL_E_IO;
    if (status == OL_OK) {
        *out = (struct ol_store_device){sqlite3_column_int64(st, 0),
                                        ol_db_column_str(st, 1)};
        struct ol_str *keep[] = {&out->sec_key};
        status = ol_db_keep(db, keep, 1) ? OL_OK : OL_E_IO;
    }
    sqlite3_reset(st);
    return status;
}

int32_t ol_db_device_add(struct ol_db *db, const struct ol_store_product *product,
                         struct ol_str name, struct ol_str sec_key, struct ol_str about,
                         int64_t now_ms)
{
    int32_t rc = ol_db_batch(db);
    sqlite3_stmt *st = rc == OL_OK ? ol_db_statement(db, OL_DB_DEVICE_ADD) : NULL;
    if (st == NULL) {
        ol_db_rollback(db);
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, product->id);
    ol_db_bind_str(st, 2, name);
    ol_db_bind_str(st, 3, sec_key);
    ol_db_bind_str(st, 4, about);
    sqlite3_bind_int64(st, 5, now_ms);
    rc = ol_db_run(db, st);
    if (rc != OL_OK) {
        ol_db_rollback(db);
        return rc;
    }
    return ol_db_commit(db);
}

static struct ol_db_device_row row_of(sqlite3_stmt *st)
{
    return (struct ol_db_device_row){
        .id = sqlite3_column_int64(st, 0),
        .name = ol_db_column_str(st, 1),
        .sec_key = ol_db_column_str(st, 2),
        .about = ol_db_column_str(st, 3),
        .created_ms = sqlite3_column_int64(st, 4),
        .online = sqlite3_column_int(st, 5) != 0,
        .online_ms = sqlite3_column_int64(st, 6),
        .seen_ms = sqlite3_column_int64(st, 7),
        .reason = ol_db_column_str(st, 8),
    };
}

int32_t ol_db_device_get(struct ol_db *db, const struct ol_store_product *product,
                         struct ol_str name, struct ol_db_device_row *out)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_DEVICE_DETAIL);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, product->id);
    ol_db_bind_str(st, 2, name);
    int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW) {
        sqlite3_reset(st);
        return rc == SQLITE_DONE ? OL_E_NOENT : OL_E_IO;
    }
    *out = row_of(st);
    struct ol_str *keep[] = {&out->name, &out->sec_key, &out->about, &out->reason};
    bool kept = ol_db_keep(db, keep, 4);
    sqlite3_reset(st);
    return kept ? OL_OK : OL_E_IO;
}

int32_t ol_db_device_each(struct ol_db *db, const struct ol_store_product *product,
                          const struct ol_db_device_filter *filter,
                          void (*row)(void *ctx, const struct ol_db_device_row *r),
                          void *ctx)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_DEVICE_LIST);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, product->id);
    ol_db_bind_str(st, 2, filter->part);
    sqlite3_bind_int64(st, 3, filter->limit);
    sqlite3_bind_int64(st, 4, filter->offset);
    int rc = SQLITE_ROW;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct ol_db_device_row r = row_of(st);
        row(ctx, &r);
    }
    sqlite3_reset(st);
    return rc == SQLITE_DONE ? OL_OK : OL_E_IO;
}

int32_t ol_db_device_count(struct ol_db *db, const struct ol_store_product *product,
                           struct ol_str part, int64_t *out)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_DEVICE_COUNT);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, product->id);
    ol_db_bind_str(st, 2, part);
    int rc = sqlite3_step(st);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_reset(st);
    return rc == SQLITE_ROW ? OL_OK : OL_E_IO;
}

int32_t ol_db_setting_get(struct ol_db *db, struct ol_str name, struct ol_str *out)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_SETTING_GET);
    if (st == NULL) {
        return OL_E_IO;
    }
    ol_db_bind_str(st, 1, name);
    int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW) {
        sqlite3_reset(st);
        return rc == SQLITE_DONE ? OL_E_NOENT : OL_E_IO;
    }
    *out = ol_db_column_str(st, 0);
    struct ol_str *keep[] = {out};
    bool kept = ol_db_keep(db, keep, 1);
    sqlite3_reset(st);
    return kept ? OL_OK : OL_E_IO;
}

int32_t ol_db_setting_add(struct ol_db *db, struct ol_str name, struct ol_str value)
{
    int32_t rc = ol_db_batch(db);
    sqlite3_stmt *st = rc == OL_OK ? ol_db_statement(db, OL_DB_SETTING_ADD) : NULL;
    if (st == NULL) {
        ol_db_rollback(db);
        return OL_E_IO;
    }
    ol_db_bind_str(st, 1, name);
    ol_db_bind_str(st, 2, value);
    rc = ol_db_run(db, st);
    return rc == OL_OK ? ol_db_commit(db) : (ol_db_rollback(db), rc);
}
