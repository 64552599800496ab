/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/refusal.h"

#include "onelink/base/str.h"
#include <string.h>

static const struct ol_str separator = OL_STR_INIT(":identifier:");

struct ol_onenet_refusal ol_onenet_refusal_make(enum ol_onenet_code code,
                                                struct ol_str identifier)
{
    /* The last one is for what is not listed, too. */
    static const struct {
        uint16_t code;
        bool ours;
        const char *text;
    } rows[] = {
        {OL_ONENET_CODE_OK, false, "success"},
        {OL_ONENET_CODE_BOOL_TYPE, false, "bool type error"},
        {OL_ONENET_CODE_NOT_EXIST, false, "identifier not exist"},
        {OL_ONENET_CODE_EVENT_COUNT, false, "event param count error"},
        {OL_ONENET_CODE_ID, false, "msg id invalid"},
        {OL_ONENET_CODE_REQUIRED, false, "required value"},
        {OL_ONENET_CODE_READ_ONLY, true, "access mode error"},
        {OL_ONENET_CODE_TIME, true, "time type error"},
        {OL_ONENET_CODE_FORMAT, false, "request format error"},
    };
    size_t i = 0;
    while (rows[i].code != (int32_t)code && i < sizeof rows / sizeof rows[0] - 1) {
        i++;
    }
    struct ol_onenet_refusal r = {
        .code = (int32_t)code, .text = ol_str_from(rows[i].text), .ours = rows[i].ours};
    if (code != OL_ONENET_CODE_OK) {
        r.identifier = identifier;
    }
    return r;
}

struct ol_onenet_refusal ol_onenet_refusal_none(void)
{
    return ol_onenet_refusal_make(OL_ONENET_CODE_OK, (struct ol_str){NULL, 0});
}

/* The words for a value error: the word of the type, then one of these. Only that of a
 * bool and "string length error" have been seen. */
static const char *value_text(enum ol_onenet_type type, enum ol_onenet_value_error error)
{
    static const char *const types[] = {
        [OL_ONENET_INT32] = "int32 type error",
        [OL_ONENET_INT64] = "int64 type error",
        [OL_ONENET_FLOAT] = "float type error",
        [OL_ONENET_DOUBLE] = "double type error",
        [OL_ONENET_BOOL] = "bool type error",
        [OL_ONENET_ENUM] = "enum type error",
        [OL_ONENET_STRING] = "string type error",
        [OL_ONENET_DATE] = "date type error",
        [OL_ONENET_BITMAP] = "bitMap type error",
        [OL_ONENET_STRUCT] = "struct type error",
        [OL_ONENET_ARRAY] = "array type error",
    };
    switch (error) {
    case OL_ONENET_VALUE_RANGE:
        return "value range error";
    case OL_ONENET_VALUE_STEP:
        return "value step error";
    case OL_ONENET_VALUE_LENGTH:
        /* A struct has no length: it is that of a string in it. */
        return type == OL_ONENET_ARRAY ? "array length error" : "string length error";
    case OL_ONENET_VALUE_ENUM:
        return "enum value error";
    case OL_ONENET_VALUE_MEMBER:
        return "struct member error";
    default:
        return types[type];
    }
}

struct ol_onenet_refusal ol_onenet_refusal_for_value(enum ol_onenet_type type,
                                                     enum ol_onenet_value_error error,
                                                     struct ol_str identifier)
{
    /* 2271 is known: bool has the seventies. Number the others around it. */
    static const uint8_t decades[] = {
        [OL_ONENET_INT32] = 1,  [OL_ONENET_INT64] = 2, [OL_ONENET_FLOAT] = 3,
        [OL_ONENET_DOUBLE] = 4, [OL_ONENET_BOOL] = 7,  [OL_ONENET_ENUM] = 5,
        [OL_ONENET_STRING] = 6, [OL_ONENET_DATE] = 8,  [OL_ONENET_BITMAP] = 9,
        [OL_ONENET_STRUCT] = 0, [OL_ONENET_ARRAY] = 0,
    };
    if (error == OL_ONENET_VALUE_OK) {
        return ol_onenet_refusal_none();
    }
    if (error == OL_ONENET_VALUE_NULL || error == OL_ONENET_VALUE_NOT_JSON) {
        return ol_onenet_refusal_make(error == OL_ONENET_VALUE_NULL
                                          ? OL_ONENET_CODE_REQUIRED
                                          : OL_ONENET_CODE_FORMAT,
                                      identifier);
    }
    /* Of the two types that share the nullties a struct has no LENGTH and an array no
     * MEMBER of its own, so the codes stay apart except for TYPE, which arrays have as 9.
     */
    int32_t cause =
        type == OL_ONENET_ARRAY && error == OL_ONENET_VALUE_TYPE ? 9 : (int32_t)error;
    struct ol_onenet_refusal r = {
        .code = OL_ONENET_CODE_TYPES + 10 * decades[type] + cause,
        .text = ol_str_from(value_text(type, error)),
        .identifier = identifier,
    };
    r.ours = r.code != OL_ONENET_CODE_BOOL_TYPE;
    return r;
}

void ol_onenet_refusal_msg_encode(struct ol_writer *w,
                                  const struct ol_onenet_refusal *refusal)
{
    ol_writer_str(w, refusal->text);
    if (refusal->identifier.len > 0) {
        ol_writer_str(w, separator);
        ol_writer_str(w, refusal->identifier);
    }
}

struct ol_str ol_onenet_refusal_msg_decode(struct ol_str msg, struct ol_str *text)
{
    for (size_t i = 0; i + separator.len <= msg.len; i++) {
        if (memcmp(msg.ptr + i, separator.ptr, separator.len) == 0) {
            *text = ol_str_make(msg.ptr, i);
            size_t begin = i + separator.len;
            return ol_str_make(msg.ptr + begin, msg.len - begin);
        }
    }
    *text = msg;
    return (struct ol_str){NULL, 0};
}
