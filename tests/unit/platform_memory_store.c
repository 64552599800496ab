/* SPDX-License-Identifier: MIT */
#include "platform_memory_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *ptr)
{
    if (ptr == NULL) {
        (void)fprintf(stderr, "no memory\n");
        exit(1);
    }
    return ptr;
}

static char *copy(struct ol_str s)
{
    char *text = need(malloc(s.len + 1));
    if (s.len > 0) {
        memcpy(text, s.ptr, s.len);
    }
    text[s.len] = '\0';
    return text;
}

/* ---- rows ---- */

static struct ol_memory_row *row_find(const struct ol_memory_rows *rows, int64_t device,
                                      uint16_t property, int64_t time_ms)
{
    for (size_t i = rows->count; i-- > 0;) {
        struct ol_memory_row *r = &rows->row[i];
        if (r->device == device && r->property == property && r->time_ms == time_ms) {
            return r;
        }
    }
    return NULL;
}

/* Takes value over. */
static void row_put(struct ol_memory_rows *rows, struct ol_memory_row row)
{
    struct ol_memory_row *old = row_find(rows, row.device, row.property, row.time_ms);
    if (old != NULL) {
        free(old->value);
        old->value = row.value;
        return;
    }
    if (rows->count == rows->cap) {
        rows->cap = rows->cap == 0 ? 64 : rows->cap * 2;
        rows->row = need(realloc(rows->row, rows->cap * sizeof *rows->row));
    }
    rows->row[rows->count++] = row;
}

static void rows_drop(struct ol_memory_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->row[i].value);
    }
    rows->count = 0;
}

/* ---- the interface ---- */

static const struct ol_store_product *find_product(void *ctx, struct ol_str product_id)
{
    struct ol_memory_store *m = ctx;
    for (size_t i = 0; i < m->product_count; i++) {
        if (ol_str_equal(m->product[i].product_id, product_id)) {
            return &m->product[i];
        }
    }
    return NULL;
}

static int32_t find_device(void *ctx, const struct ol_store_product *product,
                           struct ol_str name, struct ol_store_device *out)
{
    struct ol_memory_store *m = ctx;
    if (m->fail_find) {
        return OL_E_IO;
    }
    for (size_t i = 0; i < m->device_count; i++) {
        const struct ol_memory_device *d = &m->device[i];
        if (d->product == product && ol_str_equal(ol_str_from(d->name), name)) {
            *out = (struct ol_store_device){d->id, ol_str_from(d->key)};
            return OL_OK;
        }
    }
    return OL_E_NOENT;
}

static int32_t put_sample(void *ctx, const struct ol_store_sample *sample)
{
    struct ol_memory_store *m = ctx;
    m->puts++;
    if (m->fail_put_at > 0 && --m->fail_put_at == 0) {
        return OL_E_IO;
    }
    row_put(&m->staged, (struct ol_memory_row){sample->device, sample->property,
                                               sample->time_ms, copy(sample->value)});
    return OL_OK;
}

static int32_t put_presence(void *ctx, const struct ol_store_presence *presence)
{
    struct ol_memory_store *m = ctx;
    if (m->fail_presence) {
        return OL_E_IO;
    }
    struct ol_memory_device *d = &m->device[presence->device - 1];
    d->presence = (int)presence->state;
    d->presence_count++;
    (void)snprintf(d->reason, sizeof d->reason, "%.*s", (int)presence->reason.len,
                   presence->reason.ptr == NULL ? "" : presence->reason.ptr);
    return OL_OK;
}

static struct ol_str moved(struct ol_str s, char **to)
{
    if (s.len > 0) {
        memcpy(*to, s.ptr, s.len);
    }
    struct ol_str out = {*to, s.len};
    *to += s.len;
    return out;
}

