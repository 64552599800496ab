/* SPDX-License-Identifier: MIT */
#include "platform/core/parts.h"

#include <string.h>

#include "onelink/onenet/onejson.h"
#include "platform/core/codes.h"
#include "platform/core/limits.h"
#include "platform/core/online.h"

/* Calls from applications to devices: docs/protocol.md §4.3, §8.3. */

/* One open or finished call. Its handle is its id on the wire. */
struct ol_call {
    struct ol_link link;
    struct ol_session *session; /* the connection it was sent on; NULL once it is over */
    void *user;
    int64_t device;
    ol_ms deadline;
    uint32_t handle;
    enum ol_onenet_topic_kind kind; /* PROPERTY_SET or PROPERTY_GET */
    enum ol_node_event_kind end;
    int32_t code;         /* the device's */
    struct ol_bytes text; /* id, msg, data of the answer, one behind the other */
    uint32_t id_len;
    uint32_t msg_len;
};

#define REQUEST_OVERHEAD 64 /* {"id":"4294967295","version":"1.0","params":} */
#define NAME_ECHO_MAX    96 /* bytes of an identifier in words for the application */

static struct ol_call *call_of(struct ol_link *link)
{
    return OL_LIST_ENTRY(link, struct ol_call, link);
}

static void call_free(struct ol_node *node, struct ol_call *call)
{
    ol_bytes_reset(&call->text, &node->mem);
    ol_mem_free(&node->mem, call, sizeof *call);
}

/* ---- refusals ---- */

static int32_t refuse(struct ol_call_start *out, int32_t code, struct ol_str msg,
                      int32_t status)
{
    out->code = code;
    out->msg_len = (uint16_t)(msg.len < OL_CALL_MSG_CAP ? msg.len : OL_CALL_MSG_CAP);
    memcpy(out->msg, msg.ptr, out->msg_len);
    return status;
}

static int32_t refuse_code(struct ol_call_start *out, int32_t code, int32_t status)
{
    return refuse(out, code, ol_code_find(code)->text, status);
}

/* "属性设置失败:identifier: relay, error: bool type error", §8.3. */
static int32_t refuse_member(struct ol_call_start *out, struct ol_str before,
                             const struct ol_onenet_refusal *r)
{
    if (r->identifier.len == 0 || r->identifier.len > NAME_ECHO_MAX) {
        return refuse_code(out, OL_CODE_API_PARAMETER, OL_E_ARG);
    }
    struct ol_writer w = ol_writer_make(out->msg, sizeof out->msg);
    ol_writer_str(&w, before);
    ol_writer_str(&w, OL_STR("identifier: "));
    ol_writer_str(&w, r->identifier);
    ol_writer_str(&w, OL_STR(", error: "));
    ol_writer_str(&w, r->text);
    out->code = OL_CODE_API_SET_FAILED;
    out->msg_len = (uint16_t)w.len;
    return OL_E_ARG;
}

/* ---- begin ---- */

static struct ol_onenet_refusal get_check(const struct ol_onenet_model *model,
                                          struct ol_str params)
{
    struct ol_onenet_params walk = ol_onenet_params_open(params);
    struct ol_onenet_item item;
    int32_t rc = OL_OK;
    int count = 0;
    while ((rc = ol_onenet_params_next_name(&walk, &item)) == OL_OK) {
        if (ol_onenet_property_find_token(model, &item.name) < 0) {
            return ol_onenet_refusal_make(OL_ONENET_CODE_NOT_EXIST, item.name.text);
        }
        count++;
    }
    return rc == OL_E_NOENT && count > 0
               ? ol_onenet_refusal_none()
               : ol_onenet_refusal_make(OL_ONENET_CODE_FORMAT, ol_str_make(NULL, 0));
}

static struct ol_call *call_make(struct ol_node *node, struct ol_session *s,
                                 enum ol_onenet_topic_kind kind, ol_ms now)
{
    if (node->call_count >= node->config.calls_max) {
        return NULL;
    }
    struct ol_call *call = ol_mem_get(&node->mem, sizeof *call);
    if (call == NULL) {
        return NULL;
    }
    memset(call, 0, sizeof *call);
    call->kind = kind;
    call->session = s;
    call->device = s->device;
    call->deadline = ol_ms_add(now, node->config.set_timeout_ms);
    call->handle = node->next_call++;
    if (node->next_call == 0) {
        node->next_call = 1;
    }
    return call;
}

