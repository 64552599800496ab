/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/core/log_words.h"
#include "platform/log.h"
#include "platform/serve.h"
#include "platform/store/admin.h"
#include "platform/store/buckets.h"
#include "platform/store/history.h"
#include "platform/store/msglog.h"
#include "platform/store/registry.h"

/* Joins the API to store and access, which do not know each other. */

static ol_ms now(void *ctx)
{
    struct ol_platform *p = ctx;
    return ol_access_now(&p->access);
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void commit(void *ctx)
{
    struct ol_platform *p = ctx;
    ol_access_commit(&p->access);
}

static struct ol_str user_id(void *ctx)
{
    const struct ol_platform *p = ctx;
    return ol_str_from(p->user_id);
}

static struct ol_str user_key(void *ctx)
{
    const struct ol_platform *p = ctx;
    return ol_str_from(p->user_key);
}

static const struct ol_store_product *find_product(void *ctx, struct ol_str product_id)
{
    struct ol_platform *p = ctx;
    return ol_db_product_get(&p->db, product_id);
}

static struct ol_api_device device_of(const struct ol_db_device_row *r)
{
    return (struct ol_api_device){
        .id = r->id,
        .name = r->name,
        .sec_key = r->sec_key,
        .about = r->about,
        .created_ms = r->created_ms,
        .online_ms = r->online_ms,
        .seen_ms = r->seen_ms,
        .online = r->online,
    };
}

static int32_t get_device(void *ctx, const struct ol_store_product *product,
                          struct ol_str name, struct ol_api_device *out)
{
    struct ol_platform *p = ctx;
    struct ol_db_device_row row;
    int32_t rc = ol_db_device_get(&p->db, product, name, &row);
    if (rc == OL_OK) {
        *out = device_of(&row);
    }
    return rc;
}

struct device_rows {
    void (*row)(void *ctx, const struct ol_api_device *d);
    void *ctx;
};

static void on_device(void *ctx, const struct ol_db_device_row *r)
{
    const struct device_rows *rows = ctx;
    struct ol_api_device d = device_of(r);
    rows->row(rows->ctx, &d);
}

static int32_t each_device(void *ctx, const struct ol_store_product *product,
                           const struct ol_api_page *page, int64_t *total,
                           void (*row)(void *row_ctx, const struct ol_api_device *d),
                           void *row_ctx)
{
    struct ol_platform *p = ctx;
    struct device_rows rows = {row, row_ctx};
    struct ol_db_device_filter filter = {page->part, page->limit, page->offset};
    int32_t rc = ol_db_device_count(&p->db, product, page->part, total);
    return rc == OL_OK ? ol_db_device_each(&p->db, product, &filter, on_device, &rows)
                       : rc;
}

static int32_t add_device(void *ctx, const struct ol_store_product *product,
                          struct ol_str name, struct ol_str about,
                          char key[OL_API_KEY_CAP])
{
    struct ol_platform *p = ctx;
    if (!ol_secret_device_key(key)) {
        return OL_E_IO;
    }
    return ol_db_device_add(&p->db, product, name, ol_str_from(key), about, wall_ms(ctx));
}

static int32_t product_info(void *ctx, const struct ol_store_product *product,
                            struct ol_api_product_info *out)
{
    struct ol_platform *p = ctx;
    struct ol_db_product_info info;
    int32_t rc = ol_db_product_info(&p->db, product, &info);
    if (rc == OL_OK) {
        *out =
            (struct ol_api_product_info){info.created_ms, info.device_count, info.model};
    }
    return rc;
}

static int32_t describe_device(void *ctx, int64_t device, struct ol_str about)
{
    struct ol_platform *p = ctx;
    return ol_db_device_describe(&p->db, device, about);
}

static int32_t rekey_device(void *ctx, int64_t device, char key[OL_API_KEY_CAP])
{
    struct ol_platform *p = ctx;
    if (!ol_secret_device_key(key)) {
        return OL_E_IO;
    }
    return ol_db_device_rekey(&p->db, device, ol_str_from(key));
}

static int32_t delete_device(void *ctx, int64_t device)
{
    struct ol_platform *p = ctx;
    int32_t rc = ol_db_device_delete(&p->db, device);
    if (rc == OL_OK) {
        ol_db_log_forget(&p->db, device);
    }
    return rc;
}

struct presence_rows {
    void (*row)(void *ctx, const struct ol_api_presence *p);
    void *ctx;
};

static void on_presence(void *ctx, const struct ol_db_presence *p)
{
    const struct presence_rows *rows = ctx;
    struct ol_api_presence presence = {p->time_ms, p->online, p->reason};
    rows->row(rows->ctx, &presence);
}

static int32_t each_presence(void *ctx, int64_t device, const struct ol_api_range *range,
                             void (*row)(void *row_ctx, const struct ol_api_presence *p),
                             void *row_ctx)
{
    struct ol_platform *p = ctx;
    struct presence_rows rows = {row, row_ctx};
    struct ol_db_range r = {range->from_ms, range->to_ms, range->limit, range->offset,
                            range->descending};
    return ol_db_presence_range(&p->db, device, &r, on_presence, &rows);
}

static int32_t push_set(void *ctx, struct ol_str product_id, struct ol_str url,
                        struct ol_str token, struct ol_str aes, const char **wrong)
{
    struct ol_platform *p = ctx;
    const struct ol_push_settings settings = {url, token, aes};
    return ol_push_set(p->push, product_id, &settings, wrong);
}

static int32_t push_verify(void *ctx, struct ol_str product_id)
{
    struct ol_platform *p = ctx;
    return ol_push_verify(p->push, product_id);
}

static int32_t push_delete(void *ctx, struct ol_str product_id)
{
    struct ol_platform *p = ctx;
    return ol_push_delete(p->push, product_id);
}

static struct ol_api_push push_get(void *ctx, struct ol_str product_id)
{
    static const char *const states[] = {"verifying", "active", "refused"};
    const struct ol_platform *p = ctx;
    struct ol_push_info i;
    if (ol_push_get(p->push, product_id, &i) != OL_OK) {
        return (struct ol_api_push){.state = "none", .why = ""};
    }
    return (struct ol_api_push){.url = i.url,
                                .state = states[i.state],
                                .why = i.why,
                                .secure = i.secure,
                                .sent = i.sent,
                                .retries = i.retries,
                                .failed = i.failed,
                                .dropped = i.dropped,
                                .waiting = i.waiting};
}

struct log_rows {
    void (*row)(void *ctx, const struct ol_api_log_line *l);
    void *ctx;
};

struct ol_api_log_line ol_platform_log_line(const struct ol_db_log_line *l)
{
    return (struct ol_api_log_line){
        l->seq, &l->line, ol_log_direction_str(l->line.direction),
        ol_log_verdict_str(l->line.verdict), ol_log_packet_str(l->line.packet)};
}

static void on_log_line(void *ctx, const struct ol_db_log_line *l)
{
    const struct log_rows *rows = ctx;
    const struct ol_api_log_line line = ol_platform_log_line(l);
    rows->row(rows->ctx, &line);
}

static int32_t each_log(void *ctx, const struct ol_api_log_query *query,
                        void (*row)(void *row_ctx, const struct ol_api_log_line *l),
                        void *row_ctx)
{
    struct ol_platform *p = ctx;
    struct log_rows rows = {row, row_ctx};
    const struct ol_db_log_query q = {.device = query->device,
                                      .after = query->after,
                                      .limit = query->limit,
                                      .newest = query->newest,
                                      .now_ms = wall_ms(p),
                                      .wanted = query->wanted,
                                      .wanted_ctx = query->wanted_ctx};
    return ol_log_each(p->db.log, &q, on_log_line, &rows);
}

static int32_t latest(void *ctx, const struct ol_store_product *product, int64_t device,
                      uint16_t property, struct ol_api_value *out)
{
    struct ol_platform *p = ctx;
    struct ol_db_value v;
    int32_t rc = ol_db_latest(&p->db, product, device, property, &v);
    if (rc != OL_OK) {
        return rc;
    }
    *out = (struct ol_api_value){v.time_ms, v.text};
    return OL_OK;
}

struct value_rows {
    void (*row)(void *ctx, const struct ol_api_value *v);
    void *ctx;
};

static void on_value(void *ctx, const struct ol_db_value *v)
{
    const struct value_rows *rows = ctx;
    struct ol_api_value value = {v->time_ms, v->text};
    rows->row(rows->ctx, &value);
}

static int32_t each_value(void *ctx, const struct ol_store_product *product,
                          int64_t device, uint16_t property,
                          const struct ol_api_range *range,
                          void (*row)(void *row_ctx, const struct ol_api_value *v),
                          void *row_ctx)
{
    struct ol_platform *p = ctx;
    struct value_rows rows = {row, row_ctx};
    struct ol_db_range r = {range->from_ms, range->to_ms, range->limit, range->offset,
                            range->descending};
    return ol_db_series_each(&p->db, product, device, property, &r, on_value, &rows);
}

struct bucket_rows {
    void (*row)(void *ctx, const struct ol_api_bucket *b);
    void *ctx;
};

static void on_bucket(void *ctx, const struct ol_db_bucket *b)
{
    const struct bucket_rows *rows = ctx;
    struct ol_api_bucket bucket = {b->time_ms, b->count, b->min, b->max, b->mean};
    rows->row(rows->ctx, &bucket);
}

static void *chart_open(void *ctx, const struct ol_api_range *range, int64_t width_ms)
{
    (void)ctx;
    struct ol_db_buckets *chart = malloc(sizeof *chart);
    if (chart != NULL) {
        ol_db_buckets_open(chart,
                           &(struct ol_db_range){range->from_ms, range->to_ms,
                                                 range->limit, range->offset,
                                                 range->descending},
                           width_ms);
    }
    return chart;
}

static int32_t chart_step(void *ctx, void *chart, const struct ol_store_product *product,
                          int64_t device, uint16_t property,
                          void (*row)(void *row_ctx, const struct ol_api_bucket *b),
                          void *row_ctx)
{
    struct ol_platform *p = ctx;
    struct bucket_rows rows = {row, row_ctx};
    return ol_db_buckets_step(chart, &p->db, product, device, property, on_bucket, &rows);
}

static void chart_close(void *ctx, void *chart)
{
    (void)ctx;
    free(chart);
}

struct ol_api_backend ol_platform_backend(struct ol_platform *p)
{
    return (struct ol_api_backend){
        .ctx = p,
        .now = now,
        .wall_ms = wall_ms,
        .commit = commit,
        .user_id = user_id,
        .user_key = user_key,
        .find_product = find_product,
        .get_device = get_device,
        .each_device = each_device,
        .add_device = add_device,
        .product_info = product_info,
        .describe_device = describe_device,
        .rekey_device = rekey_device,
        .delete_device = delete_device,
        .each_presence = each_presence,
        .push_set = push_set,
        .push_verify = push_verify,
        .push_delete = push_delete,
        .push_get = push_get,
        .each_log = each_log,
        .latest = latest,
        .each_value = each_value,
        .chart_open = chart_open,
        .chart_step = chart_step,
        .chart_close = chart_close,
    };
}

/* ---- what HTTP push gets from the platform ---- */

static bool push_name(void *ctx, int64_t device, char name[OL_PUSH_NAME_CAP])
{
    struct ol_platform *p = ctx;
    return ol_db_device_name(&p->db, device, name, OL_PUSH_NAME_CAP);
}

#define PUSH_SETTING "push."

static int32_t push_keep(void *ctx, struct ol_str product_id, struct ol_str text)
{
    struct ol_platform *p = ctx;
    char name[sizeof PUSH_SETTING + 64] = PUSH_SETTING;
    size_t at = sizeof PUSH_SETTING - 1;
    if (at + product_id.len > sizeof name) {
        return OL_E_IO;
    }
    memcpy(name + at, product_id.ptr, product_id.len);
    ol_access_commit(&p->access);
    return ol_db_setting_put(&p->db, ol_str_make(name, at + product_id.len), text);
}

static void on_push_setting(void *ctx, struct ol_str name, struct ol_str value)
{
    struct ol_platform *p = ctx;
    size_t at = sizeof PUSH_SETTING - 1;
    ol_push_restore(p->push, ol_str_make(name.ptr + at, name.len - at), value);
}

/* ---- messages of a push ---- */

static void push_put(void *ctx, const struct ol_push_kept *m)
{
    struct ol_platform *p = ctx;
    const struct ol_outbox_message kept = {m->id, m->device, m->time_ms, m->product_id,
                                           m->text};
    (void)(ol_outbox_put(&p->outbox, &kept) == OL_OK);
}

static void push_drop(void *ctx, const int64_t *ids, size_t count)
{
    struct ol_platform *p = ctx;
    ol_outbox_drop(&p->outbox, ids, count);
}

static int32_t push_clear(void *ctx, struct ol_str product_id)
{
    struct ol_platform *p = ctx;
    return ol_outbox_clear(&p->outbox, product_id);
}

static void on_push_message(void *ctx, const struct ol_outbox_message *m)
{
    struct ol_platform *p = ctx;
    const struct ol_push_kept kept = {m->id, m->device, m->time_ms, m->product_id,
                                      m->text};
    /* One that nobody wants goes with the next settings of its product. */
    (void)ol_push_restore_message(p->push, &kept);
}

bool ol_platform_push_open(struct ol_platform *p, struct ol_store store)
{
    /* For tests: the waits of a push last as many milliseconds as this says seconds. */
    const char *scale = getenv("ONELINK_PUSH_SECOND_MS");
    struct ol_push_config config = {
        .base = p->base,
        .store = store,
        .ctx = p,
        .wall_ms = wall_ms,
        .device_name = push_name,
        .keep = push_keep,
        .put = push_put,
        .drop = push_drop,
        .clear = push_clear,
        .second_ms = scale == NULL ? 0 : (uint32_t)strtoul(scale, NULL, 10),
    };
    if (ol_outbox_open(&p->outbox, &p->db) != OL_OK ||
        ol_outbox_last(&p->outbox, &config.last_id) != OL_OK) {
        return false;
    }
    p->push = ol_push_open(&config);
    return p->push != NULL;
}

bool ol_platform_push_restore(struct ol_platform *p)
{
    return ol_db_setting_each(&p->db, OL_STR(PUSH_SETTING), on_push_setting, p) ==
               OL_OK &&
           ol_outbox_each(&p->outbox, on_push_message, p) == OL_OK;
}

void ol_platform_push_close(struct ol_platform *p)
{
    ol_push_close(p->push);
    p->push = NULL;
    ol_outbox_close(&p->outbox);
}
