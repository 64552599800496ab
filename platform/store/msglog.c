/* SPDX-License-Identifier: MIT */
#include "platform/store/msglog.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/base/buf.h"
#include "platform/store/internal.h"

#define HEADS_MIN 64
#define WHO_CAP   512
#define TEXT_MAX  1024 /* bytes kept of a topic or a reason */

/* ---- the newest line of each device ---- */

static uint32_t head_slot(const struct ol_db_head *heads, uint32_t cap, int64_t device)
{
    uint64_t h = (uint64_t)device * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t at = (uint32_t)(h >> 32) & (cap - 1);
    while (heads[at].device != device && heads[at].device != -1) {
        at = (at + 1) & (cap - 1);
    }
    return at;
}

static bool heads_grow(struct ol_db *db)
{
    uint32_t cap = db->head_cap == 0 ? HEADS_MIN : db->head_cap * 2;
    struct ol_db_head *heads = malloc(cap * sizeof *heads);
    if (heads == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < cap; i++) {
        heads[i] = (struct ol_db_head){-1, 0};
    }
    for (uint32_t i = 0; i < db->head_cap; i++) {
        if (db->heads[i].device != -1) {
            heads[head_slot(heads, cap, db->heads[i].device)] = db->heads[i];
        }
    }
    free(db->heads);
    db->heads = heads;
    db->head_cap = cap;
    return true;
}

/* The place of the device's newest line, a new one with seq 0 if need be; NULL: no
 * memory. */
static int64_t *head_of(struct ol_db *db, int64_t device)
{
    if (db->head_count * 4 >= db->head_cap * 3 && !heads_grow(db)) {
        return NULL;
    }
    struct ol_db_head *h = &db->heads[head_slot(db->heads, db->head_cap, device)];
    if (h->device == -1) {
        *h = (struct ol_db_head){device, 0};
        db->head_count++;
    }
    return &h->seq;
}

bool ol_db_log_load(struct ol_db *db)
{
    free(db->heads);
    db->heads = NULL;
    db->head_cap = 0;
    db->head_count = 0;
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_LOG_HEAD);
    if (st == NULL || sqlite3_step(st) != SQLITE_ROW) {
        return false;
    }
    db->log_seq = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    st = ol_db_statement(db, OL_DB_LOG_HEADS);
    int rc = SQLITE_ERROR;
    while (st != NULL && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        int64_t *head = head_of(db, sqlite3_column_int64(st, 0));
        if (head == NULL) {
            rc = SQLITE_NOMEM;
            break;
        }
        *head = sqlite3_column_int64(st, 1);
    }
    sqlite3_reset(st);
    return rc == SQLITE_DONE;
}

/* ---- writing ---- */

/* All the small facts of a line in one integer: less to bind, less to store. */
static int64_t kind_encode(const struct ol_msglog *l)
{
    return (int64_t)l->direction | (int64_t)l->verdict << 2 | (int64_t)l->packet << 6 |
           (int64_t)l->qos << 12 | (int64_t)(l->ours ? 1 : 0) << 16;
}

static void kind_decode(int64_t kind, struct ol_msglog *l)
{
    l->direction = (enum ol_msglog_direction)(kind & 3);
    l->verdict = (enum ol_msglog_verdict)(kind >> 2 & 15);
    l->packet = (uint8_t)(kind >> 6 & 63);
    l->qos = (uint8_t)(kind >> 12 & 15);
    l->ours = (kind >> 16 & 1) != 0;
}

/* Of an own topic only what follows "$sys/{pid}/{device}/" is stored. */
static struct ol_str topic_tail(const struct ol_msglog *l)
{
    size_t skip = 5 + l->product_id.len + 1 + l->device_name.len + 1;
    const char *t = l->topic.ptr;
    if (l->device == 0 || l->topic.len <= skip || memcmp(t, "$sys/", 5) != 0 ||
        t[skip] == '$' || memcmp(t + 5, l->product_id.ptr, l->product_id.len) != 0 ||
        t[5 + l->product_id.len] != '/' || t[skip - 1] != '/' ||
        memcmp(t + 6 + l->product_id.len, l->device_name.ptr, l->device_name.len) != 0) {
        return l->topic;
    }
    return ol_str_make(t + skip, l->topic.len - skip);
}

static struct ol_str cut(struct ol_str s, size_t max)
{
    return ol_str_make(s.ptr, s.len < max ? s.len : max);
}

static void bind_cut(sqlite3_stmt *st, int at, struct ol_str text, size_t max)
{
    if (text.len == 0) {
        sqlite3_bind_null(st, at);
    } else {
        ol_db_bind_str(st, at, cut(text, max));
    }
}