/* Sends the request. A device without the subscription gets nothing and the call times
 * out. */
static bool write_call(struct ol_node *node, struct ol_session *s,
                       const struct ol_call *call, struct ol_str params, ol_ms now)
{
    size_t cap = params.len + REQUEST_OVERHEAD;
    uint8_t *text = ol_mem_get(&node->mem, cap);
    if (text == NULL) {
        return false;
    }
    struct ol_writer w = ol_writer_make(text, cap);
    int32_t rc = ol_onenet_request_encode(&w, call->handle, params);
    if (rc == OL_OK) {
        const struct ol_message m = {.kind = call->kind,
                                     .tail = call->kind == OL_ONENET_TOPIC_PROPERTY_SET
                                                 ? OL_STR("thing/property/set")
                                                 : OL_STR("thing/property/get"),
                                     .payload = ol_str_make(text, w.len)};
        (void)ol_node_send(node, s, &m, now);
    }
    ol_mem_free(&node->mem, text, cap);
    return rc == OL_OK && s->state == OL_SESSION_ONLINE;
}

static int32_t send_call(struct ol_node *node, struct ol_session *s,
                         enum ol_onenet_topic_kind kind, struct ol_str params, void *user,
                         ol_ms now, struct ol_call_start *out)
{
    /* More than the connection may have waiting would only cost it the connection. */
    size_t waiting = s->out.len - s->out_pos;
    bool fits = waiting + params.len + 1024 <= s->out_max;
    struct ol_call *call = fits ? call_make(node, s, kind, now) : NULL;
    if (call == NULL) {
        return refuse_code(out, OL_CODE_API_INTERNAL, OL_E_NOSPC);
    }
    if (!write_call(node, s, call, params, now)) {
        call_free(node, call);
        return refuse_code(out, OL_CODE_API_INTERNAL, OL_E_NOSPC);
    }
    call->user = user;
    ol_list_add(&node->calls, &call->link);
    node->call_count++;
    s->call_first = s->call_first == 0 ? call->handle : s->call_first;
    s->call_last = call->handle;
    s->call_count++;
    out->handle = call->handle;
    return OL_OK;
}

/* The session of a device that a call may go to, or NULL with *out filled. */
static struct ol_session *callee(struct ol_node *node, int64_t device,
                                 struct ol_call_start *out)
{
    memset(out, 0, sizeof *out);
    struct ol_session *s = ol_online_find(node, device);
    if (s == NULL) {
        (void)refuse_code(out, OL_CODE_API_NOT_ONLINE, OL_E_ARG);
        return NULL;
    }
    if (s->product->model == NULL) {
        (void)refuse_code(out, OL_CODE_API_NO_MODEL, OL_E_ARG);
        return NULL;
    }
    return s;
}

/* One property/set a second to a device, §1.7: "the excess set fails; the device never
 * sees it". */
static bool is_set_rate_fine(struct ol_node *node, struct ol_session *s, ol_ms now)
{
    ol_ms least_ms = ol_limit_rules(node->config.limit_table)->set_ms;
    bool fine = s->set_at_ms == 0 || now - s->set_at_ms >= least_ms;
    if (fine || node->config.limits == OL_LIMITS_OFF) {
        s->set_at_ms = now;
        return true;
    }
    ol_node_log_note(node, s, OL_MSGLOG_LIMIT, OL_CODE_NONE,
                     OL_STR("more than 1 property/set a second"), now);
    return node->config.limits == OL_LIMITS_WARN;
}

/* What a command and its answer may be long, §1.7. */
static bool is_length_fine(struct ol_node *node, const struct ol_session *s, size_t len,
                           uint32_t max, struct ol_str words, ol_ms now)
{
    if (max == 0 || len <= max || node->config.limits == OL_LIMITS_OFF) {
        return true;
    }
    ol_node_log_note(node, s, OL_MSGLOG_LIMIT, OL_CODE_NONE, words, now);
    return node->config.limits == OL_LIMITS_WARN;
}

