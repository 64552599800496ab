/* SPDX-License-Identifier: MIT */
#include "platform/api/state.h"

/* A device's life after its creation: docs/protocol.md §8.2. */

struct target {
    char product_text[OL_API_NAME_CAP];
    char name_text[OL_API_NAME_CAP];
    struct ol_str name;
    const struct ol_store_product *product;
    int64_t device;
};

/* The device that the body names; about is its desc, NULL where there is none to read.
 * false: the call has been answered. */
static bool read_target(const struct ol_api_call *c, struct target *t, char *about,
                        struct ol_str *about_out)
{
    struct ol_api_member m[] = {
        {OL_STR("product_id"),
         OL_API_STRING,
         true,
         t->product_text,
         sizeof t->product_text,
         {NULL, 0}},
        {OL_STR("device_name"),
         OL_API_STRING,
         true,
         t->name_text,
         sizeof t->name_text,
         {NULL, 0}},
        {OL_STR("desc"), OL_API_STRING, false, about, OL_API_ABOUT_CAP, {NULL, 0}},
    };
    struct ol_api_device d;
    if (!ol_api_body_read(c, m, about == NULL ? 2 : 3)) {
        return false;
    }
    if (about != NULL && m[2].value.ptr == NULL) {
        ol_api_fail_parameter(c, "desc"); /* an empty one is fine */
        return false;
    }
    if (!ol_api_device(c, m[0].value, m[1].value, true, &t->product, &d)) {
        return false;
    }
    t->name = m[1].value;
    t->device = d.id;
    if (about != NULL) {
        *about_out = m[2].value;
    }
    return true;
}

/* Ends the device's session at once; what that puts is stored before anything else. */
static void kick(const struct ol_api_call *c, int64_t device)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    ol_node_kick(c->api->config.node, device, b->now(b->ctx));
    b->commit(b->ctx);
}

/* true: it is done. */
static bool is_done(const struct ol_api_call *c, int32_t rc)
{
    if (rc == OL_E_NOENT) {
        ol_api_fail(c, OL_API_NO_DEVICE, OL_STR("device not found"));
    } else if (rc != OL_OK) {
        ol_api_fail_server(c);
    }
    return rc == OL_OK;
}

void ol_api_device_update(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    char buf[OL_API_ABOUT_CAP];
    struct ol_str about;
    struct target t;
    if (!read_target(c, &t, buf, &about) ||
        !is_done(c, b->describe_device(b->ctx, t.device, about))) {
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_api_write_text(&w, "pid", t.product->product_id);
    ol_api_write_text(&w, "name", t.name);
    ol_api_write_text(&w, "desc", about);
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}

void ol_api_device_delete(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    struct target t;
    if (!read_target(c, &t, NULL, NULL)) {
        return;
    }
    kick(c, t.device);
    if (is_done(c, b->delete_device(b->ctx, t.device))) {
        ol_api_reply_done(c);
    }
}

void ol_api_device_reset(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    char key[OL_API_KEY_CAP];
    struct target t;
    if (!read_target(c, &t, NULL, NULL)) {
        return;
    }
    kick(c, t.device);
    if (!is_done(c, b->rekey_device(b->ctx, t.device, key))) {
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_api_write_text(&w, "pid", t.product->product_id);
    ol_api_write_text(&w, "name", t.name);
    ol_api_write_text(&w, "sec_key", ol_str_from(key));
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}

/* ---- status-history ---- */

static void presence_row(void *ctx, const struct ol_api_presence *p)
{
    struct ol_json_writer *w = ctx;
    ol_json_object_begin(w);
    ol_api_write_int(w, "status", p->online ? 1 : 0);
    ol_api_write_int(w, "time", p->time_ms);
    if (p->reason.len > 0) {
        ol_api_write_text(w, "reason", p->reason);
    }
    ol_json_object_end(w);
}

void ol_api_status_history(const struct ol_api_call *c)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const struct ol_store_product *p = NULL;
    struct ol_api_device d;
    struct ol_api_range range = {.limit = 10};
    if (!ol_api_device(c, ol_api_query_get(c, "product_id"),
                       ol_api_query_get(c, "device_name"), false, &p, &d) ||
        !ol_api_range_read(c, &range)) {
        return;
    }
    struct ol_json_writer w = ol_api_reply_begin(c);
    ol_json_object_begin(&w);
    ol_json_key(&w, OL_STR("list"));
    ol_json_array_begin(&w);
    if (b->each_presence(b->ctx, d.id, &range, presence_row, &w) != OL_OK) {
        ol_api_fail_server(c);
        return;
    }
    ol_json_array_end(&w);
    ol_json_object_end(&w);
    ol_api_reply_send(c, &w);
}
