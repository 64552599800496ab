/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "onelink/onenet/name.h"
#include "platform/api/state.h"

const struct ol_store_product *ol_api_product(const struct ol_api_call *c,
                                              struct ol_str product, struct ol_str device,
                                              bool write)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    if (!ol_onenet_pid_is_valid(product)) {
        ol_api_fail_parameter(c, "product_id");
        return NULL;
    }
    if (write ? !ol_api_may_write(&c->who, product)
              : !ol_api_may_read(&c->who, product, device)) {
        ol_api_fail_resource(c);
        return NULL;
    }
    const struct ol_store_product *p = b->find_product(b->ctx, product);
    if (p == NULL) {
        ol_api_fail(c, OL_API_NO_PRODUCT, OL_STR("product not found"));
    }
    return p;
}

/* 10410, or 10409 where the product has no device at all. */
static void fail_no_device(const struct ol_api_call *c, const struct ol_store_product *p)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    struct ol_api_product_info info;
    if (b->product_info(b->ctx, p, &info) == OL_OK && info.device_count == 0) {
        ol_api_fail(c, OL_API_NO_DEVICES, OL_STR("product has no device"));
    } else {
        ol_api_fail(c, OL_API_NO_DEVICE, OL_STR("device not found"));
    }
}

bool ol_api_device(const struct ol_api_call *c, struct ol_str product,
                   struct ol_str device, bool write, const struct ol_store_product **p,
                   struct ol_api_device *d)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    if (!ol_onenet_device_is_valid(device)) {
        ol_api_fail_parameter(c, "device_name");
        return false;
    }
    *p = ol_api_product(c, product, device, write);
    if (*p == NULL) {
        return false;
    }
    int32_t rc = b->get_device(b->ctx, *p, device, d);
    if (rc == OL_E_NOENT) {
        fail_no_device(c, *p);
    } else if (rc != OL_OK) {
        ol_api_fail_server(c);
    }
    return rc == OL_OK;
}

/* Leaves the object open. */
static void write_device(struct ol_json_writer *w, struct ol_str product,
                         const struct ol_api_device *d)
{
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)d->id);
    ol_json_object_begin(w);
    ol_api_write_text(w, "did", ol_str_from(id));
    ol_api_write_text(w, "pid", product);
    ol_api_write_text(w, "name", d->name);
    ol_api_write_text(w, "desc", d->about);
    ol_api_write_text(w, "imei", OL_STR("")); /* applications expect it in a list */
    ol_api_write_int(w, "status", d->online ? 1 : 0);
    ol_api_write_time(w, "create_time", d->created_ms);
    ol_api_write_time(w, "last_time",
                      d->seen_ms > d->online_ms ? d->seen_ms : d->online_ms);
    ol_api_write_text(w, "sec_key", d->sec_key);
}

static void state_row(void *ctx, const struct ol_api_presence *p)
{
    struct ol_json_writer *w = ctx;
    ol_api_write_time(w, "since", p->time_ms);
    ol_api_write_text(w, "reason", p->reason);
}

/* Our own: since when it is what it is, why, and when it was heard last. */
static void write_state(const struct ol_api_call *c, struct ol_json_writer *w,
                        const struct ol_api_device *d)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_api_range newest = {0, INT64_MAX, 1, 0, true};
    int64_t seen = ol_node_last_seen(c->api->config.node, d->id);
    ol_json_key(w, OL_STR("state"));
    ol_json_object_begin(w);
    ol_json_key(w, OL_STR("online"));
    ol_json_bool(w, d->online);
    (void)(b->each_presence(b->ctx, d->id, &newest, state_row, w) == OL_OK);
    ol_api_write_time(w, "last_seen", seen > d->seen_ms ? seen : d->seen_ms);
    ol_json_object_end(w);
}

void ol_api_device_detail(const struct ol_api_call *c)
{
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    if (!ol_api_device(c, ol_api_query_get(c, "product_id"),
                       ol_api_query_get(c, "device_name"), false, &p, &d)) {
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    write_device(&w, p->product_id, &d);
    write_state(c, &w, &d);
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}

struct list {
    struct ol_json_writer w;
    struct ol_str product;
};

static void list_row(void *ctx, const struct ol_api_device *d)
{
    struct list *list = ctx;
    write_device(&list->w, list->product, d);
    ol_json_object_end(&list->w);
}

void ol_api_device_list(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    struct ol_api_page page = {.part = ol_api_query_get(c, "device_name"), .limit = 10};
    int64_t total = 0;
    if (!ol_api_query_int(c, "offset", 0, INT64_MAX, &page.offset) ||
        !ol_api_query_int(c, "limit", 1, OL_API_PAGE_MAX, &page.limit)) {
        return;
    }
    const struct ol_store_product *p = ol_api_product(
        c, ol_api_query_get(c, "product_id"), (struct ol_str){NULL, 0}, false);
    if (p == NULL) {
        return;
    }
    struct list list = {ol_api_reply_begin(c), p->product_id};
    ol_json_object_begin(&list.w);
    ol_json_key(&list.w, OL_STR("list"));
    ol_json_array_begin(&list.w);
    if (b->each_device(b->ctx, p, &page, &total, list_row, &list) != OL_OK) {
        ol_api_fail_server(c);
        return;
    }
    ol_json_array_end(&list.w);
    ol_api_write_int(&list.w, "offset", page.offset);
    ol_api_write_int(&list.w, "limit", page.limit);
    ol_api_write_int(&list.w, "total", total);
    ol_json_object_end(&list.w);
    ol_api_reply_send(c, &list.w);
}

void ol_api_device_create(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    char product[OL_API_NAME_CAP];
    char name[OL_API_NAME_CAP];
    char about[OL_API_ABOUT_CAP];
    char key[OL_API_KEY_CAP];
    struct ol_api_member m[] = {
        {OL_STR("product_id"), OL_API_STRING, true, product, sizeof product, {NULL, 0}},
        {OL_STR("device_name"), OL_API_STRING, true, name, sizeof name, {NULL, 0}},
        {OL_STR("desc"), OL_API_STRING, false, about, sizeof about, {NULL, 0}},
    };
    if (!ol_api_body_read(c, m, 3)) {
        return;
    }
    if (!ol_onenet_device_is_valid(m[1].value)) {
        ol_api_fail_parameter(c, "device_name");
        return;
    }
    const struct ol_store_product *p = ol_api_product(c, m[0].value, m[1].value, true);
    if (p == NULL) {
        return;
    }
    int32_t rc = b->add_device(b->ctx, p, m[1].value, m[2].value, key);
    if (rc == OL_E_ARG) {
        ol_api_fail(c, OL_API_DEVICE_EXISTS, OL_STR("device exists"));
        return;
    }
    if (rc != OL_OK) {
        ol_api_fail_server(c);
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_api_write_text(&w, "pid", m[0].value);
    ol_api_write_text(&w, "name", m[1].value);
    ol_api_write_text(&w, "desc", m[2].value);
    ol_api_write_text(&w, "sec_key", ol_str_from(key));
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}