static int32_t begin(struct ol_node *node, int64_t device, enum ol_onenet_topic_kind kind,
                     struct ol_str params, void *user, ol_ms now,
                     struct ol_call_start *out)
{
    bool is_set = kind == OL_ONENET_TOPIC_PROPERTY_SET;
    struct ol_session *s = callee(node, device, out);
    if (s == NULL) {
        return OL_E_ARG;
    }
    if (ol_json_check(params.ptr, params.len) != OL_OK) {
        return refuse_code(out, OL_CODE_API_PARAMETER, OL_E_ARG);
    }
    struct ol_onenet_refusal r = is_set ? ol_onenet_set_check(s->product->model, params)
                                        : get_check(s->product->model, params);
    if (r.code != OL_ONENET_CODE_OK) {
        return refuse_member(out, is_set ? ol_code_set_failed : ol_code_get_failed, &r);
    }
    if (!is_length_fine(node, s, params.len,
                        ol_limit_rules(node->config.limit_table)->call_max,
                        ol_code_call_length, now)) {
        return refuse(out, OL_CODE_API_SET_FAILED, ol_code_call_length, OL_E_ARG);
    }
    if (is_set && !is_set_rate_fine(node, s, now)) {
        return refuse(out, OL_CODE_API_SET_FAILED, ol_code_set_rate, OL_E_ARG);
    }
    return send_call(node, s, kind, params, user, now, out);
}

int32_t ol_node_set_begin(struct ol_node *node, int64_t device, struct ol_str params,
                          void *user, ol_ms now, struct ol_call_start *out)
{
    return begin(node, device, OL_ONENET_TOPIC_PROPERTY_SET, params, user, now, out);
}

int32_t ol_node_get_begin(struct ol_node *node, int64_t device, struct ol_str params,
                          void *user, ol_ms now, struct ol_call_start *out)
{
    return begin(node, device, OL_ONENET_TOPIC_PROPERTY_GET, params, user, now, out);
}

/* ---- end ---- */

static void call_end(struct ol_node *node, struct ol_call *call,
                     enum ol_node_event_kind end)
{
    ol_list_remove(&call->link);
    ol_list_add(&node->done, &call->link);
    call->session->call_count--;
    call->session = NULL;
    call->end = end;
}

void ol_node_call_cancel(struct ol_node *node, uint32_t handle)
{
    struct ol_link *lists[] = {&node->calls, &node->done};
    for (size_t i = 0; i < 2; i++) {
        for (struct ol_link *l = lists[i]->next; l != lists[i]; l = l->next) {
            struct ol_call *call = call_of(l);
            if (call->handle != handle) {
                continue;
            }
            if (call->session != NULL) {
                call->session->call_count--;
            }
            ol_list_remove(l);
            call_free(node, call);
            node->call_count--;
            return;
        }
    }
}

void ol_node_calls_offline(struct ol_node *node, struct ol_session *s)
{
    struct ol_link *l = node->calls.next;
    while (s->call_count > 0 && l != &node->calls) {
        struct ol_call *call = call_of(l);
        l = l->next;
        if (call->session == s) {
            call_end(node, call, OL_NODE_CALL_OFFLINE);
        }
    }
}

ol_ms ol_node_calls_deadline(const struct ol_node *node)
{
    return ol_list_is_empty(&node->calls) ? OL_NEVER
                                          : call_of(node->calls.next)->deadline;
}

void ol_node_calls_step(struct ol_node *node, ol_ms now)
{
    while (ol_node_calls_deadline(node) <= now) {
        call_end(node, call_of(node->calls.next), OL_NODE_CALL_TIMEOUT);
    }
}

void ol_node_calls_reset(struct ol_node *node)
{
    struct ol_link *lists[] = {&node->calls, &node->done};
    for (size_t i = 0; i < 2; i++) {
        while (!ol_list_is_empty(lists[i])) {
            struct ol_call *call = call_of(lists[i]->next);
            ol_list_remove(&call->link);
            call_free(node, call);
        }
    }
    if (node->told != NULL) {
        call_free(node, node->told);
    }
    node->told = NULL;
    node->call_count = 0;
}

/* ---- answers ---- */

