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
