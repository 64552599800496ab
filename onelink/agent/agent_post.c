/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

/* Posts are not kept as bytes: a post is the set of records that bear its number, in the
 * order of the queue, so that it can be written again, the same body with the same id, as
 * often as needed. */

uint32_t ol_agent_post_member_len(const struct ol_agent *a,
                                  const struct ol_queue_record *record)
{
    const struct ol_onenet_field *field = &a->config->model->fields[record->property];

    return (uint32_t)field->identifier.len + record->value_len + OL_AGENT_MEMBER_LEN;
}

/* ol_agent_post.blamed beside the number of a property. */
#define BLAMED_NOBODY (-1) /* by a refusal of the whole */
#define NOT_REFUSED   (-2)
#define BELIEVED      3 /* refusals running about the same */
#define REFUSALS_MAX  6 /* who blames another property each time is believed then */

static OL_AGENT_NOINLINE struct ol_agent_post *find_post(struct ol_agent *a, uint64_t id)
{
    for (size_t i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        if (a->posts[i].id == id && id != 0) {
            return &a->posts[i];
        }
    }
    return NULL;
}

static bool is_in_post(const struct ol_queue_record *r, uint8_t index)
{
    return r->state == OL_QUEUE_POSTED && r->post == index;
}

/* ---- Choosing what goes into a post ---- */

static void clear_chosen(struct ol_agent *a)
{
    for (size_t i = 0; i < a->config->model->property_count; i++) {
        a->config->slots[i].flags &= (uint8_t)~OL_AGENT_SLOT_CHOSEN;
    }
}

/* Puts into the post what is in `state` and `live` or not: the oldest sample of each property
 * that has none in it yet, `limit` at most. */
static void choose(struct ol_agent *a, struct ol_agent_post *post,
                   enum ol_queue_state state, bool live, uint16_t limit)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    for (uint32_t pos = 0; post->count < limit && ol_queue_next(&a->queue, &pos, &r);
         at = pos) {
        struct ol_agent_slot *slot = &a->config->slots[r.property];
        if (r.state != state || (r.live != 0) != live ||
            (slot->flags & OL_AGENT_SLOT_CHOSEN) != 0) {
            continue;
        }
        /* Chosen also when it does not fit: a younger one must not overtake it. */
        slot->flags |= OL_AGENT_SLOT_CHOSEN;
        uint32_t len = ol_agent_post_member_len(a, &r);
        if (post->size + len > a->post_cap) {
            continue;
        }
        r.state = OL_QUEUE_POSTED;
        r.post = post->index;
        if (r.time_kind == OL_QUEUE_TIME_MONO) {
            /* Still no date. The body must not change from now on. */
            r.time_kind = OL_QUEUE_TIME_NONE;
        }
        ol_queue_set(&a->queue, at, &r);
        post->size += len;
        post->count++;
    }
}

static bool fill(struct ol_agent *a, struct ol_agent_post *post)
{
    bool suspects = a->queue.count[OL_QUEUE_SUSPECT] > 0;
    enum ol_queue_state state = suspects ? OL_QUEUE_SUSPECT : OL_QUEUE_WAITING;
    uint16_t limit = suspects ? a->suspects : a->config->model->property_count;

    *post = (struct ol_agent_post){.index = post->index,
                                   .size = OL_AGENT_BODY_LEN,
                                   .blamed = suspects ? BLAMED_NOBODY : NOT_REFUSED,
                                   .alike = suspects ? BELIEVED : 0};
    clear_chosen(a);
    choose(a, post, state, true, limit);
    choose(a, post, state, false, limit);
    if (post->count == 0) {
        return false;
    }
    post->id = ol_onenet_device_id_next(&a->device);
    return true;
}

/* ---- Sending ---- */

static int32_t write_body(const struct ol_agent *a, const struct ol_agent_post *post,
                          struct ol_writer *w)
{
    struct ol_onenet_post body;
    struct ol_queue_record r;
    uint32_t at = 0;
    int32_t rc = ol_onenet_post_begin(&body, w, post->id);

