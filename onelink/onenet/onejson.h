/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_ONEJSON_H
#define ONELINK_ONENET_ONEJSON_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/json/reader.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/refusal.h"
#include "onelink/onenet/value.h"

/* OneJSON message bodies, for both ends. docs/protocol.md §4.0, §4.2, §4.3, §4.11.
 *
 *   request  {"id":"123","version":"1.0","params":...}
 *   answer   {"id":"123","code":200,"msg":"success","data":...}
 */

/* The largest id: 13 digits. */
#define OL_ONENET_ID_MAX UINT64_C(9999999999999)

/* An id as it came, to be echoed: its characters without quotes. */
struct ol_onenet_id {
    struct ol_str text;
    bool numeric; /* it came as a JSON number, not as a string */
};

/* The id as a number. OL_E_ARG: not 1 to 13 digits. (A numeric id of digits is fine
 * here.) */
OL_MUST int32_t ol_onenet_id_decode(struct ol_onenet_id id, uint64_t *out);

/* ---- Requests: encoding ---- */

/* A request with object params, written in place: begin, add members, end. The writer
 * belongs to the caller and may lie in a packet buffer. */
struct ol_onenet_post {
    struct ol_writer *out;
    uint64_t id;
    uint16_t count;   /* members so far */
    uint8_t time_len; /* samples of one moment share its digits: where those of time_ms
                         stand */
    size_t time_at;
    int64_t time_ms;
};

/* Appends the head. id is 1..OL_ONENET_ID_MAX. OL_E_NOSPC, OL_E_ARG. */
OL_MUST int32_t ol_onenet_post_begin(struct ol_onenet_post *post, struct ol_writer *out,
                                     uint64_t id);

/* Appends "identifier":{"value":...,"time":...}, the form of device reports. time_ms is
 * unix milliseconds, or 0 for none. OL_E_NOSPC: it does not fit together with the end of
 * the body; nothing is written, the post stands as before and can be ended. OL_E_ARG: the
 * identifier is not valid, or the value is a STRING that is not UTF-8; nothing is
 * written. */
OL_MUST int32_t ol_onenet_post_add(struct ol_onenet_post *post, struct ol_str identifier,
                                   const struct ol_onenet_value *value, int64_t time_ms);

/* Appends "identifier":value, the bare form of commands (set, service input). As above.
 */
OL_MUST int32_t ol_onenet_post_add_bare(struct ol_onenet_post *post,
                                        struct ol_str identifier,
                                        const struct ol_onenet_value *value);

/* Appends the end. OL_OK, OL_E_NOSPC. */
OL_MUST int32_t ol_onenet_post_end(struct ol_onenet_post *post);

/* Appends a whole request whose params are JSON text already (set and get from an API).
 * OL_E_NOSPC, OL_E_ARG (id). */
OL_MUST int32_t ol_onenet_request_encode(struct ol_writer *w, uint64_t id,
                                         struct ol_str params);

/* ---- Requests: decoding ---- */

enum ol_onenet_request_error {
    OL_ONENET_REQUEST_OK = 0,
    OL_ONENET_REQUEST_NOT_JSON,   /* not JSON, cut, nested too deep, or bad UTF-8 */
    OL_ONENET_REQUEST_NOT_OBJECT, /* JSON, but not an object */
    OL_ONENET_REQUEST_TWICE,      /* id, version or params twice */
    OL_ONENET_REQUEST_ID,         /* no id, or not a string of 1 to 13 digits */
    OL_ONENET_REQUEST_VERSION,    /* version is not a string */
    OL_ONENET_REQUEST_PARAMS      /* no params, or neither object nor array */
};

struct ol_onenet_request {
    struct ol_onenet_id id; /* set whenever an id was found, also on error; else empty */
    struct ol_str version;  /* "1.0" or empty */
    struct ol_str params;   /* the text of the object or array */
    bool params_array;      /* it is an array */
};

/* Takes a request body apart. The whole text is checked to be JSON. Spans point into
 * body. On error everything found so far is set, so that an answer can name the id.
 * Codes: ID is 2405, the rest 2402 (ol_onenet_request_refusal). A numeric id is ID. */
OL_MUST enum ol_onenet_request_error
ol_onenet_request_decode(struct ol_str body, struct ol_onenet_request *out);

/* The refusal for an error of ol_onenet_request_decode. */
struct ol_onenet_refusal ol_onenet_request_refusal(enum ol_onenet_request_error error);

/* Walks the members of params that ol_onenet_request_decode gave. */
struct ol_onenet_params {
    struct ol_json_reader reader;
};

