/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include <string.h>

#include "onelink/onenet/name.h"
#include "onelink/onenet/token.h"
#include "platform/core/codes.h"
#include "platform/core/limits.h"
#include "platform/core/online.h"
#include "platform/core/pending.h"

/* Login by token: docs/protocol.md §2.2, §4.13, §10.2. */

/* Who wants to log in, and what became of it. */
struct login {
    struct ol_str pid;
    struct ol_str name;
    const struct ol_store_product *product;
    struct ol_store_device device;
    enum ol_onenet_token_error error;
    int32_t code; /* of the device log */
};

#define CONNACK_LEN 4
#define TOKEN_MAX   1024
#define FROM_CAP    (OL_NODE_PEER_CAP + 8)

/* The resource must name this product, and this device or none. */
static bool is_for(const struct ol_onenet_resource *res, const struct login *l)
{
    if (res->kind == OL_ONENET_RESOURCE_DEVICE) {
        return ol_str_equal(res->pid, l->pid) && ol_str_equal(res->device, l->name);
    }
    return res->kind == OL_ONENET_RESOURCE_PRODUCT && ol_str_equal(res->pid, l->pid);
}

static enum ol_onenet_token_error find(const struct ol_node *node, struct login *l)
{
    const struct ol_store *store = &node->config.store;
    l->product = store->ops->find_product(store->ctx, l->pid);
    if (l->product == NULL) {
        return OL_ONENET_TOKEN_NO_DEVICE;
    }
    int32_t rc = store->ops->find_device(store->ctx, l->product, l->name, &l->device);
    if (rc == OL_OK) {
        return OL_ONENET_TOKEN_OK;
    }
    l->code = rc == OL_E_NOENT ? OL_CODE_LOGIN_NO_DEVICE : OL_CODE_LOGIN_INTERNAL;
    return OL_ONENET_TOKEN_NO_DEVICE;
}

static enum ol_onenet_token_error verify_with(const struct ol_onenet_token_parts *parts,
                                              struct ol_str key,
                                              struct ol_onenet_token_scratch *scratch)
{
    if (key.len == 0) {
        return OL_ONENET_TOKEN_NO_KEY;
    }
    return ol_onenet_token_verify(parts, key, scratch);
}

/* A device resource goes with the device key or the product's, a product resource with
 * the product's alone (§2.2). */
static enum ol_onenet_token_error verify(const struct ol_onenet_token_parts *parts,
                                         bool device_res, const struct login *l)
{
    struct ol_onenet_token_scratch scratch;
    enum ol_onenet_token_error error = OL_ONENET_TOKEN_NO_KEY;
    if (device_res) {
        error = verify_with(parts, l->device.sec_key, &scratch);
    }
    if (error != OL_ONENET_TOKEN_OK) {
        enum ol_onenet_token_error product =
            verify_with(parts, l->product->access_key, &scratch);
        error = product == OL_ONENET_TOKEN_OK || !device_res ? product : error;
    }
    return error;
}

static enum ol_onenet_token_error authenticate(const struct ol_node *node,
                                               struct login *l, struct ol_str password,
                                               ol_ms now)
{
    char text[TOKEN_MAX];
    struct ol_onenet_token_parts parts;
    if (!ol_onenet_pid_is_valid(l->pid) || !ol_onenet_device_is_valid(l->name)) {
        return OL_ONENET_TOKEN_ARGUMENT;
    }
    enum ol_onenet_token_error error =
        ol_onenet_token_decode(password, text, sizeof text, &parts);
    if (error != OL_ONENET_TOKEN_OK) {
        return error;
    }
    error = ol_onenet_token_check(&parts, ol_node_wall(node, now) / 1000);
    if (error != OL_ONENET_TOKEN_OK) {
        return error;
    }
    struct ol_onenet_resource res = ol_onenet_resource_decode(parts.res);
    if (!is_for(&res, l)) {
        return OL_ONENET_TOKEN_MISMATCH;
    }
    error = find(node, l);
    if (error != OL_ONENET_TOKEN_OK) {
        return error;
    }
    return verify(&parts, res.kind == OL_ONENET_RESOURCE_DEVICE, l);
}

static bool write_connack(struct ol_node *node, struct ol_session *s, uint8_t code,
                          ol_ms now)
{
    struct ol_writer w;
    if (!ol_node_write(node, s, CONNACK_LEN, &w, now) ||
        ol_mqtt_connack_encode(&w, false, code) != OL_OK) {
        return false;
    }
    ol_node_sent(node, s, &w, now);
    return true;
}

static void log_login(struct ol_node *node, const struct ol_session *s,
                      const struct login *l, const struct ol_session_packet *p, ol_ms now)
{
    bool fine = l->error == OL_ONENET_TOKEN_OK;
    struct ol_msglog line = {
        .product_id = l->pid,
        .device_name = l->name,
        .direction = OL_MSGLOG_UP,
        .verdict = fine ? OL_MSGLOG_ACCEPTED : OL_MSGLOG_REFUSED,
        .packet = OL_MQTT_CONNECT,
        .length = (uint32_t)p->raw.len,
        .code = l->code,
        .reason = ol_str_from(fine ? "" : ol_onenet_token_error_str(l->error))};
    ol_node_log(node, s, &line, now);
}

static void refuse(struct ol_node *node, struct ol_session *s, ol_ms now)
{
    node->stats.logins_refused++;
    (void)write_connack(node, s, OL_MQTT_REFUSED_CREDENTIALS, now);
    ol_node_drop(node, s, OL_REASON_LOGIN_REFUSED, true, now);
}

