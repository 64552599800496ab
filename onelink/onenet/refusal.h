/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_REFUSAL_H
#define ONELINK_ONENET_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/str.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/value.h"

/* The codes and words of replies. docs/protocol.md §4.11. `msg` of a refusal about one
 * member is "<text>:identifier:<name>". */
enum ol_onenet_code {
    OL_ONENET_CODE_OK = 200,
    OL_ONENET_CODE_BOOL_TYPE = 2271,   /* "bool type error" */
    OL_ONENET_CODE_NOT_EXIST = 2306,   /* "identifier not exist" */
    OL_ONENET_CODE_EVENT_COUNT = 2308, /* "event param count error" */
    OL_ONENET_CODE_FORMAT = 2402,      /* "request format error" */
    OL_ONENET_CODE_ID = 2405,          /* "msg id invalid" */
    OL_ONENET_CODE_REQUIRED = 2409,    /* "required value" */
    /* Not seen on the real platform; our numbers for causes whose number is unknown. */
    OL_ONENET_CODE_READ_ONLY = 2311, /* "access mode error" */
    OL_ONENET_CODE_TIME = 2411,      /* "time type error" */
    OL_ONENET_CODE_TYPES = 2200      /* 2201..2299: ol_onenet_refusal_for_value */
};

/* A reply in the making. All zero except code 200 means success. */
struct ol_onenet_refusal {
    int32_t code;       /* 200 or one of the above */
    struct ol_str text; /* "success", "bool type error": static storage */
    struct ol_str
        identifier; /* the member, still JSON-escaped, in the request's text; or empty */
    bool ours;      /* the number or the words are ours, not seen on OneNET */
};

/* code 200, "success". */
struct ol_onenet_refusal ol_onenet_refusal_none(void);

/* The refusal for a code of the enum (not TYPES), about identifier (may be empty). */
struct ol_onenet_refusal ol_onenet_refusal_make(enum ol_onenet_code code,
                                                struct ol_str identifier);

/* The refusal for a value error of a field of that type: bool TYPE is 2271, NULL is 2409,
 * a value that is not JSON is 2402, everything else is 2200 + 10 * type + cause and ours.
 */
struct ol_onenet_refusal ol_onenet_refusal_for_value(enum ol_onenet_type type,
                                                     enum ol_onenet_value_error error,
                                                     struct ol_str identifier);

/* Appends the msg text, "<text>" or "<text>:identifier:<name>", JSON-escaped, without
 * quotes.
 */
void ol_onenet_refusal_msg_encode(struct ol_writer *w,
                                  const struct ol_onenet_refusal *refusal);

/* Splits a received msg at ":identifier:". *text gets what stands before it (all of msg
 * when it is not there), the result is the refused identifier or the empty span. */
struct ol_str ol_onenet_refusal_msg_decode(struct ol_str msg, struct ol_str *text);

#endif
