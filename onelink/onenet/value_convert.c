/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/value.h"

#include "onelink/base/utf8.h"
#include "onelink/onenet/value_step.h"

/* A number source as a decimal. false: it is no number. */
static bool to_dec(const struct ol_onenet_value *in, struct ol_dec *out)
{
    if (in->kind == OL_ONENET_VALUE_DEC) {
        out->mantissa = in->as.dec.mantissa;
        out->exponent = in->as.dec.exponent;
        return true;
    }
    if (in->kind != OL_ONENET_VALUE_INT && in->kind != OL_ONENET_VALUE_BOOL) {
        return false;
    }
    out->mantissa = in->kind == OL_ONENET_VALUE_INT ? in->as.i : in->as.b;
    out->exponent = 0;
    return true;
}

static enum ol_onenet_value_error convert_number(const struct ol_onenet_model *model,
                                                 const struct ol_onenet_field *field,
                                                 struct ol_dec *v,
                                                 struct ol_onenet_value *out)
{
    static const struct ol_dec one = {1, 0};
    bool integer = field->type == OL_ONENET_INT32 || field->type == OL_ONENET_INT64;
    if (field->has_step || (integer && v->exponent < 0)) {
        const struct ol_dec *base = ol_onenet_step_base(field);
        const struct ol_dec *step = field->has_step ? &field->step : &one;
        const struct ol_dec *max = field->has_max ? &field->max : NULL;
        if (!ol_onenet_step_round(v, base, step, max) && !ol_dec_is_step(v, base, step)) {
            return OL_ONENET_VALUE_RANGE;
        }
    }
    enum ol_onenet_value_error error = ol_onenet_number_check(field, v, false);
    if (error != OL_ONENET_VALUE_OK) {
        return error;
    }
    if (!integer) {
        ol_onenet_value_set_dec(out, v);
        return OL_ONENET_VALUE_OK;
    }
    int64_t i = 0;
    if (ol_dec_to_int64(*v, &i) != OL_OK ||
        ol_onenet_integer_check(model, field, i) != OL_ONENET_VALUE_OK) {
        return OL_ONENET_VALUE_RANGE;
    }
    ol_onenet_value_set_int(out, i);
    return OL_ONENET_VALUE_OK;
}

/* Types whose values are names in effect: nothing is rounded. */
static enum ol_onenet_value_error convert_exact(const struct ol_onenet_model *model,
                                                const struct ol_onenet_field *field,
                                                const struct ol_dec *v,
                                                struct ol_onenet_value *out)
{
    int64_t i = 0;
    if (ol_dec_to_int64(*v, &i) != OL_OK) {
        return field->type == OL_ONENET_ENUM ? OL_ONENET_VALUE_ENUM
                                             : OL_ONENET_VALUE_RANGE;
    }
    if (field->type == OL_ONENET_BOOL) {
        if (i != 0 && i != 1) {
            return OL_ONENET_VALUE_RANGE;
        }
        ol_onenet_value_set_bool(out, i == 1);
        return OL_ONENET_VALUE_OK;
    }
    enum ol_onenet_value_error error = ol_onenet_integer_check(model, field, i);
    if (error == OL_ONENET_VALUE_OK) {
        ol_onenet_value_set_int(out, i);
    }
    return error;
}

/* Characters of a string. Every byte of UTF-8 but 10xxxxxx begins one. */
static size_t count_chars(const struct ol_onenet_value *text)
{
    struct ol_json_token t = {OL_JSON_STRING, true, text->as.s};
    if (text->escaped) {
        return ol_json_token_chars(&t);
    }
    size_t count = 0;
    for (size_t i = 0; i < text->as.s.len; i++) {
        count += ((uint8_t)text->as.s.ptr[i] & 0xC0) != 0x80;
    }
    return count;
}

static enum ol_onenet_value_error convert_str(const struct ol_onenet_field *field,
                                              const struct ol_onenet_value *in,
                                              struct ol_onenet_value *out)
{
    if (in->kind != OL_ONENET_VALUE_STRING) {
        return OL_ONENET_VALUE_TYPE;
    }
    if (!ol_utf8_is_valid(in->as.s)) {
        return OL_ONENET_VALUE_TYPE;
    }
    if (field->length > 0 && count_chars(in) > field->length) {
        return OL_ONENET_VALUE_LENGTH;
    }
    *out = *in;
    return OL_ONENET_VALUE_OK;
}

static enum ol_onenet_value_error convert_json(const struct ol_onenet_model *model,
                                               const struct ol_onenet_field *field,
                                               const struct ol_onenet_value *in,
                                               struct ol_onenet_value *out)
{
    enum ol_onenet_value_error error = ol_onenet_value_check(model, field, in->as.s);
    if (error == OL_ONENET_VALUE_OK) {
        *out = *in;
    }
    return error;
}

enum ol_onenet_value_error ol_onenet_value_convert(const struct ol_onenet_model *model,
                                                   const struct ol_onenet_field *field,
                                                   const struct ol_onenet_value *in,
                                                   struct ol_onenet_value *out)
{
    if (in->kind == OL_ONENET_VALUE_JSON) {
        return convert_json(model, field, in, out);
    }
    if (field->type == OL_ONENET_STRING) {
        return convert_str(field, in, out);
    }
    struct ol_dec v;
    if (!to_dec(in, &v)) {
        return OL_ONENET_VALUE_TYPE;
    }
    switch (field->type) {
    case OL_ONENET_INT32:
    case OL_ONENET_INT64:
    case OL_ONENET_FLOAT:
    case OL_ONENET_DOUBLE:
        return convert_number(model, field, &v, out);
    case OL_ONENET_DATE:
    case OL_ONENET_BOOL:
    case OL_ONENET_ENUM:
    case OL_ONENET_BITMAP:
        return convert_exact(model, field, &v, out);
    default:
        return OL_ONENET_VALUE_TYPE;
    }
}