static struct ol_call *find(const struct ol_node *node, const struct ol_session *s,
                            uint64_t id, enum ol_onenet_topic_kind answer)
{
    for (struct ol_link *l = node->calls.next; l != &node->calls; l = l->next) {
        struct ol_call *call = call_of(l);
        if (call->session == s && call->handle == id &&
            OL_ONENET_TOPIC_ANSWER(call->kind) == answer) {
            return call;
        }
    }
    return NULL;
}

/* Keeps what the event will point into. */
static bool keep_answer(struct ol_node *node, struct ol_call *call,
                        const struct ol_onenet_reply *reply)
{
    const struct ol_str parts[] = {reply->id.text, reply->msg.text, reply->data};
    for (size_t i = 0; i < 3; i++) {
        if (ol_bytes_add(&call->text, &node->mem, parts[i].ptr, parts[i].len,
                         OL_SESSION_PACKET_MAX) != OL_OK) {
            ol_bytes_reset(&call->text, &node->mem);
            return false;
        }
    }
    call->id_len = (uint32_t)reply->id.text.len;
    call->msg_len = (uint32_t)reply->msg.text.len;
    call->code = reply->code;
    return true;
}

void ol_node_call_reply(struct ol_node *node, struct ol_session *s,
                        const struct ol_mqtt_publish *publish,
                        enum ol_onenet_topic_kind kind, ol_ms now)
{
    struct ol_onenet_reply reply;
    uint64_t id = 0;
    if (!is_length_fine(node, s, publish->payload.len,
                        ol_limit_rules(node->config.limit_table)->answer_max,
                        OL_STR("an answer of more than 1 KB to a set or get"), now)) {
        return;
    }
    if (ol_onenet_reply_decode(publish->payload, &reply) != OL_OK || reply.id.numeric ||
        ol_onenet_id_decode(reply.id, &id) != OL_OK) {
        ol_node_log_publish(node, s, publish, OL_MSGLOG_DROPPED, OL_CODE_REPLY_INVALID,
                            ol_str_make(NULL, 0), now);
        return;
    }
    /* The id comes back as it was sent, §4.3: "01" answers no "1". */
    if (reply.id.text.ptr[0] == '0') {
        id = 0;
    }
    struct ol_call *call = find(node, s, id, kind);
    if (call == NULL) {
        bool late = id != 0 && id >= s->call_first && id <= s->call_last;
        ol_node_log_publish(node, s, publish, OL_MSGLOG_DROPPED,
                            late ? OL_CODE_REPLY_LATE : OL_CODE_REPLY_UNKNOWN,
                            ol_str_make(NULL, 0), now);
        return;
    }
    ol_node_log_publish(node, s, publish, OL_MSGLOG_ACCEPTED, reply.code,
                        ol_str_make(NULL, 0), now);
    if (keep_answer(node, call, &reply)) {
        call_end(node, call, OL_NODE_CALL_DONE);
    }
}

/* ---- events ---- */

static void event_fill(const struct ol_call *call, struct ol_node_event *ev)
{
    *ev = (struct ol_node_event){.kind = call->end,
                                 .handle = call->handle,
                                 .user = call->user,
                                 .device = call->device};
    if (call->end == OL_NODE_CALL_TIMEOUT) {
        ev->api_code = OL_CODE_API_SET_FAILED;
        ev->api_msg = ol_code_no_answer;
        return;
    }
    if (call->end == OL_NODE_CALL_OFFLINE) {
        ev->api_code = OL_CODE_API_NOT_ONLINE;
        ev->api_msg = ol_code_find(OL_CODE_API_NOT_ONLINE)->text;
        return;
    }
    const uint8_t *p = call->text.data;
    uint32_t at = call->id_len + call->msg_len;
    ev->api_msg = OL_STR("succ");
    ev->code = call->code;
    ev->id = ol_str_make(p, call->id_len);
    ev->msg = ol_str_make(p + call->id_len, call->msg_len);
    ev->data = ol_str_make(p + at, call->text.len - at);
}

bool ol_node_next_event(struct ol_node *node, struct ol_node_event *ev)
{
    if (node->told != NULL) {
        call_free(node, node->told);
        node->told = NULL;
    }
    if (ol_list_is_empty(&node->done)) {
        return false;
    }
    struct ol_call *call = call_of(node->done.next);
    ol_list_remove(&call->link);
    node->call_count--;
    node->told = call;
    event_fill(call, ev);
    return true;
}
