/* SPDX-License-Identifier: MIT */
#include "tools/misfit.h"

#define SHOWN_MAX 64 /* bytes of a text that are repeated */
#define ENUM_MAX  16 /* values of an enum that are listed */

static void put(struct ol_writer *w, const char *text)
{
    ol_writer_str(w, ol_str_from(text));
}

/* At most SHOWN_MAX bytes, cut before a character of UTF-8 and not in it. */
static void put_cut(struct ol_writer *w, struct ol_str text)
{
    size_t len = text.len < SHOWN_MAX ? text.len : SHOWN_MAX;
    while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80) {
        len--;
    }
    ol_writer_bytes(w, text.ptr, len);
    put(w, len < text.len ? "..." : "");
}

static void put_value(struct ol_writer *w, const struct ol_onenet_value *value)
{
    if (value->kind == OL_ONENET_VALUE_JSON) {
        put_cut(w, value->as.s);
    } else if (value->kind == OL_ONENET_VALUE_STRING) {
        put(w, "\"");
        put_cut(w, value->as.s);
        put(w, "\"");
    } else {
        ol_onenet_value_encode(w, value);
    }
}

static const char *fault(enum ol_onenet_value_error error)
{
    switch (error) {
    case OL_ONENET_VALUE_TYPE:
        return " is of another type";
    case OL_ONENET_VALUE_RANGE:
        return " is out of range";
    case OL_ONENET_VALUE_LENGTH:
        return " is too long";
    case OL_ONENET_VALUE_ENUM:
        return " is not one of the values";
    default:
        return NULL;
    }
}

static bool is_integer(const struct ol_onenet_field *field)
{
    return field->type == OL_ONENET_INT32 || field->type == OL_ONENET_INT64;
}

/* "0 to 1000": the model's limits, or those of the type. */
static void put_range(struct ol_writer *w, const struct ol_onenet_field *field)
{
    bool narrow = field->type == OL_ONENET_INT32;
    bool integer = is_integer(field);
    struct ol_dec min = {narrow ? INT32_MIN : INT64_MIN, 0};
    struct ol_dec max = {narrow ? INT32_MAX : INT64_MAX, 0};
    bool has_min = field->has_min || integer, has_max = field->has_max || integer;
    if (!has_min && !has_max) {
        put(w, "what the type can hold");
    }
    if (has_min) {
        ol_dec_encode(w, field->has_min ? field->min : min);
        put(w, has_max ? " to " : " or more");
    }
    if (has_max) {
        ol_dec_encode(w, field->has_max ? field->max : max);
        put(w, has_min ? "" : " or less");
    }
}

static void put_labels(struct ol_writer *w, const struct ol_onenet_model *model,
                       const struct ol_onenet_field *field)
{
    for (uint16_t i = 0; i < field->label_count && i < ENUM_MAX; i++) {
        put(w, i > 0 ? ", " : "");
        ol_writer_dec_i64(w, model->labels[field->first_label + i].value);
    }
    put(w, field->label_count > ENUM_MAX ? " ..." : "");
}

static void put_text(struct ol_writer *w, const struct ol_onenet_field *field,
                     enum ol_onenet_value_error error)
{
    if (field->length == 0 && error == OL_ONENET_VALUE_LENGTH) {
        put(w, "what one report has room for");
    } else if (field->type == OL_ONENET_STRING && field->length > 0) {
        put(w, "a string of at most ");
        ol_writer_dec_u64(w, field->length);
        put(w, " characters");
    } else {
        put(w, field->type == OL_ONENET_STRING ? "a string" : "what the model says");
    }
}

static void put_allowed(struct ol_writer *w, const struct ol_onenet_model *model,
                        const struct ol_onenet_field *field,
                        enum ol_onenet_value_error error)
{
    switch (field->type) {
    case OL_ONENET_INT32:
    case OL_ONENET_INT64:
    case OL_ONENET_FLOAT:
    case OL_ONENET_DOUBLE:
        put(w, error == OL_ONENET_VALUE_TYPE ? "a number, " : "");
        put_range(w, field);
        break;
    case OL_ONENET_BOOL:
        put(w, "true, false, 1, 0");
        break;
    case OL_ONENET_ENUM:
        put_labels(w, model, field);
        break;
    case OL_ONENET_DATE:
    case OL_ONENET_BITMAP:
        put(w, "a whole number that is not negative");
        break;
    default:
        put_text(w, field, error);
        break;
    }
}

void cli_misfit_encode(struct ol_writer *w, const struct ol_onenet_model *model,
                       const struct ol_onenet_field *field,
                       const struct ol_onenet_value *value,
                       enum ol_onenet_value_error error)
{
    const char *text = fault(error);
    put_cut(w, field->identifier);
    put(w, " = ");
    put_value(w, value);
    put(w, text ? text : ": ");
    put(w, text ? "" : ol_onenet_value_error_str(error));
    put(w, "; allowed: ");
    put_allowed(w, model, field, error);
}

bool cli_misfit_rounding_encode(struct ol_writer *w, const struct ol_onenet_model *model,
                                const struct ol_onenet_field *field,
                                const struct ol_onenet_value *value)
{
    struct ol_onenet_value reported;
    int64_t whole = 0;
    if (!is_integer(field) || value->kind != OL_ONENET_VALUE_DEC ||
        ol_onenet_value_convert(model, field, value, &reported) != OL_ONENET_VALUE_OK) {
        return false;
    }
    bool is_whole = ol_dec_to_int64(value->as.dec, &whole) == OL_OK;
    if (is_whole && whole == reported.as.i) {
        return false;
    }
    put_cut(w, field->identifier);
    if (is_whole) {
        put(w, " takes steps of ");
        ol_dec_encode(w, field->step);
    } else {
        put(w, " takes whole numbers");
    }
    put(w, ": ");
    ol_onenet_value_encode(w, value);
    put(w, " was reported as ");
    ol_onenet_value_encode(w, &reported);
    return true;
}
