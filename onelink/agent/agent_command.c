/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

#include <string.h>

#include "onelink/base/utf8.h"

/* Commands: every one that can be answered is answered, and in time (docs/protocol.md §4.3).
 * The values of a set wait in the queue until it is settled. */

#define CODE_FAILED 400 /* a failure of the device has a code of its choice, §4.3 */

/* ---- Answers ---- */

static int32_t write_answer(struct ol_agent *a, enum ol_onenet_topic_kind kind,
                            const struct ol_onenet_id *id, int32_t code,
                            struct ol_str msg)
{
    struct ol_writer w;
    int32_t rc = ol_agent_publish_begin(a, kind, 0, OL_AGENT_ANSWER_LEN, &w);

    if (rc == OL_OK) {
        rc = ol_onenet_reply_encode(&w, *id, code, msg, OL_STR(""));
    }
    if (rc == OL_OK) {
        return ol_mqtt_client_publish_commit(&a->mqtt, w.len) < 0 ? OL_E_NOSPC : OL_OK;
    }
    ol_mqtt_client_publish_cancel(&a->mqtt);
    return rc;
}

/* The first one in that state, or NULL. */
static OL_AGENT_NOINLINE struct ol_agent_command *find(struct ol_agent *a, uint8_t state)
{
    for (uint8_t i = 0; i < OL_AGENT_COMMANDS_MAX; i++) {
        struct ol_agent_command *c = &a->commands[i];
        c->index = i;
        if (c->state == state) {
            return c;
        }
    }
    return NULL;
}

/* Notes a command; its id is at most 13 characters, or it is not one. */
static struct ol_agent_command *open_command(struct ol_agent *a,
                                             const struct ol_onenet_id *id)
{
    struct ol_agent_command *c = find(a, OL_AGENT_COMMAND_FREE);

    if (c == NULL || id->text.len > sizeof c->id) {
        return NULL;
    }
    memcpy(c->id, id->text.ptr, id->text.len);
    c->id_len = (uint8_t)id->text.len;
    c->id_numeric = id->numeric;
    c->state = OL_AGENT_COMMAND_OPEN;
    c->deadline = ol_agent_after(a, OL_AGENT_ANSWER_MS);
    if (++a->next_handle == 0) {
        a->next_handle = 1;
    }
    c->handle = a->next_handle;
    return c;
}

/* Bytes that a character takes in JSON, len without an escape (RFC 8259 section 7). */
static size_t escaped_len(char first, size_t len)
{
    if ((uint8_t)first < 0x20) {
        return sizeof "\\u0000" - 1;
    }
    return first == '"' || first == '\\' ? 2 : len;
}

/* How much of s is UTF-8 and takes cap bytes of JSON at most. */
static size_t cut(struct ol_str s, size_t cap)
{
    size_t n = 0;

    while (n < s.len) {
        int32_t len = ol_utf8_len(s.ptr + n, s.len - n);
        size_t takes = len > 0 ? escaped_len(s.ptr[n], (size_t)len) : SIZE_MAX;
        if (takes > cap) {
            break;
        }
        cap -= takes;
        n += (size_t)len;
    }
    return n;
}

static void send_answer(struct ol_agent *a, struct ol_agent_command *c)
{
    struct ol_onenet_id id = {.text = ol_str_make(c->id, c->id_len),
                              .numeric = c->id_numeric};
    int32_t rc = write_answer(a, OL_ONENET_TOPIC_PROPERTY_SET_REPLY, &id, c->code,
                              ol_str_make(c->msg, c->msg_len));

    if (rc == OL_E_NOSPC) {
        return; /* room comes; ol_agent_command_run tries again */
    }
    if (rc != OL_OK) {
        a->stats.unanswered++;
    }
    c->state = OL_AGENT_COMMAND_FREE;
}

/* ---- The values of a set ---- */

/* Lets go of the values of a command: they become samples, or nothing. */
static void release_values(struct ol_agent *a, const struct ol_agent_command *c,
                           bool obeyed)
{
    uint8_t index = c->index;
    struct ol_queue_record r;
    uint32_t at = 0;

    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.state != OL_QUEUE_HELD || r.post != index) {
            continue;
        }
        uint8_t flags = a->config->slots[r.property].flags;
        r.state = OL_QUEUE_DEAD;
        if (obeyed && (flags & OL_AGENT_SLOT_ASIDE) != 0) {
            a->stats.refused_aside++;
        } else if (obeyed && (flags & OL_AGENT_SLOT_POLICY) != OL_AGENT_OWN_REPORT) {
            r.state = OL_QUEUE_WAITING;
            r.live = 1;
            ol_agent_sample_stamp(a, &r, 0);
            a->stats.accepted++;
        }
        ol_queue_set(&a->queue, at, &r);
    }
    ol_queue_compact(&a->queue);
}

