/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

#include <string.h>

/* ---- Token, docs/protocol.md §2 ---- */

static int64_t token_expiry(const struct ol_agent *a)
{
    struct ol_wall_time wall = ol_agent_get_wall(a);
    int64_t days =
        a->config->token_days != 0 ? a->config->token_days : OL_AGENT_TOKEN_DAYS;

    /* Without a date, or with one that a login failed with: valid whatever the date is. */
    if (wall.quality == OL_CLOCK_NONE || wall.unix_ms < 0 || a->clock_doubted) {
        return OL_ONENET_TOKEN_ET_FAR;
    }
    /* Not below 0, and unsigned is the shorter division. */
    return (int64_t)((uint64_t)wall.unix_ms / 1000) + days * 86400;
}

static OL_AGENT_NOINLINE enum ol_onenet_token_error make_token(struct ol_agent *a,
                                                               struct ol_str *out)
{
    struct ol_agent_scratch *scratch = a->config->scratch;
    char *res = scratch->work.login.res;
    struct ol_writer w = ol_writer_make(res, sizeof scratch->work.login.res);

    /* The device's resource is right for the device's key and for the product's, §2.2. */
    if (ol_onenet_resource_device_encode(&w, a->config->product_id,
                                         a->config->device_name) != OL_OK) {
        return OL_ONENET_TOKEN_FIELD_EMPTY;
    }
    const struct ol_onenet_token token = {.version = OL_STR(OL_ONENET_VERSION_2018),
                                          .res = ol_str_make(res, w.len),
                                          .et = token_expiry(a),
                                          .method = a->config->method};
    w = ol_writer_make(scratch->work.login.token, sizeof scratch->work.login.token);
    enum ol_onenet_token_error error =
        ol_onenet_token_encode(&w, &token, a->config->key, &scratch->work.login.hmac);
    *out = ol_str_make(scratch->work.login.token, w.len);
    return error;
}

/* ---- Rejected ---- */

/* What may be behind it: docs/protocol.md §9, without what cannot be. */
static uint8_t list_hints(const struct ol_agent *a, enum ol_agent_hint *hints)
{
    bool is_token = a->config->key_kind == OL_AGENT_KEY_TOKEN;
    uint8_t n = 0;

    hints[n++] = OL_AGENT_HINT_NAME;
    hints[n++] = is_token ? OL_AGENT_HINT_TOKEN : OL_AGENT_HINT_KEY;
    if (is_token ||
        (ol_agent_get_wall(a).quality == OL_CLOCK_COARSE && !a->clock_doubted)) {
        hints[n++] = OL_AGENT_HINT_EXPIRED;
    }
    if (ol_agent_host_count(a) == 1 || a->rejected + 1 < ol_agent_host_count(a)) {
        hints[n++] = OL_AGENT_HINT_HOST;
    }
    hints[n++] = OL_AGENT_HINT_UNPUBLISHED;
    return n;
}

static void reject(struct ol_agent *a, uint8_t code, enum ol_onenet_token_error error)
{
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_REJECTED);

    ev->rejected.code = code;
    ev->rejected.error = error;
    if (error != OL_ONENET_TOKEN_OK) {
        return;
    }
    ev->rejected.host = ol_agent_host_get(a, a->config->scratch->work.text);
    ev->rejected.hint_count = list_hints(a, ev->rejected.hints);
}

void ol_agent_connect_rejected(struct ol_agent *a, uint8_t code)
{
    reject(a, code, OL_ONENET_TOKEN_OK);
    if (code == OL_MQTT_REFUSED_UNAVAILABLE) {
        ol_agent_fail(a, OL_AGENT_CAUSE_NO_LOGIN);
        return;
    }
    /* A time server may have been wrong, too: it is asked again. */
    if (a->config->key_kind != OL_AGENT_KEY_TOKEN && a->wall.quality != OL_CLOCK_SYNCED) {
        a->clock_doubted = true;
    }
    ol_agent_fail(a, OL_AGENT_CAUSE_REJECTED);
}

/* ---- CONNECT ---- */

static OL_AGENT_NOINLINE bool login(struct ol_agent *a)
{
    struct ol_str password = a->config->key;
    uint16_t keepalive_s = a->config->keepalive_s;

    if (a->config->key_kind != OL_AGENT_KEY_TOKEN) {
        enum ol_onenet_token_error error = make_token(a, &password);
        if (error != OL_ONENET_TOKEN_OK) {
            reject(a, 0, error);
            ol_agent_fail(a, OL_AGENT_CAUSE_REJECTED);
            return true;
        }
    }
    /* docs/protocol.md §1.3: exactly these flags. */
    const struct ol_mqtt_connect connect = {
        .flags = OL_MQTT_CONNECT_USER_NAME | OL_MQTT_CONNECT_PASSWORD |
                 OL_MQTT_CONNECT_CLEAN_SESSION,
        .keepalive_s = keepalive_s != 0 ? keepalive_s : OL_AGENT_KEEPALIVE_S,
        .client_id = a->config->device_name,
        .user_name = a->config->product_id,
        .password = password};
    int32_t rc = ol_mqtt_client_open(&a->mqtt, &connect, a->now);
    memset(a->config->scratch->work.login.token, 0,
           sizeof a->config->scratch->work.login.token);
    if (rc != OL_OK) {
        ol_agent_fail(a, OL_AGENT_CAUSE_LOCAL);
        return true;
    }
    a->login_at = ol_agent_after(a, OL_AGENT_LOGIN_SPACE_MS);
    a->stats.logins++;
    ol_agent_enter(a, OL_AGENT_LOGIN, OL_AGENT_CAUSE_NONE, 0);
    return true;
}

static OL_AGENT_NOINLINE bool open_stream(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    uint32_t limit_ms = a->config->connect_timeout_ms;
    char buf[OL_AGENT_HOST_MAX];
    struct ol_addr peer = a->addrs.addrs[a->addr];

    peer.port = a->config->port != 0 ? a->config->port : OL_AGENT_PORT;
    int32_t rc = stream->ops->open(
        stream->ctx, &peer, ol_agent_host_get(a, buf), a->now,
        ol_agent_after(a, limit_ms != 0 ? limit_ms : OL_AGENT_CONNECT_MS));
    if (rc == OL_E_AGAIN) {
        /* The last connection is still closing. */
        a->login_at = ol_agent_after(a, OL_AGENT_REOPEN_MS);
        return false;
    }
    if (rc != OL_OK) {
        ol_agent_fail(a, rc == OL_E_ARG ? OL_AGENT_CAUSE_NO_HOST : OL_AGENT_CAUSE_LOCAL);
        return true;
    }
    a->stream_opened = true;
    return true;
}

enum ol_agent_cause ol_agent_connect_cause(int32_t status)
{
    switch (status) {
    case OL_E_TIMEOUT:
        return OL_AGENT_CAUSE_TIMEOUT;
    case OL_E_AUTH:
        return OL_AGENT_CAUSE_TLS;
    default:
        return OL_AGENT_CAUSE_REFUSED;
    }
}

bool ol_agent_connect_run(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;

    if (a->now >= a->state_until) {
        ol_agent_fail(a, OL_AGENT_CAUSE_TIMEOUT);
        return true;
    }
    stream->ops->step(stream->ctx, a->now);
    if (!a->stream_opened) {
        return a->now >= a->login_at && open_stream(a);
    }
    int32_t status = stream->ops->state(stream->ctx);
    if (status == OL_E_AGAIN) {
        return false;
    }
    if (status == OL_OK) {
        return login(a);
    }
    ol_agent_fail(a, ol_agent_connect_cause(status));
    return true;
}