    for (uint32_t pos = 0; rc == OL_OK && ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (!is_in_post(&r, post->index)) {
            continue;
        }
        struct ol_onenet_value value;
        ol_onenet_value_set_json(&value, ol_queue_value(&a->queue, at));
        int64_t time_ms = r.time_kind == OL_QUEUE_TIME_UNIX ? r.time_ms : 0;
        rc = ol_onenet_post_add(&body, a->config->model->fields[r.property].identifier,
                                &value, time_ms);
    }
    return rc == OL_OK ? ol_onenet_post_end(&body) : rc;
}

/* The last len bytes that wait to be sent: the commit moves a body behind what waits before. */
static struct ol_str last_output(struct ol_agent *a, size_t len)
{
    size_t waiting = 0;
    const uint8_t *out = ol_mqtt_client_output(&a->mqtt, &waiting);

    return ol_str_make(out + waiting - len, len);
}

/* true: it is on its way. */
static bool send(struct ol_agent *a, struct ol_agent_post *post)
{
    struct ol_writer w;
    int32_t rc = ol_agent_publish_begin(a, OL_ONENET_TOPIC_PROPERTY_POST, 1,
                                        post->size + OL_AGENT_REPLY_ROOM, &w);

    if (rc == OL_E_NOSPC) {
        return false;
    }
    if (rc == OL_OK) {
        rc = write_body(a, post, &w);
    }
    if (rc == OL_OK) {
        rc = ol_mqtt_client_publish_commit(&a->mqtt, w.len);
    }
    if (rc > 0) {
        ol_onenet_device_forget(&a->device, post->id);
        rc = ol_onenet_device_expect(&a->device, OL_ONENET_TOPIC_PROPERTY_POST, post->id,
                                     a->now);
    }
    if (rc < 0) {
        ol_mqtt_client_publish_cancel(&a->mqtt);
        ol_agent_fail(a, OL_AGENT_CAUSE_LOCAL);
        return true;
    }
    a->post_at = ol_agent_after(a, OL_AGENT_POST_SPACE_MS);
    a->stats.posts++;
    a->stats.reposts += post->again ? 1 : 0;

    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_POSTED);
    ev->posted.id = post->id;
    ev->posted.body = last_output(a, w.len);
    ev->posted.count = post->count;
    ev->posted.again = post->again;
    post->sent = true;
    post->again = true;
    return true;
}

/* The next post to send: one that must go out again, else a new one. */
static OL_AGENT_NOINLINE struct ol_agent_post *next_post(struct ol_agent *a)
{
    struct ol_agent_post *next = NULL;
    struct ol_agent_post *unused = NULL;

    for (uint8_t i = 0; i < a->post_max; i++) {
        struct ol_agent_post *post = &a->posts[i];
        post->index = i;
        if (post->id == 0) {
            unused = post;
        } else if (!post->sent && (next == NULL || post->id < next->id)) {
            next = post;
        }
    }
    if (next != NULL || unused == NULL) {
        return next;
    }
    return fill(a, unused) ? unused : NULL;
}

static bool has_new(const struct ol_agent *a)
{
    return a->queue.count[OL_QUEUE_WAITING] + a->queue.count[OL_QUEUE_SUSPECT] > 0;
}

/* Something could be sent, but for the time and the room. */
static bool has_work(const struct ol_agent *a)
{
    for (size_t i = 0; i < a->post_max; i++) {
        if (a->posts[i].id == 0 ? has_new(a) : !a->posts[i].sent) {
            return true;
        }
    }
    return false;
}

/* ---- Properties set aside ---- */

