/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/value.h"

#include <string.h>

#include "onelink/json/writer.h"

const char *ol_onenet_value_error_str(enum ol_onenet_value_error error)
{
    static const char *const texts[] = {
        [OL_ONENET_VALUE_OK] = "ok",
        [OL_ONENET_VALUE_TYPE] = "wrong type",
        [OL_ONENET_VALUE_RANGE] = "out of range",
        [OL_ONENET_VALUE_STEP] = "between two steps",
        [OL_ONENET_VALUE_LENGTH] = "too long",
        [OL_ONENET_VALUE_ENUM] = "not one of the values",
        [OL_ONENET_VALUE_MEMBER] = "a member is unknown, missing or there twice",
        [OL_ONENET_VALUE_NULL] = "no value",
        [OL_ONENET_VALUE_NOT_JSON] = "not a JSON value",
    };
    size_t i = (size_t)error;
    return i < sizeof texts / sizeof texts[0] ? texts[i] : "unknown";
}

static void encode_str(struct ol_writer *w, const struct ol_onenet_value *value)
{
    if (value->escaped) {
        ol_writer_u8(w, '"');
        ol_writer_str(w, value->as.s);
        ol_writer_u8(w, '"');
        return;
    }
    if (ol_json_string_encode(w, value->as.s) != OL_OK) {
        w->over = true;
    }
}

void ol_onenet_value_encode(struct ol_writer *w, const struct ol_onenet_value *value)
{
    if (w->over) {
        return;
    }
    switch (value->kind) {
    case OL_ONENET_VALUE_INT:
        ol_writer_dec_i64(w, value->as.i);
        break;
    case OL_ONENET_VALUE_DEC:
        ol_dec_encode(w, value->as.dec);
        break;
    case OL_ONENET_VALUE_BOOL:
        ol_writer_str(w, value->as.b ? OL_STR("true") : OL_STR("false"));
        break;
    case OL_ONENET_VALUE_STRING:
        encode_str(w, value);
        break;
    case OL_ONENET_VALUE_JSON:
        ol_writer_str(w, value->as.s);
        break;
    }
}

int32_t ol_onenet_value_text(const struct ol_onenet_value *value, char *out, size_t cap)
{
    if (value->kind != OL_ONENET_VALUE_STRING) {
        return OL_E_ARG;
    }
    if (value->escaped) {
        struct ol_json_token t = {OL_JSON_STRING, true, value->as.s};
        return ol_json_token_decode(&t, out, cap);
    }
    if (value->as.s.len > cap) {
        return OL_E_NOSPC;
    }
    if (value->as.s.len > 0) {
        memcpy(out, value->as.s.ptr, value->as.s.len);
    }
    return (int32_t)value->as.s.len;
}