/* "product/device" as a stranger gave it. */
static struct ol_str who_of(const struct ol_msglog *l, char *buf, size_t cap)
{
    struct ol_writer w = ol_writer_make(buf, cap);
    if (l->device == 0) {
        ol_writer_str(&w, cut(l->product_id, cap / 2 - 1));
        ol_writer_u8(&w, '/');
        ol_writer_str(&w, cut(l->device_name, cap / 2 - 1));
    }
    return ol_str_make(buf, w.len);
}

void ol_db_put_log(void *ctx, const struct ol_msglog *line)
{
    struct ol_db *db = ctx;
    char who[WHO_CAP];
    int64_t *head = head_of(db, line->device);
    sqlite3_stmt *st =
        ol_db_batch(db) == OL_OK ? ol_db_statement(db, OL_DB_LOG_PUT) : NULL;
    if (head == NULL || st == NULL) {
        db->log_lost++;
        return;
    }
    int64_t seq = db->log_seq + 1;
    sqlite3_bind_int64(st, 1, seq % OL_DB_LOG_LINES);
    sqlite3_bind_int64(st, 2, seq);
    sqlite3_bind_int64(st, 3, *head);
    sqlite3_bind_int64(st, 4, line->device);
    bind_cut(st, 5, who_of(line, who, sizeof who), sizeof who);
    sqlite3_bind_int64(st, 6, line->time_ms);
    sqlite3_bind_int64(st, 7, kind_encode(line));
    sqlite3_bind_int64(st, 8, line->length);
    sqlite3_bind_int64(st, 9, line->code);
    bind_cut(st, 10, topic_tail(line), TEXT_MAX);
    if (line->body.len == 0) {
        sqlite3_bind_null(st, 11);
    } else {
        struct ol_str body = cut(line->body, OL_DB_LOG_BODY_MAX);
        sqlite3_bind_blob(st, 11, body.ptr, (int)body.len, SQLITE_STATIC);
    }
    bind_cut(st, 12, line->reason, TEXT_MAX);
    if (ol_db_run(db, st) != OL_OK) {
        db->log_lost++;
        return;
    }
    db->log_seq = seq;
    *head = seq;
}

/* ---- reading ---- */

static void line_of(sqlite3_stmt *st, struct ol_db_log_line *out)
{
    struct ol_str who = ol_db_column_str(st, 3);
    const char *slash = who.len == 0 ? NULL : memchr(who.ptr, '/', who.len);
    *out = (struct ol_db_log_line){
        .seq = sqlite3_column_int64(st, 0),
        .line =
            {
                .device = sqlite3_column_int64(st, 2),
                .time_ms = sqlite3_column_int64(st, 4),
                .length = (uint32_t)sqlite3_column_int64(st, 6),
                .code = sqlite3_column_int(st, 7),
                .topic = ol_db_column_str(st, 8),
                .body = ol_str_make(sqlite3_column_blob(st, 9),
                                    (size_t)sqlite3_column_bytes(st, 9)),
                .reason = ol_db_column_str(st, 10),
            },
    };
    if (slash != NULL) {
        size_t at = (size_t)(slash - who.ptr);
        out->line.product_id = ol_str_make(who.ptr, at);
        out->line.device_name = ol_str_make(slash + 1, who.len - at - 1);
    }
    kind_decode(sqlite3_column_int64(st, 5), &out->line);
}

int32_t ol_db_log_each(struct ol_db *db, int64_t device, int64_t before, uint32_t limit,
                       void (*row)(void *ctx, const struct ol_db_log_line *l), void *ctx)
{
    const int64_t *head = head_of(db, device);
    int64_t seq = head == NULL ? 0 : *head;
    while (seq > 0 && limit > 0) {
        sqlite3_stmt *st = ol_db_statement(db, OL_DB_LOG_GET);
        if (st == NULL) {
            return OL_E_IO;
        }
        sqlite3_bind_int64(st, 1, seq % OL_DB_LOG_LINES);
        int rc = sqlite3_step(st);
        if (rc != SQLITE_ROW || sqlite3_column_int64(st, 0) != seq) {
            sqlite3_reset(st);
            return rc == SQLITE_ROW || rc == SQLITE_DONE ? OL_OK : OL_E_IO;
        }
        int64_t prev = sqlite3_column_int64(st, 1);
        if (before == 0 || seq < before) {
            struct ol_db_log_line line;
            line_of(st, &line);
            row(ctx, &line);
            limit--;
        }
        sqlite3_reset(st);
        seq = prev;
    }
    return OL_OK;
}