static void put_log(void *ctx, const struct ol_msglog *line)
{
    struct ol_memory_store *m = ctx;
    bool answer = line->packet != 3 ||
                  (line->topic.len > 11 && memcmp(line->topic.ptr + line->topic.len - 11,
                                                  "/post/reply", 11) == 0);
    if (!m->keep_sent && line->direction == OL_MSGLOG_DOWN &&
        line->verdict == OL_MSGLOG_ACCEPTED && answer) {
        return;
    }
    if (m->log_count == m->log_cap) {
        m->log_cap = m->log_cap == 0 ? 64 : m->log_cap * 2;
        m->log = need(realloc(m->log, m->log_cap * sizeof *m->log));
    }
    struct ol_memory_line *l = &m->log[m->log_count++];
    l->line = *line;
    l->text = need(malloc(line->product_id.len + line->device_name.len + line->topic.len +
                          line->raw.len + line->peer.len + line->body.len +
                          line->reason.len + 1));
    char *to = l->text;
    l->line.product_id = moved(line->product_id, &to);
    l->line.device_name = moved(line->device_name, &to);
    l->line.topic = moved(line->topic, &to);
    l->line.body = moved(line->body, &to);
    l->line.raw = moved(line->raw, &to);
    l->line.peer = moved(line->peer, &to);
    l->line.reason = moved(line->reason, &to);
}

static int32_t commit(void *ctx)
{
    struct ol_memory_store *m = ctx;
    m->commits++;
    if (m->fail_commits > 0) {
        m->fail_commits--;
        rows_drop(&m->staged);
        return OL_E_IO;
    }
    for (size_t i = 0; i < m->staged.count; i++) {
        row_put(&m->stored, m->staged.row[i]);
    }
    m->staged.count = 0;
    return OL_OK;
}

static const struct ol_store_ops ops = {
    .find_product = find_product,
    .find_device = find_device,
    .put_sample = put_sample,
    .put_presence = put_presence,
    .put_log = put_log,
    .commit = commit,
};

struct ol_store ol_memory_ops(struct ol_memory_store *m)
{
    return (struct ol_store){m, &ops};
}

/* ---- for the test ---- */

void ol_memory_open(struct ol_memory_store *m)
{
    memset(m, 0, sizeof *m);
    m->device = need(calloc(OL_MEMORY_DEVICES, sizeof *m->device));
}

void ol_memory_close(struct ol_memory_store *m)
{
    rows_drop(&m->staged);
    rows_drop(&m->stored);
    free(m->staged.row);
    free(m->stored.row);
    for (size_t i = 0; i < m->log_count; i++) {
        free(m->log[i].text);
    }
    free(m->log);
    free(m->device);
    memset(m, 0, sizeof *m);
}

struct ol_store_product *ol_memory_add_product(struct ol_memory_store *m, const char *pid,
                                               const char *key,
                                               const struct ol_onenet_model *model)
{
    struct ol_store_product *p = &m->product[m->product_count++];
    *p = (struct ol_store_product){(int64_t)m->product_count, ol_str_from(pid),
                                   ol_str_from(key), model};
    return p;
}

struct ol_memory_device *ol_memory_add_device(struct ol_memory_store *m,
                                              const struct ol_store_product *product,
                                              const char *name, const char *key)
{
    struct ol_memory_device *d = &m->device[m->device_count++];
    d->product = product;
    d->id = (int64_t)m->device_count;
    d->presence = -1;
    (void)snprintf(d->name, sizeof d->name, "%s", name);
    (void)snprintf(d->key, sizeof d->key, "%s", key);
    return d;
}

void ol_memory_crash(struct ol_memory_store *m)
{
    rows_drop(&m->staged);
}

const char *ol_memory_value(const struct ol_memory_store *m, int64_t device,
                            uint16_t property, int64_t time_ms)
{
    const struct ol_memory_row *best = NULL;
    for (size_t i = 0; i < m->stored.count; i++) {
        const struct ol_memory_row *r = &m->stored.row[i];
        if (r->device != device || r->property != property ||
            (time_ms != 0 && r->time_ms != time_ms)) {
            continue;
        }
        if (best == NULL || r->time_ms >= best->time_ms) {
            best = r;
        }
    }
    return best == NULL ? NULL : best->value;
}

const struct ol_msglog *ol_memory_log(const struct ol_memory_store *m, size_t back)
{
    return back < m->log_count ? &m->log[m->log_count - 1 - back].line : NULL;
}

size_t ol_memory_log_count(const struct ol_memory_store *m,
                           enum ol_msglog_verdict verdict, int32_t code)
{
    size_t count = 0;
    for (size_t i = 0; i < m->log_count; i++) {
        const struct ol_msglog *l = &m->log[i].line;
        count += l->verdict == verdict && (code == -1 || l->code == code);
    }
    return count;
}
