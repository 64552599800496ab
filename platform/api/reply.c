/* SPDX-License-Identifier: MIT */
#include <event2/buffer.h>

#include "platform/api/state.h"

static void send_text(const struct ol_api_call *c, int status, const char *text,
                      size_t len)
{
    struct evbuffer *out = evbuffer_new();
    /* The answer to a HEAD ends with its headers; libevent would send what stands here. */
    if (evhttp_request_get_command(c->http) == EVHTTP_REQ_HEAD) {
        len = 0;
    }
    ol_api_limit_answered(c->api, c->http);
    if (out == NULL || evbuffer_add(out, text, len) != 0) {
        evhttp_send_error(c->http, HTTP_INTERNAL, NULL);
    } else {
        evhttp_add_header(evhttp_request_get_output_headers(c->http), "Content-Type",
                          "application/json;charset=UTF-8");
        evhttp_send_reply(c->http, status, NULL, out);
    }
    if (out != NULL) {
        evbuffer_free(out);
    }
}

static struct ol_json_writer begin(const struct ol_api_call *c, int32_t code,
                                   struct ol_str msg)
{
    struct ol_json_writer w = ol_json_writer_make(c->api->answer, OL_API_ANSWER_MAX);
    ol_json_object_begin(&w);
    ol_json_key(&w, OL_STR("code"));
    ol_json_int(&w, code);
    ol_json_key(&w, OL_STR("msg"));
    ol_json_str(&w, msg);
    ol_json_key(&w, OL_STR("request_id"));
    ol_json_str(&w, ol_str_from(c->id));
    return w;
}

/* An unknown path and a wrong method have their number as HTTP status too. */
static int status_of(int32_t code)
{
    return code == HTTP_NOTFOUND || code == HTTP_BADMETHOD ? code : HTTP_OK;
}

void ol_api_fail(const struct ol_api_call *c, int32_t code, struct ol_str msg)
{
    struct ol_json_writer w = begin(c, code, msg);
    ol_json_object_end(&w);
    if (ol_json_writer_status(&w) != OL_OK) {
        w = begin(c, code, OL_STR("server error"));
        ol_json_object_end(&w);
    }
    send_text(c, status_of(code), c->api->answer, w.out.len);
}

void ol_api_fail_parameter(const struct ol_api_call *c, const char *name)
{
    char msg[96];
    struct ol_writer w = ol_writer_make(msg, sizeof msg);
    ol_writer_str(&w, OL_STR("parameter error:"));
    ol_writer_str(&w, ol_str_from(name));
    ol_api_fail(c, OL_API_PARAMETER, ol_str_make(msg, w.len));
}

void ol_api_fail_resource(const struct ol_api_call *c)
{
    ol_api_fail(c, OL_API_AUTHENTICATION,
                OL_STR("authentication failed:invalid resource"));
}

void ol_api_reply_done(const struct ol_api_call *c)
{
    ol_api_fail(c, OL_API_OK, OL_STR("succ"));
}

void ol_api_fail_server(const struct ol_api_call *c)
{
    ol_api_fail(c, OL_API_SERVER, OL_STR("server error"));
}

struct ol_json_writer ol_api_reply_begin(const struct ol_api_call *c)
{
    struct ol_json_writer w = begin(c, OL_API_OK, OL_STR("succ"));
    ol_json_key(&w, OL_STR("data"));
    return w;
}

void ol_api_reply_send(const struct ol_api_call *c, struct ol_json_writer *w)
{
    ol_json_object_end(w);
    if (ol_json_writer_status(w) != OL_OK) {
        ol_api_fail_server(c);
        return;
    }
    if (!ol_api_limit_has_room(c->api, w->out.len)) {
        ol_api_fail(c, OL_API_INTERNAL, OL_STR("too many answers are not taken"));
        return;
    }
    send_text(c, HTTP_OK, c->api->answer, w->out.len);
}
