/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "onelink/onenet/model.h"
#include "platform/api/state.h"

#define NAME_CAP 128
#define LIST_MAX 100

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

static void write_text(struct ol_json_writer *w, const char *key, struct ol_str value)
{
    ol_json_key(w, ol_str_from(key));
    ol_json_str(w, value);
}

/* One property; value is NULL when it was never reported. docs/protocol.md §8.2 */
static void write_property(struct ol_json_writer *w, const struct ol_onenet_field *f,
                           const struct ol_api_value *value)
{
    ol_json_object_begin(w);
    write_text(w, "identifier", f->identifier);
    if (value != NULL) {
        ol_json_key(w, OL_STR("time"));
        ol_json_int(w, value->time_ms);
        write_text(w, "value", value->text);
    }
    write_text(w, "data_type", ol_str_from(ol_onenet_type_str(f->type)));
    write_text(w, "access_mode", f->writable ? OL_STR("读写") : OL_STR("只读"));
    write_text(w, "name", f->name);
    if (f->desc.len > 0) {
        write_text(w, "description", f->desc);
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
                       ol_api_query_get(c, "device_name"), false, &p, &d)) {
        return;
    }
    bool studio = c->api->config.studio_lists;
    struct ol_json_writer w = ol_api_reply_begin(c);
    if (studio) {
        ol_json_object_begin(&w);
        ol_json_key(&w, OL_STR("list"));
    }
    if (!write_properties(c, &w, p, d.id)) {
        ol_api_fail(c, OL_API_SERVER, OL_STR("server error"));
        return;
    }
    if (studio) {
        ol_json_object_end(&w);
    }
    ol_api_reply_send(c, &w);
}

/* ---- query-device-property-history ---- */

static void history_row(void *ctx, const struct ol_api_value *v)
{
    struct ol_json_writer *w = ctx;
    char time[24];
    struct ol_writer t = ol_writer_make(time, sizeof time);
    ol_writer_dec_i64(&t, v->time_ms);
    ol_json_object_begin(w);
    write_text(w, "time", ol_str_make(time, t.len));
    write_text(w, "value", v->text);
    ol_json_object_end(w);
}

/* The range that the URL asks for. false: the call has been answered. */
static bool read_range(const struct ol_api_call *c, struct ol_api_range *range)
{
    int64_t sort = 2;
    if (ol_api_query_get(c, "start_time").len == 0) {
        ol_api_fail_parameter(c, "start_time");
        return false;
    }
    if (ol_api_query_get(c, "end_time").len == 0) {
        ol_api_fail_parameter(c, "end_time");
        return false;
    }
    bool ok = ol_api_query_int(c, "start_time", 0, INT64_MAX, &range->from_ms) &&
              ol_api_query_int(c, "end_time", range->from_ms, INT64_MAX, &range->to_ms) &&
              ol_api_query_int(c, "sort", 1, 2, &sort) &&
              ol_api_query_int(c, "offset", 0, INT64_MAX, &range->offset) &&
              ol_api_query_int(c, "limit", 1, LIST_MAX, &range->limit);
    range->descending = sort == 2;
    return ok;
}

void ol_api_query_history(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    struct ol_api_range range = {.limit = 10};
    if (!ol_api_device(c, ol_api_query_get(c, "product_id"),
                       ol_api_query_get(c, "device_name"), false, &p, &d) ||
        !read_range(c, &range)) {
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
    if (b->each_value(b->ctx, p, d.id, (uint16_t)property, &range, history_row, &w) !=
        OL_OK) {
        ol_api_fail(c, OL_API_SERVER, OL_STR("server error"));
        return;
    }
    ol_json_array_end(&w);
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}

/* ---- set-device-property ---- */

void ol_api_pending_free(struct ol_api *api, struct ol_api_pending *p)
{
    if (p->prev != NULL) {
        p->prev->next = p->next;
    } else {
        api->pending = p->next;
    }
    if (p->next != NULL) {
        p->next->prev = p->prev;
    }
    free(p);
}

/* The application has gone: the server frees its request. */
static void on_gone(struct evhttp_connection *connection, void *ctx)
{
    (void)connection;
    struct ol_api_pending *p = ctx;
    struct ol_api *api = p->call.api;
    ol_node_call_cancel(api->config.node, p->handle);
    ol_api_pending_free(api, p);
}

static struct ol_api_pending *pending_make(const struct ol_api_call *c)
{
    struct ol_api *api = c->api;
    struct ol_api_pending *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    p->call = *c;
    p->next = api->pending;
    if (p->next != NULL) {
        p->next->prev = p;
    }
    api->pending = p;
    return p;
}

void ol_api_set_property(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    char product[NAME_CAP];
    char name[NAME_CAP];
    struct ol_api_member m[] = {
        {OL_STR("product_id"), false, true, product, sizeof product, {NULL, 0}},
        {OL_STR("device_name"), false, true, name, sizeof name, {NULL, 0}},
        {OL_STR("params"), true, true, NULL, 0, {NULL, 0}},
    };
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    struct ol_call_start start;
    if (!ol_api_body_read(c, m, 3) ||
        !ol_api_device(c, m[0].value, m[1].value, true, &p, &d)) {
        return;
    }
    struct ol_api_pending *pending = pending_make(c);
    if (pending == NULL) {
        ol_api_fail(c, OL_API_SERVER, OL_STR("server error"));
        return;
    }
    if (ol_node_set_begin(c->api->config.node, d.id, m[2].value, pending, b->now(b->ctx),
                          &start) != OL_OK) {
        ol_api_pending_free(c->api, pending);
        ol_api_fail(c, start.code, ol_str_make(start.msg, start.msg_len));
        return;
    }
    pending->handle = start.handle;
    evhttp_connection_set_closecb(evhttp_request_get_connection(c->http), on_gone,
                                  pending);
}

/* A string that is escaped already; the node hands it out without its quotes. */
static void write_escaped(struct ol_json_writer *w, struct ol_str text)
{
    char *quoted = malloc(text.len + 2);
    if (quoted == NULL) {
        ol_json_null(w);
        return;
    }
    quoted[0] = '"';
    if (text.len > 0) {
        memcpy(quoted + 1, text.ptr, text.len);
    }
    quoted[text.len + 1] = '"';
    ol_json_raw(w, ol_str_make(quoted, text.len + 2));
    free(quoted);
}

/* The device's own answer. */
static void write_answer(struct ol_json_writer *w, const struct ol_node_event *ev)
{
    ol_json_object_begin(w);
    write_text(w, "id", ev->id);
    ol_json_key(w, OL_STR("code"));
    ol_json_int(w, ev->code);
    ol_json_key(w, OL_STR("msg"));
    write_escaped(w, ev->msg);
    if (ev->data.len > 0) {
        ol_json_key(w, OL_STR("data"));
        ol_json_raw(w, ev->data);
    }
    ol_json_object_end(w);
}

void ol_api_on_event(struct ol_api *api, const struct ol_node_event *ev)
{
    struct ol_api_pending *p = ev->user;
    struct ol_api_call call = p->call;
    /* The connection lives on for the next request. */
    evhttp_connection_set_closecb(evhttp_request_get_connection(call.http), NULL, NULL);
    ol_api_pending_free(api, p);
    if (ev->api_code != OL_API_OK) {
        ol_api_fail(&call, ev->api_code, ev->api_msg);
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(&call);
    write_answer(&w, ev);
    ol_api_reply_send(&call, &w);
}
