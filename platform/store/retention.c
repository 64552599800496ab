/* SPDX-License-Identifier: MIT */
#include "platform/store/retention.h"

#include <sqlite3.h>

/* A pass by size begins above the limit and ends this part of it below. */
#define SPARE_PART 32

/* A pass by size takes this part of the time that the history spans. */
#define SPAN_PART 64

/* ---- the size ---- */

static int64_t number_of(struct ol_db *db, enum ol_db_statement which)
{
    sqlite3_stmt *st = ol_db_statement(db, which);
    if (st == NULL) {
        return 0;
    }
    int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_reset(st);
    return n;
}

int64_t ol_db_bytes_used(struct ol_db *db)
{
    return (number_of(db, OL_DB_PAGES_ALL) - number_of(db, OL_DB_PAGES_FREE)) *
           number_of(db, OL_DB_PAGE_SIZE);
}

static bool is_too_big(struct ol_db *db, const struct ol_db_retention *r)
{
    return r->max_bytes > 0 && ol_db_bytes_used(db) > r->max_bytes;
}

/* Small enough for a while. */
static bool is_small(struct ol_db *db, const struct ol_db_retention *r)
{
    return ol_db_bytes_used(db) <= r->max_bytes - r->max_bytes / SPARE_PART;
}

/* ---- the beginning of a pass ---- */

static int64_t begin(struct ol_db_retention *r, enum ol_db_retention_phase phase)
{
    r->phase = phase;
    r->at_point = INT64_MIN;
    return OL_DB_RETENTION_BUSY_MS;
}

static int64_t begin_oldest(struct ol_db_retention *r)
{
    r->oldest_ms = INT64_MAX;
    r->newest_ms = INT64_MIN;
    return begin(r, OL_DB_RETENTION_OLDEST);
}

/* The span ends now: a value of the future must not make the first pass take everything.
 * When only such are left it ends with the newest of them. */
static int64_t begin_by_size(struct ol_db_retention *r, int64_t now_ms)
{
    int64_t end = now_ms > r->oldest_ms ? now_ms : r->newest_ms;
    uint64_t span = (uint64_t)end - (uint64_t)r->oldest_ms;
    r->cutoff_ms = r->oldest_ms + (int64_t)(span / SPAN_PART) + 1;
    r->by_size = true;
    return begin(r, OL_DB_RETENTION_DELETE);
}

static int64_t begin_by_age(struct ol_db_retention *r, int64_t now_ms)
{
    r->cutoff_ms = now_ms - r->max_age_ms;
    r->by_size = false;
    return begin(r, OL_DB_RETENTION_DELETE);
}

/* The clock may have been set back. */
static bool is_age_due(const struct ol_db_retention *r, int64_t now_ms)
{
    return r->max_age_ms > 0 && (r->aged_ms == 0 || now_ms < r->aged_ms ||
                                 now_ms - r->aged_ms >= OL_DB_RETENTION_AGE_MS);
}

/* The next device that is deleted and has left values; 0: none, or it cannot be told. */
static int64_t next_deleted(struct ol_db *db)
{
    return number_of(db, OL_DB_DELETED_NEXT);
}

static int64_t begin_any(struct ol_db *db, struct ol_db_retention *r, int64_t now_ms)
{
    if (next_deleted(db) != 0) {
        return begin(r, OL_DB_RETENTION_DELETED);
    }
    if (is_age_due(r, now_ms)) {
        return begin_by_age(r, now_ms);
    }
    return is_too_big(db, r) ? begin_oldest(r) : OL_DB_RETENTION_IDLE_MS;
}

/* ---- slices ---- */

/* A series and its oldest value. */
struct series {
    int64_t point;
    int64_t oldest_ms;
    int64_t newest_ms;
};

/* The series behind the one that was dealt with. SQLITE_ROW, SQLITE_DONE or an error. */
static int next_series(struct ol_db *db, const struct ol_db_retention *r,
                       struct series *out)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_RETENTION_NEXT);
    if (st == NULL) {
        return SQLITE_ERROR;
    }
    sqlite3_bind_int64(st, 1, r->at_point);
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) {
        *out = (struct series){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1),
                               sqlite3_column_int64(st, 2)};
    }
    sqlite3_reset(st);
    return rc;
}

static int oldest_slice(struct ol_db *db, struct ol_db_retention *r)
{
    for (int i = 0; i < OL_DB_RETENTION_SERIES; i++) {
        struct series s;
        int rc = next_series(db, r, &s);
        if (rc != SQLITE_ROW) {
            return rc;
        }
        r->at_point = s.point;
        if (s.oldest_ms < s.newest_ms) {
            r->oldest_ms = s.oldest_ms < r->oldest_ms ? s.oldest_ms : r->oldest_ms;
            r->newest_ms = s.newest_ms > r->newest_ms ? s.newest_ms : r->newest_ms;
        }
    }
    return SQLITE_ROW;
}