/* Drops what waits of the property. Returns how many samples. */
static uint32_t set_aside(struct ol_agent *a, uint16_t property, uint8_t index)
{
    struct ol_queue_record r;
    uint32_t dropped = 0;
    uint32_t at = 0;

    a->config->slots[property].flags |= OL_AGENT_SLOT_ASIDE;
    a->restore_at = ol_ms_min(a->restore_at, ol_agent_after(a, OL_AGENT_RESTORE_MS));
    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.property != property ||
            (r.state != OL_QUEUE_WAITING && r.state != OL_QUEUE_SUSPECT &&
             !is_in_post(&r, index))) {
            continue;
        }
        r.state = OL_QUEUE_DEAD;
        ol_queue_set(&a->queue, at, &r);
        dropped++;
    }
    a->stats.dropped_aside += dropped;
    return dropped;
}

/* One property after the other gets its second chance. true: there was one, told. */
static bool restore_run(struct ol_agent *a)
{
    if (a->now >= a->restore_at) {
        a->restore_at = OL_NEVER;
        a->restoring = true;
        a->restore_next = 0;
        for (size_t i = 0; i < a->config->model->property_count; i++) {
            a->config->slots[i].flags &= (uint8_t)~OL_AGENT_SLOT_RETRIED;
        }
    }
    while (a->restoring && a->restore_next < a->config->model->property_count) {
        uint16_t property = a->restore_next++;
        struct ol_agent_slot *slot = &a->config->slots[property];
        if ((slot->flags & (OL_AGENT_SLOT_ASIDE | OL_AGENT_SLOT_RETRIED)) ==
            OL_AGENT_SLOT_ASIDE) {
            slot->flags &= (uint8_t)~OL_AGENT_SLOT_ASIDE;
            slot->flags |= OL_AGENT_SLOT_RETRIED;
            struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_RESTORED);
            ev->restored.property = property;
            return true;
        }
    }
    a->restoring = false;
    return false;
}

/* ---- Replies ---- */

void ol_agent_post_find_newest(const struct ol_agent *a)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    for (size_t i = 0; i < a->config->model->property_count; i++) {
        a->config->slots[i].newest = UINT32_MAX;
    }
    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.state != OL_QUEUE_HELD && r.state != OL_QUEUE_DEAD) {
            a->config->slots[r.property].newest = at;
        }
    }
}

/* Delivered records that are not the newest of their property have done their duty. */
static void sweep(struct ol_agent *a)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    ol_agent_post_find_newest(a);
    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.state == OL_QUEUE_LAST && a->config->slots[r.property].newest != at) {
            r.state = OL_QUEUE_DEAD;
            ol_queue_set(&a->queue, at, &r);
        }
    }
    ol_queue_compact(&a->queue);
}

/* Gives all records of a post another state. */
static void move_records(struct ol_agent *a, uint8_t index, enum ol_queue_state state)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (!is_in_post(&r, index)) {
            continue;
        }
        if (state == OL_QUEUE_LAST) {
            a->config->slots[r.property].flags &= (uint8_t)~OL_AGENT_SLOT_RETRIED;
        }
        r.state = (uint8_t)state;
        ol_queue_set(&a->queue, at, &r);
    }
}

static void delivered(struct ol_agent *a, struct ol_agent_post *post)
{
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_DELIVERED);

    ev->delivered.id = post->id;
    ev->delivered.count = post->count;
    a->stats.delivered += post->count;
    a->has_delivered = true;
    a->full_told = false;
    if (a->suspects < UINT16_MAX / 2) {
        a->suspects = (uint16_t)(a->suspects * 2);
    }
    move_records(a, post->index, OL_QUEUE_LAST);
    post->id = 0;
    sweep(a);
}

/* Which property of the post a refusal is about: the one that it names, or the only one. */
static int32_t find_culprit(const struct ol_agent *a, const struct ol_agent_post *post,
                            struct ol_str named)
{
    struct ol_queue_record r;
    int32_t property =
        named.len > 0 ? ol_onenet_property_find(a->config->model, named) : BLAMED_NOBODY;

    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r);) {
        if (is_in_post(&r, post->index) && (r.property == property || post->count == 1)) {
            return r.property;
        }
    }
    return BLAMED_NOBODY;
}

