/* SPDX-License-Identifier: MIT */
#include "platform/api/state.h"

/* HTTP push, docs/protocol.md §8.4. The cloud has it in its console; these calls are the
 * project's own. */

#define URL_CAP    1024
#define SECRET_CAP 256

/* The product that the body's only member names. NULL: the call has been answered. */
static const struct ol_store_product *read_product(const struct ol_api_call *c)
{
    char product[OL_API_NAME_CAP];
    struct ol_api_member m[] = {
        {OL_STR("product_id"), OL_API_STRING, true, product, sizeof product, {NULL, 0}},
    };
    return ol_api_body_read(c, m, 1)
               ? ol_api_product(c, m[0].value, (struct ol_str){NULL, 0}, true)
               : NULL;
}

/* Answers; none: the product has no push. */
static void answer(const struct ol_api_call *c, int32_t rc)
{
    if (rc == OL_OK) {
        ol_api_reply_done(c);
    } else if (rc == OL_E_NOENT) {
        ol_api_fail(c, OL_API_USER_OPERATION,
                    OL_STR("user operation error:no push is set"));
    } else if (rc == OL_E_NOSPC) {
        ol_api_fail(c, OL_API_INTERNAL, OL_STR("too many products have a push"));
    } else {
        ol_api_fail_server(c);
    }
}

void ol_api_push_set(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    char product[OL_API_NAME_CAP];
    char url[URL_CAP];
    char token[SECRET_CAP];
    char aes[SECRET_CAP];
    struct ol_api_member m[] = {
        {OL_STR("product_id"), OL_API_STRING, true, product, sizeof product, {NULL, 0}},
        {OL_STR("url"), OL_API_STRING, true, url, sizeof url, {NULL, 0}},
        {OL_STR("token"), OL_API_STRING, true, token, sizeof token, {NULL, 0}},
        {OL_STR("aes_key"), OL_API_STRING, false, aes, sizeof aes, {NULL, 0}},
    };
    const char *wrong = NULL;
    if (!ol_api_body_read(c, m, 4)) {
        return;
    }
    const struct ol_store_product *p =
        ol_api_product(c, m[0].value, (struct ol_str){NULL, 0}, true);
    if (p == NULL) {
        return;
    }
    int32_t rc =
        b->push_set(b->ctx, p->product_id, m[1].value, m[2].value, m[3].value, &wrong);
    if (rc == OL_E_ARG) {
        ol_api_fail_parameter(c, wrong);
    } else {
        answer(c, rc);
    }
}

void ol_api_push_verify(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_store_product *p = read_product(c);
    if (p != NULL) {
        answer(c, b->push_verify(b->ctx, p->product_id));
    }
}

void ol_api_push_delete(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_store_product *p = read_product(c);
    if (p != NULL) {
        answer(c, b->push_delete(b->ctx, p->product_id));
    }
}

void ol_api_push_show(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_store_product *p = ol_api_product(
        c, ol_api_query_get(c, "product_id"), (struct ol_str){NULL, 0}, false);
    if (p == NULL) {
        return;
    }
    struct ol_api_push push = b->push_get(b->ctx, p->product_id);
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_api_write_text(&w, "state", ol_str_from(push.state));
    if (push.url.len > 0) {
        ol_api_write_text(&w, "url", push.url);
        ol_api_write_text(&w, "reason", ol_str_from(push.why));
        ol_json_key(&w, OL_STR("secure"));
        ol_json_bool(&w, push.secure);
        ol_api_write_int(&w, "waiting", (int64_t)push.waiting);
        ol_api_write_int(&w, "sent", (int64_t)push.sent);
        ol_api_write_int(&w, "retries", (int64_t)push.retries);
        ol_api_write_int(&w, "failed", (int64_t)push.failed);
        ol_api_write_int(&w, "dropped", (int64_t)push.dropped);
    }
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}
