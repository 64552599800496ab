/* SPDX-License-Identifier: MIT */
#include "platform/store/history.h"

#include <sqlite3.h>

#include "onelink/base/buf.h"
#include "platform/store/internal.h"

#define PRESENCE_TRIM_EVERY 16
#define PRESENCE_BACK_MS    60000 /* what a clock may be set back by */
#define NUMBER_CAP          24

/* Plain digits that fit 64 bits and come back the same are stored as an integer. */
static bool plain_integer(struct ol_str text, int64_t *out)
{
    size_t i = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    size_t digits = text.len - i;
    if (digits == 0 || digits > 18 || (text.ptr[i] == '0' && (digits > 1 || i > 0))) {
        return false;
    }
    int64_t v = 0;
    bool negative = i > 0;
    for (; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.ptr[i] - '0';
        if (digit > 9) {
            return false;
        }
        v = v * 10 + (int64_t)digit;
    }
    *out = negative ? -v : v;
    return true;
}

int32_t ol_db_put_sample(void *ctx, const struct ol_store_sample *sample)
{
    struct ol_db *db = ctx;
    uint16_t number = ol_db_product_of(sample->product)->numbers[sample->property];
    int32_t rc = ol_db_batch(db);
    sqlite3_stmt *st = rc == OL_OK ? ol_db_statement(db, OL_DB_SAMPLE_PUT) : NULL;
    if (st == NULL) {
        return OL_E_IO;
    }
    int64_t integer = 0;
    sqlite3_bind_int64(st, 1, ol_db_point_key(sample->device, number));
    sqlite3_bind_int64(st, 2, sample->time_ms);
    if (plain_integer(sample->value, &integer)) {
        sqlite3_bind_int64(st, 3, integer);
    } else {
        ol_db_bind_str(st, 3, sample->value);
    }
    return ol_db_run(db, st);
}

/* number holds the text of an integer. */
static void value_of(sqlite3_stmt *st, char number[NUMBER_CAP], struct ol_db_value *out)
{
    out->time_ms = sqlite3_column_int64(st, 0);
    if (sqlite3_column_type(st, 1) != SQLITE_INTEGER) {
        out->text = ol_db_column_str(st, 1);
        return;
    }
    struct ol_writer w = ol_writer_make(number, NUMBER_CAP);
    ol_writer_dec_i64(&w, sqlite3_column_int64(st, 1));
    out->text = ol_str_make(number, w.len);
}

static int64_t key_of(const struct ol_store_product *product, int64_t device,
                      uint16_t property)
{
    return ol_db_point_key(device, ol_db_product_of(product)->numbers[property]);
}

int32_t ol_db_latest(struct ol_db *db, const struct ol_store_product *product,
                     int64_t device, uint16_t property, struct ol_db_value *out)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_SAMPLE_LATEST);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, key_of(product, device, property));
    int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW) {
        sqlite3_reset(st);
        return rc == SQLITE_DONE ? OL_E_NOENT : OL_E_IO;
    }
    char number[NUMBER_CAP];
    value_of(st, number, out);
    struct ol_str *keep[] = {&out->text};
    bool kept = ol_db_keep(db, keep, 1);
    sqlite3_reset(st);
    return kept ? OL_OK : OL_E_IO;
}

static void bind_range(sqlite3_stmt *st, const struct ol_db_range *range)
{
    sqlite3_bind_int64(st, 2, range->from_ms);
    sqlite3_bind_int64(st, 3, range->to_ms);
    sqlite3_bind_int64(st, 4, range->limit);
    sqlite3_bind_int64(st, 5, range->offset);
}

sqlite3_stmt *ol_db_series_open(struct ol_db *db, const struct ol_store_product *product,
                                int64_t device, uint16_t property,
                                const struct ol_db_range *range)
{
    sqlite3_stmt *st =
        ol_db_statement(db, range->descending ? OL_DB_SAMPLE_DOWN : OL_DB_SAMPLE_UP);
    if (st == NULL) {
        return NULL;
    }
    sqlite3_bind_int64(st, 1, key_of(product, device, property));
    bind_range(st, range);
    return st;
}

int32_t ol_db_series_each(struct ol_db *db, const struct ol_store_product *product,
                          int64_t device, uint16_t property,
                          const struct ol_db_range *range,
                          void (*row)(void *ctx, const struct ol_db_value *v), void *ctx)
{
    sqlite3_stmt *st = ol_db_series_open(db, product, device, property, range);
    if (st == NULL) {
        return OL_E_IO;
    }
    int rc = SQLITE_ROW;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        char number[NUMBER_CAP];
        struct ol_db_value v;
        value_of(st, number, &v);
        row(ctx, &v);
    }
    sqlite3_reset(st);
    return rc == SQLITE_DONE ? OL_OK : OL_E_IO;
}

/* The newest change that is stored; INT64_MIN: there is none. */
static int32_t presence_newest(struct ol_db *db, int64_t device, int64_t *out)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_PRESENCE_NEWEST);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, device);
    int rc = sqlite3_step(st);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : INT64_MIN;
    sqlite3_reset(st);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? OL_OK : OL_E_IO;
}