/* Codes that speak of the platform's own state, not of what was sent: 303 internal error, 306
 * timeout of the Studio generation (docs/protocol.md §4.11), and what HTTP has in this place. */
static bool is_trouble(int32_t code)
{
    return code == 303 || code == 306 || (code >= 500 && code <= 599);
}

static void refused(struct ol_agent *a, struct ol_agent_post *post,
                    const struct ol_onenet_device_event *in)
{
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_REFUSED);

    ev->refused.id = post->id;
    ev->refused.code = in->reply.code;
    ev->refused.msg = in->reply.msg.text;
    ev->refused.property = -1;
    ev->refused.again = true;
    if (in->refused.len == 0 && is_trouble(in->reply.code)) {
        post->sent = false;
        a->post_at = ol_agent_after(a, OL_AGENT_TROUBLE_MS);
        return;
    }
    uint8_t index = post->index;
    int32_t culprit = find_culprit(a, post, in->refused);
    post->alike = culprit == post->blamed ? post->alike : 0;
    post->blamed = culprit;
    post->alike++;
    post->refusals++;
    if (post->alike < BELIEVED && post->refusals < REFUSALS_MAX) {
        /* What the platform read may not be what was written, as after a bit that a bus turned
         * round. */
        post->sent = false;
        return;
    }
    ev->refused.again = false;
    ev->refused.property = culprit;
    if (culprit >= 0) {
        ev->refused.dropped = set_aside(a, (uint16_t)culprit, index);
        move_records(a, index, OL_QUEUE_WAITING);
        a->full_told = false;
    } else {
        a->suspects = (uint16_t)(post->count / 2);
        move_records(a, index, OL_QUEUE_SUSPECT);
    }
    post->id = 0;
    sweep(a);
}

bool ol_agent_post_reply(struct ol_agent *a, const struct ol_onenet_device_event *in)
{
    struct ol_agent_post *post = find_post(a, in->post_id);

    if (post == NULL || in->topic.kind != OL_ONENET_TOPIC_PROPERTY_POST_REPLY) {
        return false;
    }
    /* A reply that comes after its time, while the post waits to go out again, is as good. */
    ol_onenet_device_forget(&a->device, post->id);
    a->silent = 0;
    if (in->reply.code == OL_ONENET_CODE_OK) {
        delivered(a, post);
    } else {
        refused(a, post, in);
    }
    return true;
}

void ol_agent_post_timeout(struct ol_agent *a, uint64_t id)
{
    struct ol_agent_post *post = find_post(a, id);

    if (post == NULL) {
        return;
    }
    post->sent = false;
    a->silent++;
    if (a->silent >= OL_AGENT_SILENT_MAX) {
        ol_agent_fail(a, OL_AGENT_CAUSE_NO_REPLY);
    }
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_TIMEOUT);
    ev->timeout.id = id;
}

/* ---- Login and logout ---- */

void ol_agent_post_login(struct ol_agent *a)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.live != 0) {
            r.live = 0;
            ol_queue_set(&a->queue, at, &r);
        }
    }
    a->restoring = true;
    a->restore_next = 0;
    a->has_delivered = false;
}

void ol_agent_post_logout(struct ol_agent *a)
{
    for (size_t i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        if (a->posts[i].id != 0) {
            ol_onenet_device_forget(&a->device, a->posts[i].id);
            a->posts[i].sent = false;
        }
    }
}

bool ol_agent_post_run(struct ol_agent *a)
{
    if (restore_run(a)) {
        return true;
    }
    if (a->now < a->post_at || a->tx_full) {
        return false;
    }
    struct ol_agent_post *post = next_post(a);
    return post != NULL && send(a, post);
}

ol_ms ol_agent_post_deadline(const struct ol_agent *a)
{
    ol_ms at = a->restore_at;

    if (!a->tx_full && has_work(a)) {
        at = ol_ms_min(at, a->post_at);
    }
    return at;
}