/* Settles a command: answers it, and its values with it. */
static void answer(struct ol_agent *a, struct ol_agent_command *c, int32_t code,
                   struct ol_str msg)
{
    c->state = OL_AGENT_COMMAND_ANSWERED;
    c->code = code;
    c->msg_len = (uint8_t)cut(msg, sizeof c->msg);
    memcpy(c->msg, msg.ptr, c->msg_len);
    send_answer(a, c);
    release_values(a, c, code == OL_ONENET_CODE_OK);
}

/* Puts the values of the set aside for now. *kept tells that the agent may obey by itself. */
static OL_AGENT_NOINLINE int32_t hold_values(struct ol_agent *a,
                                             const struct ol_agent_command *c,
                                             const struct ol_onenet_params *params,
                                             bool *kept)
{
    struct ol_onenet_params rest = *params;
    struct ol_onenet_set_item item;

    *kept = true;
    while (ol_onenet_device_set_next(&a->device, &rest, &item)) {
        struct ol_queue_record record = {.property = (uint16_t)item.field,
                                         .state = OL_QUEUE_HELD,
                                         .time_kind = OL_QUEUE_TIME_NONE,
                                         .post = c->index};
        uint8_t flags = a->config->slots[record.property].flags;
        *kept = *kept && (flags & OL_AGENT_SLOT_POLICY) == OL_AGENT_KEEP;
        int32_t rc = ol_agent_sample_append(a, &record, &item.value);
        if (rc != OL_OK) {
            return rc;
        }
    }
    return OL_OK;
}

/* ---- property/set ---- */

static void refuse_set(struct ol_agent *a, const struct ol_onenet_id *id,
                       const struct ol_onenet_refusal *refusal)
{
    struct ol_writer w;
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_SET_BAD);

    ev->bad.code = refusal->code;
    ev->bad.text = refusal->text;
    ev->bad.identifier = refusal->identifier;
    size_t size = OL_AGENT_ANSWER_LEN + refusal->identifier.len;
    int32_t rc =
        ol_agent_publish_begin(a, OL_ONENET_TOPIC_PROPERTY_SET_REPLY, 0, size, &w);
    if (rc == OL_OK) {
        rc = ol_onenet_reply_encode_refusal(&w, *id, refusal);
    }
    if (rc == OL_OK) {
        rc = ol_mqtt_client_publish_commit(&a->mqtt, w.len);
    }
    if (rc < 0) {
        ol_mqtt_client_publish_cancel(&a->mqtt);
        struct ol_agent_command *c = open_command(a, id);
        if (c == NULL) {
            a->stats.unanswered++;
            return;
        }
        answer(a, c, refusal->code, refusal->text);
    }
}

static OL_AGENT_NOINLINE void on_set(struct ol_agent *a,
                                     const struct ol_onenet_device_event *in)
{
    bool kept;
    struct ol_onenet_refusal refusal = {.code = CODE_FAILED, .text = OL_STR("busy")};

    if (in->refusal.code != OL_ONENET_CODE_OK) {
        refuse_set(a, &in->id, &in->refusal);
        return;
    }
    struct ol_onenet_params params = ol_onenet_params_open(in->params);
    struct ol_agent_command *c = open_command(a, &in->id);
    if (c != NULL && hold_values(a, c, &params, &kept) != OL_OK) {
        release_values(a, c, false);
        c->state = OL_AGENT_COMMAND_FREE;
        c = NULL;
        refusal.text = OL_STR("no room");
    }
    if (c == NULL) {
        refuse_set(a, &in->id, &refusal);
        return;
    }
    a->stats.commands++;
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_SET);
    ev->set.handle = kept ? 0 : c->handle;
    ev->set.params = params;
    ev->set.id = in->id;
    if (kept) {
        answer(a, c, OL_ONENET_CODE_OK, OL_STR("success"));
    }
}

int32_t ol_agent_set_reply(struct ol_agent *a, uint8_t handle, int32_t code,
                           struct ol_str msg)
{
    for (size_t i = 0; i < OL_AGENT_COMMANDS_MAX; i++) {
        struct ol_agent_command *c = &a->commands[i];
        if (c->state != OL_AGENT_COMMAND_OPEN || c->handle != handle) {
            continue;
        }
        if (msg.len == 0) {
            msg = code == OL_ONENET_CODE_OK ? OL_STR("success") : OL_STR("failed");
        }
        answer(a, c, code, msg);
        return OL_OK;
    }
    return OL_E_NOENT;
}

bool ol_agent_set_next(const struct ol_agent *a, struct ol_onenet_params *params,
                       struct ol_onenet_set_item *item)
{
    return ol_onenet_device_set_next(&a->device, params, item);
}

/* ---- property/get ---- */

