/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model.h"
#include "platform/api/state.h"

/* Products and their thing models: docs/protocol.md §8.2. */

bool ol_api_has_model(const struct ol_api_call *c, const struct ol_store_product *p)
{
    const struct ol_onenet_model *m = p->model;
    if (m != NULL && m->property_count + m->event_count + m->service_count > 0) {
        return true;
    }
    ol_api_fail(c, OL_API_NO_MODEL, OL_STR("产品物模型未找到"));
    return false;
}

/* The product that the URL names, and what is known of it. NULL: the call has been
 * answered. */
static const struct ol_store_product *find(const struct ol_api_call *c,
                                           struct ol_api_product_info *info)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_store_product *p = ol_api_product(
        c, ol_api_query_get(c, "product_id"), (struct ol_str){NULL, 0}, false);
    if (p != NULL && b->product_info(b->ctx, p, info) != OL_OK) {
        ol_api_fail_server(c);
        return NULL;
    }
    return p;
}

void ol_api_product_detail(const struct ol_api_call *c)
{
    struct ol_api_product_info info;
    const struct ol_store_product *p = find(c, &info);
    if (p == NULL) {
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_api_write_text(&w, "pid", p->product_id);
    ol_api_write_time(&w, "create_time", info.created_ms);
    ol_api_write_int(&w, "device_count", info.device_count);
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}

void ol_api_query_model(const struct ol_api_call *c)
{
    struct ol_api_product_info info;
    const struct ol_store_product *p = find(c, &info);
    if (p == NULL || !ol_api_has_model(c, p)) {
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_raw(&w, info.model);
    ol_api_reply_send(c, &w);
}