static void set_identity(struct ol_session *s, const struct login *l, uint16_t keep_alive)
{
    struct ol_writer w = ol_writer_make(s->prefix, sizeof s->prefix);
    ol_writer_str(&w, OL_STR("$sys/"));
    ol_writer_str(&w, l->pid);
    ol_writer_u8(&w, '/');
    ol_writer_str(&w, l->name);
    ol_writer_u8(&w, '/');
    s->prefix_len = (uint8_t)w.len;
    s->product_len = (uint8_t)l->pid.len;
    s->product = l->product;
    s->device = l->device.id;
    s->keep_alive_s = keep_alive;
}

static struct ol_str came_from(const struct ol_node *node, const struct ol_session *s,
                               char text[FROM_CAP])
{
    char peer[OL_NODE_PEER_CAP];
    struct ol_writer w = ol_writer_make(text, FROM_CAP);
    struct ol_str from = ol_node_peer(node, s, peer);
    if (from.len > 0) {
        ol_writer_str(&w, OL_STR("from "));
        ol_writer_str(&w, from);
    }
    return ol_str_make(text, w.len);
}

static bool put_online(struct ol_node *node, const struct ol_session *s, ol_ms now)
{
    char text[FROM_CAP];
    const struct ol_store_presence presence = {.device = s->device,
                                               .product = s->product,
                                               .state = OL_PRESENCE_ONLINE,
                                               .time_ms = ol_node_wall(node, now),
                                               .last_seen_ms = ol_node_wall(node, now),
                                               .reason = came_from(node, s, text)};
    node->dirty = true;
    return node->config.store.ops->put_presence(node->config.store.ctx, &presence) ==
           OL_OK;
}

/* What becomes of too many logins in 5 s: with limits of the suite a ban, which ends the
 * older session too; with those of Studio it is not documented, and here the connection
 * is closed and the older session stays. */
static enum ol_reason exceed_rate(struct ol_node *node, const struct login *l, ol_ms now)
{
    const struct ol_limit_rules *rules = ol_limit_rules(node->config.limit_table);
    if (node->config.limits == OL_LIMITS_WARN) {
        return OL_REASON_NONE;
    }
    if (rules->logins.excess != OL_EXCESS_BAN) {
        return OL_REASON_LOGIN_RATE;
    }
    struct ol_session *twin = ol_online_find(node, l->device.id);
    ol_limit_ban(node->logins, l->device.id, now);
    if (twin != NULL) {
        ol_node_drop(node, twin, OL_REASON_BANNED, true, now);
    }
    return OL_REASON_BANNED;
}

/* OL_REASON_NONE, or why the login comes to nothing. */
static enum ol_reason rate_reason(struct ol_node *node, const struct ol_session *s,
                                  const struct login *l, ol_ms now)
{
    const struct ol_limit_rules *rules = ol_limit_rules(node->config.limit_table);
    if (node->config.limits == OL_LIMITS_OFF) {
        return OL_REASON_NONE;
    }
    if (ol_limit_is_banned(node->logins, l->device.id, now)) {
        return OL_REASON_BANNED;
    }
    bool served = node->config.limits == OL_LIMITS_WARN;
    if (ol_limit_login(rules, node->logins, l->device.id, served, now)) {
        return OL_REASON_NONE;
    }
    struct ol_msglog line = {.device = l->device.id,
                             .product_id = l->pid,
                             .device_name = l->name,
                             .direction = OL_MSGLOG_NODE,
                             .verdict = OL_MSGLOG_LIMIT,
                             .reason = ol_str_from(rules->logins.words)};
    ol_node_log(node, s, &line, now);
    return exceed_rate(node, l, now);
}

/* Only here is the client known: the older session of the device goes now (§1.4). */
static void accept(struct ol_node *node, struct ol_session *s, const struct login *l,
                   const struct ol_session_packet *p, ol_ms now)
{
    struct ol_session *twin = ol_online_find(node, l->device.id);
    if (twin != NULL) {
        node->newcomer = s;
        ol_node_drop(node, twin, OL_REASON_TWIN, false, now);
        node->newcomer = NULL;
    }
    set_identity(s, l, p->connect.keepalive_s);
    log_login(node, s, l, p, now);
    ol_node_hold(node, s);
    if (!write_connack(node, s, OL_MQTT_ACCEPTED, now)) {
        return;
    }
    s->state = OL_SESSION_ONLINE;
    ol_pending_remove(node, s);
    ol_online_add(node, s);
    node->stats.logins++;
    if (!put_online(node, s, now)) {
        ol_node_drop(node, s, OL_REASON_STORE, false, now);
    }
}

void ol_node_login(struct ol_node *node, struct ol_session *s,
                   const struct ol_session_packet *p, ol_ms now)
{
    struct login l = {.pid = p->connect.user_name,
                      .name = ol_onenet_client_device(p->connect.client_id)};
    l.error = authenticate(node, &l, p->connect.password, now);
    if (l.error != OL_ONENET_TOKEN_OK && l.code == 0) {
        l.code = ol_onenet_token_error_log_code(l.error);
    }
    if (l.error == OL_ONENET_TOKEN_OK) {
        enum ol_reason reason = rate_reason(node, s, &l, now);
        if (reason != OL_REASON_NONE) {
            ol_node_log_packet(node, s, OL_MSGLOG_CLOSED,
                               ol_str_from(ol_reason_str((uint8_t)reason)), now);
            ol_node_drop(node, s, reason, true, now);
            return;
        }
    }
    if (l.error != OL_ONENET_TOKEN_OK) {
        log_login(node, s, &l, p, now);
        refuse(node, s, now);
        return;
    }
    accept(node, s, &l, p, now);
}