struct ol_onenet_item {
    struct ol_json_token name; /* the identifier: KEY (object) or STRING (array) */
    struct ol_str value; /* the text of the value; empty: there is none (get, or a wrapped
                            member without "value") */
    int64_t time_ms;     /* wrapped: beside the value, unix ms; 0 when absent */
};

/* Starts a walk; params is request.params. */
struct ol_onenet_params ol_onenet_params_open(struct ol_str params);

/* The next member with a bare value (set, get_reply data, service input).
 * OL_OK, OL_E_NOENT: no more, OL_E_PROTO: params is not an object (or not JSON). */
OL_MUST int32_t ol_onenet_params_next(struct ol_onenet_params *p,
                                      struct ol_onenet_item *item);

/* The next member with a wrapped value {"value":...,"time":...} (property post, desired
 * get reply). OL_OK (item.value is empty where "value" is missing: 2409), OL_E_NOENT,
 * OL_E_PROTO: the member is not an object or params is not one (2402), OL_E_ARG: time is
 * not an integer of milliseconds above 0 (2411, ours); item.name is set with both where
 * there is a name. Other members beside value and time are skipped ("version" of a
 * desired value). After OL_E_ARG the walk may go on. */
OL_MUST int32_t ol_onenet_params_next_wrapped(struct ol_onenet_params *p,
                                              struct ol_onenet_item *item);

/* The next identifier of an array of strings (get). OL_OK, OL_E_NOENT, OL_E_PROTO. */
OL_MUST int32_t ol_onenet_params_next_name(struct ol_onenet_params *p,
                                           struct ol_onenet_item *item);

/* ---- Checking members against the model: the rules of the platform, for both ends ----
 */

/* Holds a wrapped member against the model: known, value there, right type, range, step.
 * field, if not NULL, gets its index or -1. Code 200 when it passes. */
struct ol_onenet_refusal ol_onenet_post_item_check(const struct ol_onenet_model *model,
                                                   const struct ol_onenet_item *item,
                                                   int32_t *field);

/* Holds a bare member of a set against the model: known, writable, right. */
struct ol_onenet_refusal ol_onenet_set_item_check(const struct ol_onenet_model *model,
                                                  const struct ol_onenet_item *item,
                                                  int32_t *field);

/* Walks all params of a post (resp. set): the first refusal, or code 200. A message with
 * one bad member is refused as a whole (§4.0). The same identifier twice is refused as
 * FORMAT; so is a message without members. */
struct ol_onenet_refusal ol_onenet_post_check(const struct ol_onenet_model *model,
                                              struct ol_str params);
struct ol_onenet_refusal ol_onenet_set_check(const struct ol_onenet_model *model,
                                             struct ol_str params);

/* ---- Answers ---- */

/* Appends a whole answer. msg is plain text (UTF-8, escaped here); data is JSON text or
 * empty for none. OL_E_NOSPC, OL_E_ARG: msg is not UTF-8. */
OL_MUST int32_t ol_onenet_reply_encode(struct ol_writer *w, struct ol_onenet_id id,
                                       int32_t code, struct ol_str msg,
                                       struct ol_str data);

/* Appends a whole answer without data that carries the refusal (or the success).
 * OL_E_NOSPC.
 */
OL_MUST int32_t ol_onenet_reply_encode_refusal(struct ol_writer *w,
                                               struct ol_onenet_id id,
                                               const struct ol_onenet_refusal *refusal);

/* An answer with object data, written in place: begin, ol_onenet_post_add_bare (or
 * ol_onenet_post_add), end. For get_reply: code 200, "success". OL_E_NOSPC. */
OL_MUST int32_t ol_onenet_reply_begin(struct ol_onenet_post *reply, struct ol_writer *out,
                                      struct ol_onenet_id id);
OL_MUST int32_t ol_onenet_reply_end(struct ol_onenet_post *reply);

struct ol_onenet_reply {
    struct ol_onenet_id id;
    int32_t code;
    struct ol_json_token msg; /* STRING; its text is empty when there is none. `message`
                                 is taken for `msg` where a device sends that (§4.0). */
    struct ol_str data;       /* JSON text, or empty */
};

/* Takes an answer apart. Spans point into body. OL_E_PROTO: not JSON, not an object, a
 * member twice, id neither string nor integer, or no integer code of 32 bits; what was
 * found is set.
 */
OL_MUST int32_t ol_onenet_reply_decode(struct ol_str body, struct ol_onenet_reply *out);

#endif
