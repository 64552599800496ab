/* SPDX-License-Identifier: MIT */
#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/http.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "platform/push/state.h"

/* Exchanges with an address, and the first one: does it agree? docs/protocol.md §8.4 */

#define ANSWER_MAX 4096

/* ---- exchanges ---- */

void ol_push_exchange_close(struct ol_push_exchange *x)
{
    if (x == NULL) {
        return;
    }
    if (x->connection != NULL) {
        evhttp_connection_free(x->connection);
    }
    if (x->timer != NULL) {
        event_free(x->timer);
    }
    free(x);
}

/* Answered, failed or too late: nothing of the HTTP client is on the stack here. */
static void on_over(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_push_exchange *x = ctx;
    struct ol_push_exchange result = *x;
    ol_push_exchange_close(x);
    result.done(result.ctx, &result);
}

static void on_reply(struct evhttp_request *request, void *ctx)
{
    struct ol_push_exchange *x = ctx;
    if (request != NULL) {
        struct evbuffer *in = evhttp_request_get_input_buffer(request);
        size_t len = evbuffer_get_length(in);
        x->status = evhttp_request_get_response_code(request);
        x->same = x->reply != NULL && len == strlen(x->reply) &&
                  memcmp(evbuffer_pullup(in, -1), x->reply, len) == 0;
    }
    event_active(x->timer, EV_TIMEOUT, 0);
}

/* A name needs a resolver that does not block; an address needs none. */
static struct evdns_base *resolver_for(struct ol_push *push, const char *host)
{
    unsigned char address[16];
    if (evutil_inet_pton(AF_INET, host, address) == 1 ||
        evutil_inet_pton(AF_INET6, host, address) == 1) {
        return NULL;
    }
    if (push->dns == NULL) {
        push->dns =
            evdns_base_new(push->config.base, EVDNS_BASE_INITIALIZE_NAMESERVERS |
                                                  EVDNS_BASE_DISABLE_WHEN_INACTIVE);
        if (push->dns == NULL) {
            /* No servers: names of the hosts file and failures are all there is. */
            push->dns = evdns_base_new(push->config.base, 0);
        }
    }
    return push->dns;
}

static bool exchange_send(struct ol_push_exchange *x, struct ol_push_target *t,
                          const char *path, struct ol_str body)
{
    struct evhttp_request *request = evhttp_request_new(on_reply, x);
    if (request == NULL) {
        return false;
    }
    char host[OL_PUSH_URL_MAX + 8];
    int port = evhttp_uri_get_port(t->uri);
    const char *name = evhttp_uri_get_host(t->uri);
    snprintf(host, sizeof host, port > 0 ? "%s:%d" : "%s", name, port);
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    if (evhttp_add_header(headers, "Host", host) != 0 ||
        evhttp_add_header(headers, "Connection", "close") != 0 ||
        (body.len > 0 &&
         (evhttp_add_header(headers, "Content-Type", "application/json") != 0 ||
          evbuffer_add(evhttp_request_get_output_buffer(request), body.ptr, body.len) !=
              0))) {
        evhttp_request_free(request);
        return false;
    }
    /* The connection owns the request from here, also when it fails. */
    return evhttp_make_request(x->connection, request,
                               body.len > 0 ? EVHTTP_REQ_POST : EVHTTP_REQ_GET,
                               path) == 0;
}

struct ol_push_exchange *ol_push_exchange_open(
    struct ol_push_target *t, const char *path, struct ol_str body, const char *reply,
    void (*done)(void *ctx, const struct ol_push_exchange *x), void *ctx)
{
    struct ol_push *push = t->push;
    int port = evhttp_uri_get_port(t->uri);
    struct timeval limit = {OL_PUSH_REPLY_S, 0};
    struct ol_push_exchange *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return NULL;
    }
    *x =
        (struct ol_push_exchange){.push = push, .reply = reply, .done = done, .ctx = ctx};
    x->timer = event_new(push->config.base, -1, 0, on_over, x);
    struct evdns_base *dns = resolver_for(push, t->host);
    x->connection = evhttp_connection_base_new(push->config.base, dns, t->host,
                                               (uint16_t)(port > 0 ? port : 80));
    if (x->timer == NULL || x->connection == NULL || event_add(x->timer, &limit) != 0) {
        ol_push_exchange_close(x);
        return NULL;
    }
    evhttp_connection_set_max_headers_size(x->connection, ANSWER_MAX);
    evhttp_connection_set_max_body_size(x->connection, ANSWER_MAX);
    if (!exchange_send(x, t, path, body)) {
        ol_push_exchange_close(x);
        return NULL;
    }
    return x;
}

/* ---- the question ---- */

static void on_verified(void *ctx, const struct ol_push_exchange *x)
{
    struct ol_push_target *t = ctx;
    t->verifying = NULL;
    if (x->status == HTTP_OK && x->same) {
        t->state = OL_PUSH_ACTIVE;
        t->agreed = true;
        t->why = "";
        /* Not kept, it is asked again after the next start. */
        (void)(ol_push_target_keep(t) == OL_OK);
        return;
    }
    t->state = OL_PUSH_REFUSED;
    t->agreed = false;
    t->why = x->status == 0         ? "no answer"
             : x->status != HTTP_OK ? "the answer's status is not 200"
                                    : "the answer is not the msg it was asked with";
}

/* path[?query] with the question behind it, percent-encoded. To be freed. */
static char *question(const struct ol_push_target *t)
{
    char nonce[OL_PUSH_NONCE_CAP];
    char signature[OL_PUSH_SIGNATURE_CAP];
    if (!ol_push_nonce(nonce)) {
        return NULL;
    }
    ol_push_sign(t->token, ol_str_from(nonce), ol_str_from(t->challenge), signature);
    char *encoded = evhttp_uriencode(signature, -1, 0);
    size_t cap = sizeof t->path + 160;
    char *out = malloc(cap);
    if (encoded != NULL && out != NULL) {
        snprintf(out, cap, "%s%cmsg=%s&nonce=%s&signature=%s", t->path,
                 strchr(t->path, '?') == NULL ? '?' : '&', t->challenge, nonce, encoded);
    } else {
        free(out);
        out = NULL;
    }
    free(encoded);
    return out;
}

void ol_push_verify_begin(struct ol_push_target *t)
{
    ol_push_exchange_close(t->verifying);
    t->verifying = NULL;
    t->state = OL_PUSH_VERIFYING;
    t->why = "";
    char *path = ol_push_nonce(t->challenge) ? question(t) : NULL;
    if (path != NULL) {
        t->verifying = ol_push_exchange_open(t, path, ol_str_make(NULL, 0), t->challenge,
                                             on_verified, t);
        free(path);
    }
    if (t->verifying == NULL) {
        t->state = OL_PUSH_REFUSED;
        t->agreed = false;
        t->why = "no memory";
    }
}
