/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "platform/api/state.h"

/* Calls that wait for the device's own answer: docs/protocol.md §4.3, §8.2. */

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

typedef int32_t (*begin_fn)(struct ol_node *node, int64_t device, struct ol_str params,
                            void *user, ol_ms now, struct ol_call_start *out);

/* Sends the call to the device; on_event answers it. */
static void call_begin(const struct ol_api_call *c, int64_t device, struct ol_str params,
                       bool get)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const begin_fn begin = get ? ol_node_get_begin : ol_node_set_begin;
    struct ol_call_start start;
    struct ol_api_pending *pending = pending_make(c);
    if (pending == NULL) {
        ol_api_fail_server(c);
        return;
    }
    pending->get = get;
    if (begin(c->api->config.node, device, params, pending, b->now(b->ctx), &start) !=
        OL_OK) {
        ol_api_pending_free(c->api, pending);
        ol_api_fail(c, start.code, ol_str_make(start.msg, start.msg_len));
        return;
    }
    pending->handle = start.handle;
    evhttp_connection_set_closecb(evhttp_request_get_connection(c->http), on_gone,
                                  pending);
}

static void call_device(const struct ol_api_call *c, enum ol_api_kind kind)
{
    char product[OL_API_NAME_CAP];
    char name[OL_API_NAME_CAP];
    struct ol_api_member m[] = {
        {OL_STR("product_id"), OL_API_STRING, true, product, sizeof product, {NULL, 0}},
        {OL_STR("device_name"), OL_API_STRING, true, name, sizeof name, {NULL, 0}},
        {OL_STR("params"), kind, true, NULL, 0, {NULL, 0}},
    };
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    bool get = kind == OL_API_ARRAY;
    if (ol_api_body_read(c, m, 3) &&
        ol_api_device(c, m[0].value, m[1].value, !get, &p, &d) &&
        ol_api_has_model(c, p)) {
        call_begin(c, d.id, m[2].value, get);
    }
}

void ol_api_set_property(const struct ol_api_call *c)
{
    call_device(c, OL_API_OBJECT);
}

void ol_api_get_property(const struct ol_api_call *c)
{
    call_device(c, OL_API_ARRAY);
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
    ol_api_write_text(w, "id", ev->id);
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

/* What the device read for us is the answer itself; it may also have failed to. */
static void answer_get(const struct ol_api_call *c, const struct ol_node_event *ev)
{
    if (ev->code != 200) {
        ol_api_fail(c, OL_API_CALL_FAILED,
                    OL_STR("属性查询失败:the device answered with a code of its own"));
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_raw(&w, ev->data.len > 0 ? ev->data : OL_STR("{}"));
    ol_api_reply_send(c, &w);
}

void ol_api_on_event(struct ol_api *api, const struct ol_node_event *ev)
{
    struct ol_api_pending *p = ev->user;
    struct ol_api_call call = p->call;
    bool get = p->get;
    /* The connection lives on for the next request. */
    evhttp_connection_set_closecb(evhttp_request_get_connection(call.http), NULL, NULL);
    ol_api_pending_free(api, p);
    if (ev->api_code != OL_API_OK) {
        ol_api_fail(&call, ev->api_code, ev->api_msg);
        return;
    }
    if (get) {
        answer_get(&call, ev);
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(&call);
    write_answer(&w, ev);
    ol_api_reply_send(&call, &w);
}
