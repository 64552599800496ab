/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model.h"
#include "platform/api/state.h"

/* ---- query-device-property ---- */

static int compare(struct ol_str a, struct ol_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < n; i++) {
        if (a.ptr[i] != b.ptr[i]) {
            return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[i] ? -1 : 1;
        }
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* Indexes of the properties in the order of their identifiers. */
static uint16_t sort_properties(const struct ol_onenet_model *model,
                                uint16_t order[OL_ONENET_POINTS_MAX])
{
    uint16_t count = 0;
    for (uint16_t i = 0; i < model->property_count && count < OL_ONENET_POINTS_MAX; i++) {
        uint16_t at = count++;
        while (at > 0 && compare(model->fields[i].identifier,
                                 model->fields[order[at - 1]].identifier) < 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    return count;
}

/* One property; value is NULL when it was never reported. docs/protocol.md §8.2 */
static void write_property(struct ol_json_writer *w, const struct ol_onenet_field *f,
                           const struct ol_api_value *value)
{
    ol_json_object_begin(w);
    ol_api_write_text(w, "identifier", f->identifier);
    if (value != NULL) {
        ol_api_write_int(w, "time", value->time_ms);
        ol_api_write_text(w, "value", value->text);
    }
    ol_api_write_text(w, "data_type", ol_str_from(ol_onenet_type_str(f->type)));
    ol_api_write_text(w, "access_mode", f->writable ? OL_STR("读写") : OL_STR("只读"));
    ol_api_write_text(w, "name", f->name);
    if (f->desc.len > 0) {
        ol_api_write_text(w, "description", f->desc);
    }
    ol_json_object_end(w);
}

static bool write_properties(const struct ol_api_call *c, struct ol_json_writer *w,
                             const struct ol_store_product *p, int64_t device)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    uint16_t order[OL_ONENET_POINTS_MAX];
    uint16_t count = sort_properties(p->model, order);
    ol_json_array_begin(w);
    for (uint16_t i = 0; i < count; i++) {
        struct ol_api_value value;
        int32_t rc = b->latest(b->ctx, p, device, order[i], &value);
        if (rc != OL_OK && rc != OL_E_NOENT) {
            return false;
        }
        write_property(w, &p->model->fields[order[i]], rc == OL_OK ? &value : NULL);
    }
    ol_json_array_end(w);
    return true;
}

void ol_api_query_property(const struct ol_api_call *c)
{
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    if (!ol_api_device(c, ol_api_query_get(c, "product_id"),
                       ol_api_query_get(c, "device_name"), false, &p, &d) ||
        !ol_api_has_model(c, p)) {
        return;
    }
    bool studio = c->api->config.studio_lists;
    struct ol_json_writer w = ol_api_reply_begin(c);
    if (studio) {
        ol_json_object_begin(&w);
        ol_json_key(&w, OL_STR("list"));
    }
    if (!write_properties(c, &w, p, d.id)) {
        ol_api_fail_server(c);
        return;
    }
    if (studio) {
        ol_json_object_end(&w);
    }
    ol_api_reply_send(c, &w);
}

/* ---- query-device-property-history ---- */

/* Stretches of a chart in one answer, unless the URL asks for fewer. */
#define BUCKETS_MAX 1000

/* As everywhere in this call, times and values are text. */
static void write_time(struct ol_json_writer *w, int64_t time_ms)
{
    char time[24];
    struct ol_writer t = ol_writer_make(time, sizeof time);
    ol_writer_dec_i64(&t, time_ms);
    ol_api_write_text(w, "time", ol_str_make(time, t.len));
}

static void history_row(void *ctx, const struct ol_api_value *v)
{
    struct ol_json_writer *w = ctx;
    ol_json_object_begin(w);
    write_time(w, v->time_ms);
    ol_api_write_text(w, "value", v->text);
    ol_json_object_end(w);
}

static void bucket_row(void *ctx, const struct ol_api_bucket *b)
{
    struct ol_json_writer *w = ctx;
    ol_json_object_begin(w);
    write_time(w, b->time_ms);
    ol_api_write_int(w, "count", b->count);
    if (b->mean.len > 0) {
        ol_api_write_text(w, "min", b->min);
        ol_api_write_text(w, "max", b->max);
        ol_api_write_text(w, "mean", b->mean);
    }
    ol_json_object_end(w);
}

/* What is asked for: bucket_ms, 0 when the values themselves are wanted, and the range.
 * false: the call has been answered. */
static bool read_history(const struct ol_api_call *c, int64_t *bucket_ms,
                         struct ol_api_range *range)
{
    *bucket_ms = 0;
    if (!ol_api_query_int(c, "bucket_ms", 1, INT64_MAX, bucket_ms)) {
        return false;
    }
    range->limit = *bucket_ms > 0 ? BUCKETS_MAX : 10;
    return ol_api_range_read(c, range);
}

void ol_api_query_history(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    struct ol_api_range range = {.limit = 0};
    int64_t bucket_ms = 0;
    if (!ol_api_device(c, ol_api_query_get(c, "product_id"),
                       ol_api_query_get(c, "device_name"), false, &p, &d) ||
        !ol_api_has_model(c, p) || !read_history(c, &bucket_ms, &range)) {
        return;
    }
    int32_t property =
        ol_onenet_property_find(p->model, ol_api_query_get(c, "identifier"));
    if (property < 0) {
        ol_api_fail_parameter(c, "identifier");
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_json_key(&w, OL_STR("list"));
    ol_json_array_begin(&w);
    int32_t rc = bucket_ms > 0 ? b->each_bucket(b->ctx, p, d.id, (uint16_t)property,
                                                &range, bucket_ms, bucket_row, &w)
                               : b->each_value(b->ctx, p, d.id, (uint16_t)property,
                                               &range, history_row, &w);
    if (rc != OL_OK) {
        ol_api_fail_server(c);
        return;
    }
    ol_json_array_end(&w);
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}
