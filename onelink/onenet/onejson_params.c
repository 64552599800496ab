/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/onejson.h"

#include "onelink/onenet/params_check.h"
#include "onelink/onenet/value_token.h"

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
    item->value = nothing;
    item->time_ms = 0;
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

struct ol_onenet_refusal ol_onenet_post_item_check(const struct ol_onenet_model *model,
                                                   const struct ol_onenet_item *item,
                                                   int32_t *field)
{
    int32_t index = ol_onenet_property_find_token(model, &item->name);
    if (field != NULL) {
        *field = index;
    }
    if (index < 0) {
        return ol_onenet_refusal_make(OL_ONENET_CODE_NOT_EXIST, item->name.text);
    }
    const struct ol_onenet_field *f = &model->fields[index];
    enum ol_onenet_value_error error = ol_onenet_value_check(model, f, item->value);
    return ol_onenet_refusal_for_value(f->type, error, item->name.text);
}

struct ol_onenet_refusal ol_onenet_set_item_check(const struct ol_onenet_model *model,
                                                  const struct ol_onenet_item *item,
                                                  int32_t *field)
{
    int32_t index = ol_onenet_property_find_token(model, &item->name);
    if (index >= 0 && !model->fields[index].writable) {
        if (field != NULL) {
            *field = index;
        }
        return ol_onenet_refusal_make(OL_ONENET_CODE_READ_ONLY, item->name.text);
    }
    return ol_onenet_post_item_check(model, item, field);
}

/* The properties that a message named before. Beyond the number that a product may have
 * nothing is noticed. */
struct seen {
    uint32_t bits[(OL_ONENET_POINTS_MAX + 31) / 32];
};

static bool was_seen(struct seen *seen, int32_t field)
{
    if (field >= OL_ONENET_POINTS_MAX) {
        return false;
    }
    uint32_t bit = UINT32_C(1) << (field & 31);
    bool before = (seen->bits[field >> 5] & bit) != 0;
    seen->bits[field >> 5] |= bit;
    return before;
}

struct ol_onenet_refusal ol_onenet_post_check(const struct ol_onenet_model *model,
                                              struct ol_str params)
{
    struct ol_onenet_params p = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    struct seen seen = {{0}};
    for (unsigned count = 0;; count++) {
        int32_t rc = ol_onenet_params_next_wrapped(&p, &item);
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
            ol_onenet_post_item_check(model, &item, &field);
        if (refusal.code != OL_ONENET_CODE_OK) {
            return refusal;
        }
        if (was_seen(&seen, field)) {
            return ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, item.name.text);
        }
    }
}

/* One member of a command: *name was just read. OL_E_ARG: refused, *check->verdict says
 * why. */
static int32_t check_member(const struct ol_onenet_params_check *check,
                            struct ol_json_reader *r, const struct ol_json_token *name,
                            struct seen *seen)
{
    struct ol_onenet_value value;
    struct ol_json_token t;
    bool coerced;
    enum ol_onenet_code code = OL_ONENET_CODE_OK;
    int32_t index = ol_onenet_property_find_token(check->model, name);
    const struct ol_onenet_field *f = &check->model->fields[index < 0 ? 0 : index];
    if (index < 0) {
        code = OL_ONENET_CODE_NOT_EXIST;
    } else if (!f->writable) {
        code = OL_ONENET_CODE_READ_ONLY;
    } else if (was_seen(seen, index)) {
        code = OL_ONENET_CODE_FORMAT;
    }
    if (code != OL_ONENET_CODE_OK) {
        *check->verdict = ol_onenet_refusal_make(code, name->text);
        return OL_E_ARG;
    }
    int32_t rc = ol_json_reader_next(r, &t);
    if (rc != OL_OK) {
        return rc;
    }
    enum ol_onenet_value_error error = ol_onenet_value_decode_token(
        check->model, f, r, &t, &value, check->tolerant ? &coerced : NULL);
    if (error == OL_ONENET_VALUE_OK) {
        return OL_OK;
    }
    *check->verdict = ol_onenet_refusal_for_value(f->type, error, name->text);
    return OL_E_ARG;
}

int32_t ol_onenet_params_check_set(const struct ol_onenet_params_check *check,
                                   struct ol_json_reader *r,
                                   const struct ol_json_token *begin)
{
    struct ol_json_token name;
    struct seen seen;
    int32_t rc = OL_OK;
    unsigned count = 0;
    for (size_t i = 0; i < sizeof seen.bits / sizeof seen.bits[0]; i++) {
        seen.bits[i] = 0;
    }
    if (begin->kind == OL_JSON_OBJECT_BEGIN && check->model == NULL) {
        count = 1; /* what they are is the application's affair */
    } else if (begin->kind == OL_JSON_OBJECT_BEGIN) {
        rc = ol_json_reader_next(r, &name);
        while (rc == OL_OK && name.kind == OL_JSON_KEY) {
            rc = check_member(check, r, &name, &seen);
            if (rc == OL_E_ARG) {
                return OL_OK;
            }
            count++;
            rc = rc == OL_OK ? ol_json_reader_next(r, &name) : rc;
        }
    }
    *check->verdict = ol_onenet_refusal_make(
        count > 0 ? OL_ONENET_CODE_OK : OL_ONENET_CODE_FORMAT, nothing);
    return rc;
}

struct ol_onenet_refusal ol_onenet_set_check(const struct ol_onenet_model *model,
                                             struct ol_str params)
{
    struct ol_json_reader r = ol_json_reader_make(params.ptr, params.len);
    struct ol_json_token begin;
    struct ol_onenet_refusal verdict =
        ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, nothing);
    const struct ol_onenet_params_check check = {.model = model, .verdict = &verdict};
    if (ol_json_reader_next(&r, &begin) != OL_OK ||
        ol_onenet_params_check_set(&check, &r, &begin) != OL_OK) {
        return ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, nothing);
    }
    return verdict;
}
