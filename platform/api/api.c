/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* getentropy */

#include "platform/api/api.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/api/state.h"

/* Those that get an answer of ours, if only that they are wrong here. */
#define METHODS                                                                          \
    (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |               \
     EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH)

struct route {
    const char *path;
    enum evhttp_cmd_type method;
    void (*serve)(const struct ol_api_call *c);
};

static const struct route routes[] = {
    {"/thingmodel/set-device-property", EVHTTP_REQ_POST, ol_api_set_property},
    {"/thingmodel/query-device-property-detail", EVHTTP_REQ_POST, ol_api_get_property},
    {"/thingmodel/call-service", EVHTTP_REQ_POST, ol_api_call_service},
    {"/thingmodel/query-thing-model", EVHTTP_REQ_GET, ol_api_query_model},
    {"/thingmodel/query-device-property", EVHTTP_REQ_GET, ol_api_query_property},
    {"/thingmodel/query-device-property-history", EVHTTP_REQ_GET, ol_api_query_history},
    {"/device/create", EVHTTP_REQ_POST, ol_api_device_create},
    {"/device/update", EVHTTP_REQ_POST, ol_api_device_update},
    {"/device/delete", EVHTTP_REQ_POST, ol_api_device_delete},
    {"/device/reset-seckey", EVHTTP_REQ_POST, ol_api_device_reset},
    {"/device/status-history", EVHTTP_REQ_GET, ol_api_status_history},
    {"/product/detail", EVHTTP_REQ_GET, ol_api_product_detail},
    {"/onelink/push/set", EVHTTP_REQ_POST, ol_api_push_set},
    {"/onelink/push/show", EVHTTP_REQ_GET, ol_api_push_show},
    {"/onelink/push/verify", EVHTTP_REQ_POST, ol_api_push_verify},
    {"/onelink/push/delete", EVHTTP_REQ_POST, ol_api_push_delete},
    {"/device/detail", EVHTTP_REQ_GET, ol_api_device_detail},
    {"/device/list", EVHTTP_REQ_GET, ol_api_device_list},
    {"/log/device", EVHTTP_REQ_GET, ol_api_log_device},
    {"/log/rejected", EVHTTP_REQ_GET, ol_api_log_rejected},
};

static const struct route *find_route(const char *path)
{
    for (size_t i = 0; path != NULL && i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].path, path) == 0) {
            return &routes[i];
        }
    }
    return NULL;
}

/* 32 hex digits that nobody can guess or meet twice. */
static void make_id(char id[OL_API_ID_CAP])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[16] = {0};
    (void)(getentropy(random, sizeof random) == 0);
    for (size_t i = 0; i < sizeof random; i++) {
        id[2 * i] = digits[random[i] >> 4];
        id[2 * i + 1] = digits[random[i] & 15];
    }
    id[OL_API_ID_CAP - 1] = '\0';
}

/* Header names have no case. */
static struct ol_str authorization(struct evhttp_request *http)
{
    return ol_str_from(
        evhttp_find_header(evhttp_request_get_input_headers(http), "authorization"));
}

static bool is_known(struct ol_api_call *c)
{
    c->who = ol_api_token_check(&c->api->config.backend, authorization(c->http));
    if (c->who.right != OL_API_NOBODY) {
        return true;
    }
    if (c->who.resource) {
        ol_api_fail_resource(c);
    } else {
        ol_api_fail(c, OL_API_AUTHENTICATION,
                    OL_STR("authentication failed:invalid authorization"));
    }
    return false;
}

/* Parameters become strings that end with NUL: one with a NUL of its own would pass as what
 * stands before it. */
static bool query_read(const char *text, struct evkeyvalq *query)
{
    return strstr(text, "%00") == NULL && evhttp_parse_query_str(text, query) == 0;
}

static void serve(struct ol_api_call *c, const struct route *route)
{
    const struct ol_api_backend *b = &c->api->config.backend;
    const char *text = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(c->http));
    struct evkeyvalq query;
    if (!query_read(text == NULL ? "" : text, &query)) {
        ol_api_fail_parameter(c, "query");
        return;
    }
    c->query = &query;
    const char *twice = ol_api_query_twice(c);
    if (twice != NULL) {
        ol_api_fail_parameter(c, twice);
    } else {
        b->commit(b->ctx);
        route->serve(c);
    }
    evhttp_clear_headers(&query);
}

static void on_request(struct evhttp_request *http, void *ctx)
{
    struct ol_api_call c = {.api = ctx, .http = http};
    ol_api_limit_asked(c.api, http);
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(http));
    const struct route *route = find_route(path);
    make_id(c.id);
    if (route == NULL) {
        ol_api_fail(&c, HTTP_NOTFOUND, OL_STR("not found"));
        return;
    }
    if (evhttp_request_get_command(http) != route->method) {
        ol_api_fail(&c, HTTP_BADMETHOD, OL_STR("method not allowed"));
        return;
    }
    struct evbuffer *body = evhttp_request_get_input_buffer(http);
    c.body = ol_str_make(evbuffer_pullup(body, -1), evbuffer_get_length(body));
    if (is_known(&c)) {
        serve(&c, route);
    }
}

struct ol_api *ol_api_open(const struct ol_api_config *config)
{
    struct ol_api *api = calloc(1, sizeof *api);
    if (api == NULL) {
        return NULL;
    }
    api->config = *config;
    api->answer = malloc(OL_API_ANSWER_MAX);
    api->http = evhttp_new(config->base);
    api->listener = evconnlistener_new(config->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE, 0,
                                       config->listen_fd);
    if (api->answer == NULL || api->http == NULL || api->listener == NULL ||
        evhttp_bind_listener(api->http, api->listener) == NULL ||
        !ol_api_limit_open(api) || !ol_api_charts_open(api)) {
        ol_api_close(api);
        return NULL;
    }
    evhttp_set_max_headers_size(api->http, OL_API_HEADERS_MAX);
    evhttp_set_max_body_size(api->http, OL_API_BODY_MAX);
    evhttp_set_timeout(api->http, OL_API_IDLE_S);
    evhttp_set_allowed_methods(api->http, METHODS);
    evhttp_set_gencb(api->http, on_request, api);
    return api;
}

void ol_api_close(struct ol_api *api)
{
    if (api == NULL) {
        return;
    }
    if (api->http != NULL) {
        evhttp_free(api->http); /* and the listener, once it is bound */
    } else if (api->listener != NULL) {
        evconnlistener_free(api->listener);
    }
    ol_api_limit_close(api);
    ol_api_charts_close(api);
    while (api->pending != NULL) {
        ol_api_pending_free(api, api->pending);
    }
    free(api->answer);
    free(api);
}
