/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_CALL_H
#define PLATFORM_API_CALL_H

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "onelink/json/writer.h"
#include "platform/api/api.h"
#include "platform/api/token.h"
#include "platform/api/write.h"

/* One request on its way through the API, for the files of this layer. */

#define OL_API_ID_CAP 33 /* 32 hex digits and a NUL */

/* docs/protocol.md §8.3 */
enum ol_api_code {
    OL_API_OK = 0,
    OL_API_SERVER = 500,
    OL_API_PARAMETER = 10001,
    OL_API_AUTHENTICATION = 10403,
    OL_API_DEVICE_EXISTS = 10406,
    OL_API_USER_OPERATION = 10407,
    OL_API_NO_PRODUCT = 10408,
    OL_API_NO_DEVICES = 10409,
    OL_API_NO_DEVICE = 10410,
    OL_API_CALL_FAILED = 10411,
    OL_API_SERVICE_FAILED = 10415,
    OL_API_NO_MODEL = 10417,
    OL_API_NOT_ONLINE = 10421,
    OL_API_INTERNAL = 10500
};

struct ol_api_call {
    struct ol_api *api;
    struct evhttp_request *http;
    const struct evkeyvalq
        *query; /* of the URL, decoded; like body it lives until the call
                                      returns, not longer */
    struct ol_str body;
    struct ol_api_who who;
    char id[OL_API_ID_CAP]; /* request_id */
};

/* Answers and ends the call, each exactly once a call. */

/* {"code":code,"msg":msg,"request_id":...}; msg is UTF-8. */
void ol_api_fail(const struct ol_api_call *c, int32_t code, struct ol_str msg);

/* 10001 that names what is wrong: a parameter. */
void ol_api_fail_parameter(const struct ol_api_call *c, const char *name);

/* 10403: the token is sound, but does not reach this far. */
void ol_api_fail_resource(const struct ol_api_call *c);

/* 0 succ, without data. */
void ol_api_reply_done(const struct ol_api_call *c);

/* 500 */
void ol_api_fail_server(const struct ol_api_call *c);

/* An answer with data: begin, write one value into the writer, send. When the value did
 * not come out whole, send answers 500 instead. */
struct ol_json_writer ol_api_reply_begin(const struct ol_api_call *c);
void ol_api_reply_send(const struct ol_api_call *c, struct ol_json_writer *w);

/* ---- arguments ---- */

/* A parameter of the URL; the empty span when it is not there. */
struct ol_str ol_api_query_get(const struct ol_api_call *c, const char *name);

/* The name of a parameter that occurs twice, or NULL. */
const char *ol_api_query_twice(const struct ol_api_call *c);

/* An integer parameter. *out stays as it is when the parameter is not there. false: it is
 * no integer in [min, max]; then the call has been answered. */
bool ol_api_query_int(const struct ol_api_call *c, const char *name, int64_t min,
                      int64_t max, int64_t *out);

enum ol_api_kind {
    OL_API_STRING, /* value is the content of the string, decoded into buf */
    OL_API_OBJECT, /* value is the JSON text */
    OL_API_ARRAY
};

/* A member of the body. */
struct ol_api_member {
    struct ol_str name;
    enum ol_api_kind kind;
    bool required;
    char *buf;
    size_t cap;
    struct ol_str value; /* out; empty when it is not there */
};

/* Bytes of a product id or device name that is read, too long ones included. */
#define OL_API_NAME_CAP 128

#define OL_API_ABOUT_CAP 512 /* bytes of a device's description */
#define OL_API_PAGE_MAX  100 /* rows of a page */

/* Reads the members of the body, a JSON object; others are skipped. false: the body is
 * not as it must be; then the call has been answered. */
bool ol_api_body_read(const struct ol_api_call *c, struct ol_api_member *members,
                      size_t count);

/* ---- what is asked about ---- */

/* Finds the product for a caller who may read it (write: change it). NULL: the call has
 * been answered. device is empty where the call is about the whole product. */
const struct ol_store_product *ol_api_product(const struct ol_api_call *c,
                                              struct ol_str product, struct ol_str device,
                                              bool write);

/* Product and device. false: the call has been answered. */
bool ol_api_device(const struct ol_api_call *c, struct ol_str product,
                   struct ol_str device, bool write, const struct ol_store_product **p,
                   struct ol_api_device *d);

/* The product has a model with at least one function point. false: the call has been
 * answered with 10417. */
bool ol_api_has_model(const struct ol_api_call *c, const struct ol_store_product *p);

/* The time range, order and page that the URL asks for; range->limit holds the default.
 * false: the call has been answered. */
bool ol_api_range_read(const struct ol_api_call *c, struct ol_api_range *range);

/* ---- the calls, docs/protocol.md §8.2 ---- */

void ol_api_set_property(const struct ol_api_call *c);
void ol_api_get_property(const struct ol_api_call *c);
void ol_api_call_service(const struct ol_api_call *c);
void ol_api_query_property(const struct ol_api_call *c);
void ol_api_query_history(const struct ol_api_call *c);
void ol_api_device_create(const struct ol_api_call *c);
void ol_api_device_update(const struct ol_api_call *c);
void ol_api_device_delete(const struct ol_api_call *c);
void ol_api_device_reset(const struct ol_api_call *c);
void ol_api_status_history(const struct ol_api_call *c);
void ol_api_product_detail(const struct ol_api_call *c);
void ol_api_query_model(const struct ol_api_call *c);
/* Ours: */
void ol_api_push_set(const struct ol_api_call *c);
void ol_api_push_show(const struct ol_api_call *c);
void ol_api_push_verify(const struct ol_api_call *c);
void ol_api_push_delete(const struct ol_api_call *c);

void ol_api_device_detail(const struct ol_api_call *c);
void ol_api_device_list(const struct ol_api_call *c);

/* ---- calls of our own: the message log ---- */

void ol_api_log_device(const struct ol_api_call *c);
void ol_api_log_rejected(const struct ol_api_call *c);

#endif