/* Bytes of the answer at most. */
static OL_AGENT_NOINLINE size_t get_size(const struct ol_agent *a,
                                         struct ol_onenet_params params)
{
    struct ol_onenet_set_item item;
    size_t size = OL_AGENT_BODY_LEN + 32;

    while (ol_onenet_device_get_next(&a->device, &params, &item)) {
        uint32_t at = a->config->slots[item.field].newest;
        if (at != UINT32_MAX) {
            size += a->config->model->fields[item.field].identifier.len + 4 +
                    ol_queue_value(&a->queue, at).len;
        }
    }
    return size;
}

static OL_AGENT_NOINLINE int32_t write_values(const struct ol_agent *a,
                                              struct ol_writer *w, struct ol_onenet_id id,
                                              struct ol_onenet_params params,
                                              uint16_t *count)
{
    struct ol_onenet_post reply;
    struct ol_onenet_set_item item;
    int32_t rc = ol_onenet_reply_begin(&reply, w, id);

    while (rc == OL_OK && ol_onenet_device_get_next(&a->device, &params, &item)) {
        uint32_t at = a->config->slots[item.field].newest;
        if (at == UINT32_MAX) {
            continue; /* never sampled: left out */
        }
        struct ol_onenet_value value;
        ol_onenet_value_set_json(&value, ol_queue_value(&a->queue, at));
        rc = ol_onenet_post_add_bare(
            &reply, a->config->model->fields[item.field].identifier, &value);
        (*count)++;
    }
    return rc == OL_OK ? ol_onenet_reply_end(&reply) : rc;
}

/* The answer to a get does not wait anywhere: answers to those that came in front of it make
 * room for it, when the stream takes them. */
static int32_t begin_now(struct ol_agent *a, size_t size, struct ol_writer *w)
{
    int32_t rc;

    do {
        rc = ol_agent_publish_begin(a, OL_ONENET_TOPIC_PROPERTY_GET_REPLY, 0, size, w);
    } while (rc == OL_E_NOSPC && ol_agent_flush(a));
    return rc;
}

static OL_AGENT_NOINLINE void on_get(struct ol_agent *a,
                                     const struct ol_onenet_device_event *in)
{
    struct ol_onenet_params params = ol_onenet_params_open(in->params);
    struct ol_writer w;
    uint16_t count = 0;
    struct ol_str text = in->refusal.text;
    int32_t code = in->refusal.code;

    if (code == OL_ONENET_CODE_OK) {
        ol_agent_post_find_newest(a);
        int32_t rc = begin_now(a, get_size(a, params), &w);
        if (rc == OL_OK) {
            rc = write_values(a, &w, in->id, params, &count);
        }
        if (rc == OL_OK && ol_mqtt_client_publish_commit(&a->mqtt, w.len) >= 0) {
            struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_GET);
            ev->get.count = count;
            return;
        }
        ol_mqtt_client_publish_cancel(&a->mqtt);
        code = CODE_FAILED;
        text = OL_STR("no room");
    }
    if (write_answer(a, OL_ONENET_TOPIC_PROPERTY_GET_REPLY, &in->id, code, text) !=
        OL_OK) {
        a->stats.unanswered++;
    }
}

/* ---- The rest ---- */

void ol_agent_command_input(struct ol_agent *a, const struct ol_onenet_device_event *in)
{
    if (in->kind == OL_ONENET_DEVICE_SET) {
        on_set(a, in);
    } else {
        on_get(a, in);
    }
}

bool ol_agent_command_run(struct ol_agent *a)
{
    for (size_t i = 0; i < OL_AGENT_COMMANDS_MAX; i++) {
        struct ol_agent_command *c = &a->commands[i];
        if (c->state == OL_AGENT_COMMAND_OPEN && a->now >= c->deadline) {
            struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_SET_LATE);
            ev->late.handle = c->handle;
            a->stats.late++;
            answer(a, c, CODE_FAILED, OL_STR("busy"));
            return true;
        }
        if (c->state == OL_AGENT_COMMAND_ANSWERED && !a->tx_full) {
            send_answer(a, c);
            return c->state == OL_AGENT_COMMAND_FREE;
        }
    }
    return false;
}

ol_ms ol_agent_command_deadline(const struct ol_agent *a)
{
    ol_ms at = OL_NEVER;

    for (size_t i = 0; i < OL_AGENT_COMMANDS_MAX; i++) {
        if (a->commands[i].state == OL_AGENT_COMMAND_OPEN) {
            at = ol_ms_min(at, a->commands[i].deadline);
        }
    }
    return at;
}

void ol_agent_command_reset(struct ol_agent *a)
{
    for (size_t i = 0; i < OL_AGENT_COMMANDS_MAX; i++) {
        struct ol_agent_command *c = &a->commands[i];
        if (c->state == OL_AGENT_COMMAND_OPEN) {
            release_values(a, c, false);
        }
        c->state = OL_AGENT_COMMAND_FREE;
    }
}
