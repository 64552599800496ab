/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/value.h"

#include "onelink/onenet/value_step.h"
#include "onelink/onenet/value_token.h"

static bool has_label(const struct ol_onenet_model *model,
                      const struct ol_onenet_field *field, int64_t value)
{
    for (uint16_t i = 0; i < field->label_count; i++) {
        if (model->labels[field->first_label + i].value == value) {
            return true;
        }
    }
    return false;
}

enum ol_onenet_value_error ol_onenet_integer_check(const struct ol_onenet_model *model,
                                                   const struct ol_onenet_field *field,
                                                   int64_t v)
{
    switch (field->type) {
    case OL_ONENET_ENUM:
        return has_label(model, field, v) ? OL_ONENET_VALUE_OK : OL_ONENET_VALUE_ENUM;
    case OL_ONENET_DATE:
    case OL_ONENET_BITMAP:
        return v < 0 ? OL_ONENET_VALUE_RANGE : OL_ONENET_VALUE_OK;
    case OL_ONENET_INT32:
        return v != (int32_t)v ? OL_ONENET_VALUE_RANGE : OL_ONENET_VALUE_OK;
    default:
        return OL_ONENET_VALUE_OK;
    }
}

/* Reads a number token that is an integer. Short ones, which nearly all are, need neither
 * 64-bit products nor a look at fractions. */
static enum ol_onenet_value_error read_int(struct ol_str text, int64_t *out)
{
    size_t i = text.ptr[0] == '-';
    int32_t v = 0;
    if (text.len <= 9) {
        for (; i < text.len; i++) {
            uint32_t digit = (uint32_t)(uint8_t)text.ptr[i] - '0';
            if (digit > 9) {
                return OL_ONENET_VALUE_TYPE;
            }
            v = v * 10 + (int32_t)digit;
        }
        *out = text.ptr[0] == '-' ? -v : v;
        return OL_ONENET_VALUE_OK;
    }
    for (; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return OL_ONENET_VALUE_TYPE;
        }
    }
    return ol_int64_decode(text, out) == OL_OK ? OL_ONENET_VALUE_OK
                                               : OL_ONENET_VALUE_RANGE;
}

/* Whole numbers: a fraction or an exponent is another type, even in "1.0". */
static enum ol_onenet_value_error decode_int(const struct ol_onenet_model *model,
                                             const struct ol_onenet_field *field,
                                             struct ol_str text,
                                             struct ol_onenet_value *out)
{
    int64_t v = 0;
    enum ol_onenet_value_error error = read_int(text, &v);
    if (error == OL_ONENET_VALUE_OK) {
        ol_onenet_value_set_int(out, v);
        error = ol_onenet_integer_check(model, field, v);
    }
    if (error != OL_ONENET_VALUE_OK ||
        (field->type != OL_ONENET_INT32 && field->type != OL_ONENET_INT64)) {
        return error;
    }
    const struct ol_dec number = {v, 0};
    return ol_onenet_number_check(field, &number, true);
}

static enum ol_onenet_value_error decode_real(const struct ol_onenet_field *field,
                                              struct ol_str text,
                                              struct ol_onenet_value *out)
{
    /* More than 18 digits are cut; an exponent beyond any double leaves v as it is. */
    struct ol_dec v = {1, INT32_MAX};
    if (ol_dec_decode(text, &v) != OL_OK && v.exponent == INT32_MAX) {
        return OL_ONENET_VALUE_RANGE;
    }
    ol_onenet_value_set_dec(out, &v);
    return ol_onenet_number_check(field, &v, true);
}

static enum ol_onenet_value_error decode_bool(const struct ol_json_token *t,
                                              struct ol_onenet_value *out, bool *coerced)
{
    bool number = t->kind == OL_JSON_NUMBER && t->text.len == 1 &&
                  (t->text.ptr[0] == '0' || t->text.ptr[0] == '1');
    if (t->kind == OL_JSON_TRUE || t->kind == OL_JSON_FALSE) {
        ol_onenet_value_set_bool(out, t->kind == OL_JSON_TRUE);
        return OL_ONENET_VALUE_OK;
    }
    if (coerced == NULL || !number) {
        return OL_ONENET_VALUE_TYPE;
    }
    *coerced = true;
    ol_onenet_value_set_bool(out, t->text.ptr[0] == '1');
    return OL_ONENET_VALUE_OK;
}

static enum ol_onenet_value_error decode_string(const struct ol_onenet_field *field,
                                                const struct ol_json_token *t,
                                                struct ol_onenet_value *out)
{
    if (t->kind != OL_JSON_STRING) {
        return OL_ONENET_VALUE_TYPE;
    }
    ol_onenet_value_set_str(out, t->text);
    out->escaped = t->escaped;
    bool too_long = field->length > 0 && ol_json_token_chars(t) > field->length;
    return too_long ? OL_ONENET_VALUE_LENGTH : OL_ONENET_VALUE_OK;
}

/* The next value of a container, which is known to have one. */
static enum ol_onenet_value_error check_next(const struct ol_onenet_model *model,
                                             const struct ol_onenet_field *field,
                                             struct ol_json_reader *r,
                                             const struct ol_json_token *t)
{
    struct ol_onenet_value ignored;
    struct ol_json_token value = *t;
    if (t->kind == OL_JSON_KEY && ol_json_reader_next(r, &value) != OL_OK) {
        return OL_ONENET_VALUE_NOT_JSON;
    }
    return ol_onenet_value_decode_token(model, field, r, &value, &ignored, NULL);
}

