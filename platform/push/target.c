/* SPDX-License-Identifier: MIT */
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "platform/push/state.h"

/* The addresses of products. Kept as text: state, url, token and AES key, a line each. */

#define LINES 4

struct ol_push_target *ol_push_target_find(const struct ol_push *push,
                                           struct ol_str product_id)
{
    struct ol_push_target *t = push->targets;
    while (t != NULL && !ol_str_equal(t->product_id, product_id)) {
        t = t->next;
    }
    return t;
}

void ol_push_target_free(struct ol_push_target *t)
{
    ol_push_exchange_close(t->verifying);
    ol_push_lanes_free(t);
    if (t->uri != NULL) {
        evhttp_uri_free(t->uri);
    }
    free(t->text);
    free(t);
}

/* ---- settings ---- */

static bool is_printable(struct ol_str s, size_t max)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~') {
            return false;
        }
    }
    return s.len <= max;
}

static const char *what_is_wrong(const struct ol_push_settings *s)
{
    if (s->url.len == 0 || !is_printable(s->url, OL_PUSH_URL_MAX)) {
        return "url";
    }
    if (s->token.len == 0 || !is_printable(s->token, OL_PUSH_TOKEN_MAX)) {
        return "token";
    }
    if (s->aes.len != 0 &&
        (s->aes.len != OL_PUSH_AES_LEN || !is_printable(s->aes, OL_PUSH_AES_LEN))) {
        return "aes_key";
    }
    return NULL;
}

/* A name, an IPv4 address, or an IPv6 address in brackets. */
static bool set_host(struct ol_push_target *t, const char *host)
{
    unsigned char address[16];
    size_t len = host == NULL ? 0 : strlen(host);
    if (len < 2 || len > OL_PUSH_URL_MAX) {
        return false;
    }
    if (host[0] != '[') {
        memcpy(t->host, host, len + 1);
        return true;
    }
    memcpy(t->host, host + 1, len - 1);
    t->host[len - 2] = '\0';
    return host[len - 1] == ']' && evutil_inet_pton(AF_INET6, t->host, address) == 1;
}

/* http:// alone, without a user or a fragment. */
static bool parse_url(struct ol_push_target *t)
{
    char url[OL_PUSH_URL_MAX + 1];
    memcpy(url, t->url.ptr, t->url.len);
    url[t->url.len] = '\0';
    t->uri = evhttp_uri_parse(url);
    if (t->uri == NULL) {
        return false;
    }
    const char *scheme = evhttp_uri_get_scheme(t->uri);
    const char *host = evhttp_uri_get_host(t->uri);
    const char *path = evhttp_uri_get_path(t->uri);
    const char *query = evhttp_uri_get_query(t->uri);
    int port = evhttp_uri_get_port(t->uri);
    if (scheme == NULL || strcmp(scheme, "http") != 0 || !set_host(t, host) ||
        port == 0 || port > UINT16_MAX || evhttp_uri_get_userinfo(t->uri) != NULL ||
        evhttp_uri_get_fragment(t->uri) != NULL) {
        return false;
    }
    snprintf(t->path, sizeof t->path, "%s%s%s",
             path == NULL || *path == '\0' ? "/" : path, query == NULL ? "" : "?",
             query == NULL ? "" : query);
    return true;
}

static struct ol_str copy(char **at, struct ol_str from)
{
    struct ol_str to = {*at, from.len};
    if (from.len > 0) {
        memcpy(*at, from.ptr, from.len);
    }
    *at += from.len;
    return to;
}

/* NULL after *wrong is set, or left alone: no memory. */
static struct ol_push_target *target_make(struct ol_push *push, struct ol_str product_id,
                                          const struct ol_push_settings *s,
                                          const char **wrong)
{
    *wrong = what_is_wrong(s);
    struct ol_push_target *t = *wrong != NULL ? NULL : calloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    t->push = push;
    t->why = "";
    t->text = malloc(product_id.len + s->url.len + s->token.len + s->aes.len + 1);
    if (t->text == NULL) {
        ol_push_target_free(t);
        return NULL;
    }
    char *at = t->text;
    t->product_id = copy(&at, product_id);
    t->url = copy(&at, s->url);
    t->token = copy(&at, s->token);
    t->aes = copy(&at, s->aes);
    if (!parse_url(t)) {
        *wrong = "url";
        ol_push_target_free(t);
        return NULL;
    }
    return t;
}