/* Deletes the oldest of one series, at most limit. -1: it failed. */
static int delete_of(struct ol_db *db, int64_t point, int64_t cutoff_ms, int limit)
{
    sqlite3_stmt *st =
        ol_db_batch(db) == OL_OK ? ol_db_statement(db, OL_DB_RETENTION_DROP) : NULL;
    if (st == NULL) {
        return -1;
    }
    sqlite3_bind_int64(st, 1, point);
    sqlite3_bind_int64(st, 2, cutoff_ms);
    sqlite3_bind_int(st, 3, limit);
    return ol_db_run(db, st) == OL_OK ? sqlite3_changes(db->sql) : -1;
}

static int delete_slice(struct ol_db *db, struct ol_db_retention *r, int *deleted)
{
    for (int i = 0; i < OL_DB_RETENTION_SERIES && *deleted < OL_DB_RETENTION_ROWS; i++) {
        struct series s;
        int rc = next_series(db, r, &s);
        if (rc != SQLITE_ROW) {
            return rc;
        }
        int room = OL_DB_RETENTION_ROWS - *deleted;
        int n = 0;
        if (s.oldest_ms < r->cutoff_ms) {
            n = delete_of(db, s.point, r->cutoff_ms, room);
        }
        if (n < 0) {
            return SQLITE_ERROR;
        }
        *deleted += n;
        /* One that may hold more is looked at again. */
        r->at_point = n < room ? s.point : r->at_point;
    }
    return SQLITE_ROW;
}

/* ---- one step ---- */

static int64_t rest(struct ol_db_retention *r)
{
    r->phase = OL_DB_RETENTION_IDLE;
    return OL_DB_RETENTION_IDLE_MS;
}

static int64_t failed(struct ol_db *db, struct ol_db_retention *r)
{
    ol_db_rollback(db);
    r->aged_ms = 0;
    return rest(r);
}

int32_t ol_db_deleted_drop(struct ol_db *db, int64_t device, int *count)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_DELETED_DROP);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, device);
    sqlite3_bind_int(st, 2, OL_DB_RETENTION_ROWS);
    int32_t rc = ol_db_run(db, st);
    *count = rc == OL_OK ? sqlite3_changes(db->sql) : 0;
    return rc;
}

static int32_t deleted_end(struct ol_db *db, int64_t device)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_DELETED_END);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, device);
    return ol_db_run(db, st);
}

static int64_t deleted_step(struct ol_db *db, struct ol_db_retention *r)
{
    int64_t device = next_deleted(db);
    int count = 0;
    if (device == 0) {
        r->phase = OL_DB_RETENTION_IDLE;
        return OL_DB_RETENTION_BUSY_MS;
    }
    int32_t rc = ol_db_batch(db);
    rc = rc == OL_OK ? ol_db_deleted_drop(db, device, &count) : rc;
    if (rc == OL_OK && count < OL_DB_RETENTION_ROWS) {
        rc = deleted_end(db, device);
    }
    if (rc != OL_OK || ol_db_commit(db) != OL_OK) {
        return failed(db, r);
    }
    r->deleted += (uint64_t)count;
    return OL_DB_RETENTION_BUSY_MS;
}

static int64_t oldest_step(struct ol_db *db, struct ol_db_retention *r, int64_t now_ms)
{
    int rc = oldest_slice(db, r);
    if (rc == SQLITE_ROW) {
        return OL_DB_RETENTION_BUSY_MS;
    }
    if (rc != SQLITE_DONE) {
        return failed(db, r);
    }
    return r->oldest_ms == INT64_MAX ? rest(r) : begin_by_size(r, now_ms);
}

static int64_t delete_step(struct ol_db *db, struct ol_db_retention *r, int64_t now_ms)
{
    int deleted = 0;
    int rc = delete_slice(db, r, &deleted);
    if ((rc != SQLITE_ROW && rc != SQLITE_DONE) || ol_db_commit(db) != OL_OK) {
        return failed(db, r);
    }
    r->deleted += (uint64_t)deleted;
    if (r->by_size && is_small(db, r)) {
        return rest(r);
    }
    if (rc == SQLITE_ROW) {
        return OL_DB_RETENTION_BUSY_MS;
    }
    if (r->by_size) {
        return begin_oldest(r);
    }
    /* From its end on: a pass may take longer than the time between two, and the size
     * must have its turn. */
    r->aged_ms = now_ms;
    return rest(r);
}

int64_t ol_db_retention_step(struct ol_db *db, struct ol_db_retention *r, int64_t now_ms)
{
    switch (r->phase) {
    case OL_DB_RETENTION_DELETED:
        return deleted_step(db, r);
    case OL_DB_RETENTION_OLDEST:
        return oldest_step(db, r, now_ms);
    case OL_DB_RETENTION_DELETE:
        return delete_step(db, r, now_ms);
    default:
        return begin_any(db, r, now_ms);
    }
}