/* When the change happened, in the order in which changes came: who comes and goes within
 * a millisecond, or while the clock is set back by a little, has gone a millisecond later.
 * Where the clock was far ahead, what it stamped is in no order with anything: it goes. */
static int32_t presence_time(struct ol_db *db, int64_t device, int64_t now_ms,
                             int64_t *out)
{
    int64_t newest = INT64_MIN;
    int32_t rc = presence_newest(db, device, &newest);
    *out = now_ms;
    if (rc != OL_OK || newest < now_ms) {
        return rc;
    }
    if (newest - now_ms < PRESENCE_BACK_MS) {
        *out = newest + 1;
        return OL_OK;
    }
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_PRESENCE_FORGET);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, device);
    sqlite3_bind_int64(st, 2, now_ms);
    return ol_db_run(db, st);
}

static int32_t presence_row(struct ol_db *db, const struct ol_store_presence *presence)
{
    int64_t time_ms = 0;
    int32_t rc = presence_time(db, presence->device, presence->time_ms, &time_ms);
    sqlite3_stmt *st = rc == OL_OK ? ol_db_statement(db, OL_DB_PRESENCE_ADD) : NULL;
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, presence->device);
    sqlite3_bind_int64(st, 2, time_ms);
    sqlite3_bind_int(st, 3, presence->state == OL_PRESENCE_ONLINE);
    ol_db_bind_str(st, 4, presence->reason);
    return ol_db_run(db, st);
}

/* Now and then, so that a device that comes and goes for ever does not fill the disk; by
 * a number in which no rhythm of several devices can hide one of them. */
static bool is_trim_due(struct ol_db *db, int64_t device)
{
    uint64_t mix = ((uint64_t)device << 32 | db->presence_puts++);
    mix = (mix ^ mix >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    return (mix ^ mix >> 32) * UINT64_C(0xBF58476D1CE4E5B9) >> 32 <=
           UINT32_MAX / PRESENCE_TRIM_EVERY;
}

static int32_t presence_trim(struct ol_db *db, int64_t device)
{
    if (!is_trim_due(db, device)) {
        return OL_OK;
    }
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_PRESENCE_TRIM);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, device);
    sqlite3_bind_int(st, 2, OL_DB_PRESENCE_KEPT);
    return ol_db_run(db, st);
}

int32_t ol_db_put_presence(void *ctx, const struct ol_store_presence *presence)
{
    struct ol_db *db = ctx;
    int32_t rc = ol_db_batch(db);
    sqlite3_stmt *st = rc == OL_OK ? ol_db_statement(db, OL_DB_DEVICE_PRESENCE) : NULL;
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, presence->device);
    sqlite3_bind_int(st, 2, presence->state == OL_PRESENCE_ONLINE);
    sqlite3_bind_int64(st, 3, presence->time_ms);
    sqlite3_bind_int64(st, 4, presence->last_seen_ms);
    ol_db_bind_str(st, 5, presence->reason);
    rc = ol_db_run(db, st);
    if (rc == OL_OK) {
        rc = presence_row(db, presence);
    }
    return rc == OL_OK ? presence_trim(db, presence->device) : rc;
}

/* Rare: the statement is made when it is needed and dropped afterwards. */
int32_t ol_db_presence_range(struct ol_db *db, int64_t device,
                             const struct ol_db_range *range,
                             void (*row)(void *ctx, const struct ol_db_presence *p),
                             void *ctx)
{
    sqlite3_stmt *st = NULL;
    const char *text =
        range->descending
            ? "SELECT time, online, reason FROM presence WHERE device = ?1 AND time"
              " BETWEEN ?2 AND ?3 ORDER BY time DESC LIMIT ?4 OFFSET ?5"
            : "SELECT time, online, reason FROM presence WHERE device = ?1 AND time"
              " BETWEEN ?2 AND ?3 ORDER BY time LIMIT ?4 OFFSET ?5";
    if (sqlite3_prepare_v2(db->sql, text, -1, &st, NULL) != SQLITE_OK) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, device);
    bind_range(st, range);
    int rc = SQLITE_ROW;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct ol_db_presence p = {sqlite3_column_int64(st, 0),
                                   sqlite3_column_int(st, 1) != 0,
                                   ol_db_column_str(st, 2)};
        row(ctx, &p);
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? OL_OK : OL_E_IO;
}

int32_t ol_db_presence_next_online(struct ol_db *db, int64_t after,
                                   struct ol_db_online *out)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_PRESENCE_ONLINE);
    if (st == NULL) {
        return OL_E_IO;
    }
    sqlite3_bind_int64(st, 1, after);
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) {
        struct ol_str *const kept[] = {&out->product_id};
        out->device = sqlite3_column_int64(st, 0);
        out->seen_ms = sqlite3_column_int64(st, 1);
        out->product_id = ol_db_column_str(st, 2);
        rc = ol_db_keep(db, kept, 1) ? rc : SQLITE_NOMEM;
    }
    sqlite3_reset(st);
    return rc == SQLITE_ROW ? OL_OK : rc == SQLITE_DONE ? OL_E_NOENT : OL_E_IO;
}