/* The member of that name, or -1. */
static int32_t find_member(const struct ol_onenet_field *members, uint16_t count,
                           const struct ol_json_token *name)
{
    for (uint16_t i = 0; i < count; i++) {
        if (ol_json_token_equal(name, members[i].identifier)) {
            return i;
        }
    }
    return -1;
}

static enum ol_onenet_value_error check_struct(const struct ol_onenet_model *model,
                                               const struct ol_onenet_field *field,
                                               struct ol_json_reader *r)
{
    const struct ol_onenet_field *members = model->fields + field->first_child;
    uint8_t seen[(OL_ONENET_POINTS_MAX + 7) / 8] = {0};
    uint16_t count = 0;
    struct ol_json_token t;
    while (ol_json_reader_next(r, &t) == OL_OK) {
        if (t.kind == OL_JSON_OBJECT_END) {
            return count == field->child_count ? OL_ONENET_VALUE_OK
                                               : OL_ONENET_VALUE_MEMBER;
        }
        int32_t i = find_member(members, field->child_count, &t);
        if (i < 0 || i >= OL_ONENET_POINTS_MAX || (seen[i / 8] >> (i % 8) & 1) != 0) {
            return OL_ONENET_VALUE_MEMBER;
        }
        seen[i / 8] = (uint8_t)(seen[i / 8] | 1 << (i % 8));
        count++;
        enum ol_onenet_value_error error = check_next(model, &members[i], r, &t);
        if (error != OL_ONENET_VALUE_OK) {
            return error;
        }
    }
    return OL_ONENET_VALUE_NOT_JSON;
}

static enum ol_onenet_value_error check_array(const struct ol_onenet_model *model,
                                              const struct ol_onenet_field *field,
                                              struct ol_json_reader *r)
{
    const struct ol_onenet_field *element = model->fields + field->first_child;
    uint32_t count = 0;
    struct ol_json_token t;
    while (ol_json_reader_next(r, &t) == OL_OK) {
        if (t.kind == OL_JSON_ARRAY_END) {
            return OL_ONENET_VALUE_OK;
        }
        count++;
        if (field->length > 0 && count > field->length) {
            return OL_ONENET_VALUE_LENGTH;
        }
        enum ol_onenet_value_error error = check_next(model, element, r, &t);
        if (error != OL_ONENET_VALUE_OK) {
            return error;
        }
    }
    return OL_ONENET_VALUE_NOT_JSON;
}

static enum ol_onenet_value_error check_container(const struct ol_onenet_model *model,
                                                  const struct ol_onenet_field *field,
                                                  struct ol_json_reader *r,
                                                  const struct ol_json_token *t,
                                                  struct ol_onenet_value *out)
{
    bool is_struct = field->type == OL_ONENET_STRUCT;
    if (t->kind != (is_struct ? OL_JSON_OBJECT_BEGIN : OL_JSON_ARRAY_BEGIN)) {
        return OL_ONENET_VALUE_TYPE;
    }
    enum ol_onenet_value_error error =
        is_struct ? check_struct(model, field, r) : check_array(model, field, r);
    const char *end = r->text + r->pos;
    ol_onenet_value_set_json(out, ol_str_make(t->text.ptr, (size_t)(end - t->text.ptr)));
    return error;
}

enum ol_onenet_value_error
ol_onenet_value_decode_token(const struct ol_onenet_model *model,
                             const struct ol_onenet_field *field,
                             struct ol_json_reader *r, const struct ol_json_token *t,
                             struct ol_onenet_value *out, bool *coerced)
{
    if (coerced != NULL) {
        *coerced = false;
    }
    if (t->kind == OL_JSON_NULL) {
        return OL_ONENET_VALUE_NULL;
    }
    switch (field->type) {
    case OL_ONENET_BOOL:
        return decode_bool(t, out, coerced);
    case OL_ONENET_STRING:
        return decode_string(field, t, out);
    case OL_ONENET_STRUCT:
    case OL_ONENET_ARRAY:
        return check_container(model, field, r, t, out);
    default:
        break;
    }
    if (t->kind != OL_JSON_NUMBER) {
        return OL_ONENET_VALUE_TYPE;
    }
    if (field->type == OL_ONENET_FLOAT || field->type == OL_ONENET_DOUBLE) {
        return decode_real(field, t->text, out);
    }
    return decode_int(model, field, t->text, out);
}

enum ol_onenet_value_error ol_onenet_value_decode(const struct ol_onenet_model *model,
                                                  const struct ol_onenet_field *field,
                                                  struct ol_str json,
                                                  struct ol_onenet_value *out,
                                                  bool *coerced)
{
    struct ol_json_reader r = ol_json_reader_make(json.ptr, json.len);
    struct ol_json_token t;
    if (json.len == 0) {
        return OL_ONENET_VALUE_NULL;
    }
    if (ol_json_reader_next(&r, &t) != OL_OK) {
        return OL_ONENET_VALUE_NOT_JSON;
    }
    enum ol_onenet_value_error error =
        ol_onenet_value_decode_token(model, field, &r, &t, out, coerced);
    if (error != OL_ONENET_VALUE_OK) {
        return ol_json_check(json.ptr, json.len) == OL_OK ? error
                                                          : OL_ONENET_VALUE_NOT_JSON;
    }
    bool ended = ol_json_reader_next(&r, &t) == OL_OK && t.kind == OL_JSON_END;
    return ended ? OL_ONENET_VALUE_OK : OL_ONENET_VALUE_NOT_JSON;
}

enum ol_onenet_value_error ol_onenet_value_check(const struct ol_onenet_model *model,
                                                 const struct ol_onenet_field *field,
                                                 struct ol_str json)
{
    struct ol_onenet_value ignored;
    return ol_onenet_value_decode(model, field, json, &ignored, NULL);
}