static void forget(struct ol_push *push, struct ol_push_target *t)
{
    struct ol_push_target **at = &push->targets;
    while (*at != t) {
        at = &(*at)->next;
    }
    *at = t->next;
    push->target_count--;
    if (push->member_target == t) {
        push->member_target = NULL;
    }
    struct ol_push_message **m = &push->uncommitted_first;
    push->uncommitted_last = NULL;
    while (*m != NULL) {
        struct ol_push_message *message = *m;
        if (message->target == t) {
            *m = message->next;
            ol_push_message_free(message, false);
        } else {
            push->uncommitted_last = message;
            m = &message->next;
        }
    }
    ol_push_target_free(t);
}

static void install(struct ol_push *push, struct ol_push_target *t)
{
    t->next = push->targets;
    push->targets = t;
    push->target_count++;
}

int32_t ol_push_target_keep(const struct ol_push_target *t)
{
    struct ol_push *push = t->push;
    struct ol_push_text text = {0};
    const struct ol_str lines[LINES] = {t->state == OL_PUSH_ACTIVE ? OL_STR("active")
                                                                   : OL_STR("new"),
                                        t->url, t->token, t->aes};
    for (size_t i = 0; i < LINES; i++) {
        ol_push_text_add(&text, lines[i]);
        ol_push_text_add(&text, OL_STR("\n"));
    }
    int32_t rc = text.failed ? OL_E_IO
                             : push->config.keep(push->config.ctx, t->product_id,
                                                 ol_str_make(text.ptr, text.len));
    ol_push_text_free(&text);
    return rc;
}

static bool next_line(struct ol_str *rest, struct ol_str *line)
{
    const char *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    if (end == NULL) {
        return false;
    }
    *line = ol_str_make(rest->ptr, (size_t)(end - rest->ptr));
    *rest = ol_str_make(end + 1, rest->len - line->len - 1);
    return true;
}

void ol_push_restore(struct ol_push *push, struct ol_str product_id, struct ol_str text)
{
    struct ol_push_settings s = {0};
    struct ol_str state;
    const char *wrong = NULL;
    if (!next_line(&text, &state) || !next_line(&text, &s.url) ||
        !next_line(&text, &s.token) || !next_line(&text, &s.aes) ||
        push->target_count >= OL_PUSH_TARGETS_MAX) {
        return;
    }
    struct ol_push_target *t = target_make(push, product_id, &s, &wrong);
    if (t == NULL) {
        return;
    }
    install(push, t);
    if (ol_str_equal(state, OL_STR("active"))) {
        t->state = OL_PUSH_ACTIVE;
        t->agreed = true;
    } else {
        ol_push_verify_begin(t);
    }
}

int32_t ol_push_set(struct ol_push *push, struct ol_str product_id,
                    const struct ol_push_settings *settings, const char **wrong)
{
    struct ol_push_target *old = ol_push_target_find(push, product_id);
    if (old == NULL && push->target_count >= OL_PUSH_TARGETS_MAX) {
        return OL_E_NOSPC;
    }
    struct ol_push_target *t = target_make(push, product_id, settings, wrong);
    if (t == NULL) {
        return *wrong != NULL ? OL_E_ARG : OL_E_IO;
    }
    /* In this order: what waited for the old address must never go to the new one. */
    if (push->config.clear(push->config.ctx, product_id) != OL_OK ||
        ol_push_target_keep(t) != OL_OK) {
        ol_push_target_free(t);
        return OL_E_IO;
    }
    if (old != NULL) {
        forget(push, old);
    }
    install(push, t);
    ol_push_verify_begin(t);
    return OL_OK;
}

int32_t ol_push_verify(struct ol_push *push, struct ol_str product_id)
{
    struct ol_push_target *t = ol_push_target_find(push, product_id);
    if (t == NULL) {
        return OL_E_NOENT;
    }
    ol_push_verify_begin(t);
    return OL_OK;
}

int32_t ol_push_delete(struct ol_push *push, struct ol_str product_id)
{
    struct ol_push_target *t = ol_push_target_find(push, product_id);
    if (t == NULL) {
        return OL_E_NOENT;
    }
    if (push->config.clear(push->config.ctx, product_id) != OL_OK ||
        push->config.keep(push->config.ctx, product_id, ol_str_make(NULL, 0)) != OL_OK) {
        return OL_E_IO;
    }
    forget(push, t);
    return OL_OK;
}

int32_t ol_push_get(const struct ol_push *push, struct ol_str product_id,
                    struct ol_push_info *out)
{
    const struct ol_push_target *t = ol_push_target_find(push, product_id);
    if (t == NULL) {
        return OL_E_NOENT;
    }
    *out = (struct ol_push_info){.url = t->url,
                                 .state = t->state,
                                 .secure = t->aes.len > 0,
                                 .why = t->why,
                                 .sent = t->sent,
                                 .retries = t->retries,
                                 .failed = t->failed,
                                 .dropped = t->dropped,
                                 .waiting = t->waiting};
    return OL_OK;
}
