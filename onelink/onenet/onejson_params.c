/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/onejson.h"

#include "onelink/onenet/params_check.h"

static const struct ol_str nothing = {NULL, 0};

struct ol_onenet_params ol_onenet_params_open(struct ol_str params)
{
    struct ol_onenet_params p = {ol_json_reader_make(params.ptr, params.len)};
    struct ol_json_token begin;
    if (ol_json_reader_next(&p.reader, &begin) != OL_OK ||
        (begin.kind != OL_JSON_OBJECT_BEGIN && begin.kind != OL_JSON_ARRAY_BEGIN)) {
        /* An empty text makes every next() fail. */
        p.reader = ol_json_reader_make("", 0);
    }
    return p;
}

/* The next token that stands for a member: of kind wanted, or the end. */
static int32_t next_member(struct ol_onenet_params *p, struct ol_onenet_item *item,
                           enum ol_json_kind wanted)
{
    *item = (struct ol_onenet_item){.name = {.kind = wanted}};
    int32_t rc = ol_json_reader_next(&p->reader, &item->name);
    if (rc != OL_OK) {
        return OL_E_PROTO;
    }
    enum ol_json_kind end =
        wanted == OL_JSON_KEY ? OL_JSON_OBJECT_END : OL_JSON_ARRAY_END;
    if (item->name.kind == end || item->name.kind == OL_JSON_END) {
        return OL_E_NOENT;
    }
    return item->name.kind == wanted ? OL_OK : OL_E_PROTO;
}

int32_t ol_onenet_params_next(struct ol_onenet_params *p, struct ol_onenet_item *item)
{
    int32_t rc = next_member(p, item, OL_JSON_KEY);
    if (rc != OL_OK) {
        return rc;
    }
    rc = ol_json_reader_skip(&p->reader, &item->name, &item->value);
    return rc == OL_OK ? OL_OK : OL_E_PROTO;
}

int32_t ol_onenet_params_next_name(struct ol_onenet_params *p,
                                   struct ol_onenet_item *item)
{
    return next_member(p, item, OL_JSON_STRING);
}

static bool take_time(struct ol_str text, int64_t *time_ms)
{
    return ol_int64_decode(text, time_ms) == OL_OK && *time_ms > 0;
}

int32_t ol_onenet_params_next_wrapped(struct ol_onenet_params *p,
                                      struct ol_onenet_item *item)
{
    struct ol_json_token t;
    int32_t rc = next_member(p, item, OL_JSON_KEY);
    if (rc != OL_OK) {
        return rc;
    }
    if (ol_json_reader_next(&p->reader, &t) != OL_OK || t.kind != OL_JSON_OBJECT_BEGIN) {
        return OL_E_PROTO;
    }
    struct ol_str time = nothing;
    while (ol_json_reader_next(&p->reader, &t) == OL_OK) {
        if (t.kind == OL_JSON_OBJECT_END) {
            bool fine = time.ptr == NULL || take_time(time, &item->time_ms);
            item->time_ms = fine ? item->time_ms : 0;
            return fine ? OL_OK : OL_E_ARG;
        }
        struct ol_str span;
        struct ol_str *slot = ol_json_token_equal(&t, OL_STR("value"))  ? &item->value
                              : ol_json_token_equal(&t, OL_STR("time")) ? &time
                                                                        : NULL;
        if (ol_json_reader_skip(&p->reader, &t, &span) != OL_OK ||
            (slot != NULL && slot->ptr != NULL)) {
            return OL_E_PROTO;
        }
        if (slot != NULL) {
            *slot = span;
        }
    }
    return OL_E_PROTO;
}

/* ---- Against the model ---- */

static struct ol_onenet_refusal check(const struct ol_onenet_model *model,
                                      const struct ol_onenet_item *item, int32_t *field,
                                      bool command, bool *coerced)
{
    int32_t index = ol_onenet_property_find_token(model, &item->name);
    if (field != NULL) {
        *field = index;
    }
    if (index < 0) {
        return ol_onenet_refusal_make(OL_ONENET_CODE_NOT_EXIST, item->name.text);
    }
    const struct ol_onenet_field *f = &model->fields[index];
    if (command && !f->writable) {
        return ol_onenet_refusal_make(OL_ONENET_CODE_READ_ONLY, item->name.text);
    }
    struct ol_onenet_value ignored;
    enum ol_onenet_value_error error =
        ol_onenet_value_decode(model, f, item->value, &ignored, coerced);
    return ol_onenet_refusal_for_value(f->type, error, item->name.text);
}

struct ol_onenet_refusal ol_onenet_post_item_check(const struct ol_onenet_model *model,
                                                   const struct ol_onenet_item *item,
                                                   int32_t *field)
{
    return check(model, item, field, false, NULL);
}

struct ol_onenet_refusal ol_onenet_set_item_check(const struct ol_onenet_model *model,
                                                  const struct ol_onenet_item *item,
                                                  int32_t *field)
{
    return check(model, item, field, true, NULL);
}

struct ol_onenet_refusal ol_onenet_params_check(const struct ol_onenet_model *model,
                                                struct ol_str params, bool command,
                                                bool tolerant)
{
    struct ol_onenet_params p = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    uint8_t seen[(OL_ONENET_POINTS_MAX + 7) / 8] = {0};
    bool coerced;
    for (unsigned count = 0;; count++) {
        int32_t rc = command ? ol_onenet_params_next(&p, &item)
                             : ol_onenet_params_next_wrapped(&p, &item);
        if (rc == OL_E_NOENT && count > 0) {
            return ol_onenet_refusal_none();
        }
        if (rc == OL_E_ARG) {
            return ol_onenet_refusal_make(OL_ONENET_CODE_TIME, item.name.text);
        }
        if (rc != OL_OK) {
            return ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, nothing);
        }
        int32_t field = -1;
        struct ol_onenet_refusal refusal =
            check(model, &item, &field, command, tolerant ? &coerced : NULL);
        if (refusal.code != OL_ONENET_CODE_OK) {
            return refusal;
        }
        if (field < OL_ONENET_POINTS_MAX) {
            uint8_t bit = (uint8_t)(1 << (field % 8));
            if ((seen[field / 8] & bit) != 0) {
                return ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, item.name.text);
            }
            seen[field / 8] |= bit;
        }
    }
}

struct ol_onenet_refusal ol_onenet_post_check(const struct ol_onenet_model *model,
                                              struct ol_str params)
{
    return ol_onenet_params_check(model, params, false, false);
}

struct ol_onenet_refusal ol_onenet_set_check(const struct ol_onenet_model *model,
                                             struct ol_str params)
{
    return ol_onenet_params_check(model, params, true, false);
}
