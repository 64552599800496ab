/* SPDX-License-Identifier: MIT */
#include "platform/push/push.h"

#include <event2/dns.h>
#include <stdlib.h>
#include <string.h>

#include "platform/push/state.h"

/* Makes messages of what is stored: docs/protocol.md §8.5. The store's contract is passed on;
 * a message is kept in the commit of what it tells of, and leaves when that has succeeded. */

static struct ol_push_target *active(const struct ol_push *push, struct ol_str product_id)
{
    struct ol_push_target *t = ol_push_target_find(push, product_id);
    return t != NULL && t->agreed ? t : NULL;
}

/* Names, product ids and identifiers are letters, digits, '_', '-' and '$': nothing in
 * them needs an escape. */
static void add_head(struct ol_push_text *text, struct ol_str product_id, int64_t device,
                     const char *name, const char *type)
{
    ol_push_text_add(text, OL_STR("{\"productId\":\""));
    ol_push_text_add(text, product_id);
    ol_push_text_add(text, OL_STR("\",\"deviceId\":"));
    ol_push_text_add_int(text, device);
    ol_push_text_add(text, OL_STR(",\"deviceName\":\""));
    ol_push_text_add(text, ol_str_from(name));
    ol_push_text_add(text, OL_STR("\",\"messageType\":\""));
    ol_push_text_add(text, ol_str_from(type));
    ol_push_text_add(text, OL_STR("\","));
}

static void add_uncommitted(struct ol_push *push, struct ol_push_message *m)
{
    if (push->uncommitted_last != NULL) {
        push->uncommitted_last->next = m;
    } else {
        push->uncommitted_first = m;
    }
    push->uncommitted_last = m;
}

/* Takes the text. */
static void put_message(struct ol_push *push, struct ol_push_target *t, int64_t device,
                        struct ol_push_text *text)
{
    const struct ol_push_kept kept = {
        .id = push->next_id,
        .device = device,
        .time_ms = push->config.wall_ms(push->config.ctx),
        .product_id = t->product_id,
        .text = ol_str_make(text->ptr, text->len),
    };
    struct ol_push_message *m = NULL;
    if (text->failed) {
        t->dropped++;
    } else {
        m = ol_push_message_make(t, &kept);
    }
    if (m != NULL) {
        push->next_id++;
        push->config.put(push->config.ctx, &kept);
        add_uncommitted(push, m);
    }
    ol_push_text_free(text);
}

static struct ol_push_message *take_uncommitted(struct ol_push *push)
{
    struct ol_push_message *m = push->uncommitted_first;
    if (m != NULL) {
        push->uncommitted_first = m->next;
        m->next = NULL;
    }
    if (push->uncommitted_first == NULL) {
        push->uncommitted_last = NULL;
    }
    return m;
}

/* ---- the store's contract ---- */

static const struct ol_store_product *find_product(void *ctx, struct ol_str product_id)
{
    const struct ol_store *s = &((struct ol_push *)ctx)->config.store;
    return s->ops->find_product(s->ctx, product_id);
}

static int32_t find_device(void *ctx, const struct ol_store_product *product,
                           struct ol_str name, struct ol_store_device *out)
{
    const struct ol_store *s = &((struct ol_push *)ctx)->config.store;
    return s->ops->find_device(s->ctx, product, name, out);
}

static void add_member(struct ol_push *push, const struct ol_store_sample *sample)
{
    struct ol_push_text *text = &push->members;
    if (push->member_target == NULL || push->member_device != sample->device) {
        ol_push_text_free(text); /* of a post that did not come to its end */
        push->member_target = active(push, sample->product->product_id);
        push->member_device = sample->device;
    }
    if (push->member_target == NULL) {
        return;
    }
    ol_push_text_add(text, text->len == 0 ? OL_STR("\"") : OL_STR(",\""));
    ol_push_text_add(text, sample->identifier);
    ol_push_text_add(text, OL_STR("\":{\"time\":"));
    ol_push_text_add_int(text, sample->time_ms);
    ol_push_text_add(text, OL_STR(",\"value\":"));
    ol_push_text_add(text, sample->value);
    ol_push_text_add(text, OL_STR("}"));
}

static int32_t put_sample(void *ctx, const struct ol_store_sample *sample)
{
    struct ol_push *push = ctx;
    const struct ol_store *s = &push->config.store;
    int32_t rc = s->ops->put_sample(s->ctx, sample);
    if (rc != OL_OK) {
        push->member_target = NULL; /* the post ends here */
    } else if (push->targets != NULL) {
        add_member(push, sample);
    }
    return rc;
}

static void end_post(void *ctx, int64_t device, struct ol_str id)
{
    struct ol_push *push = ctx;
    struct ol_push_target *t = push->member_target;
    struct ol_push_text text = {0};
    char name[OL_PUSH_NAME_CAP];
    push->member_target = NULL;
    if (t == NULL || push->member_device != device || push->members.len == 0 ||
        !push->config.device_name(push->config.ctx, device, name)) {
        return;
    }
    add_head(&text, t->product_id, device, name, "notify");
    ol_push_text_add(&text, OL_STR("\"notifyType\":\"property\",\"data\":{\"id\":\""));
    ol_push_text_add(&text, id);
    ol_push_text_add(&text, OL_STR("\",\"version\":\"1.0\",\"params\":{"));
    ol_push_text_add(&text, ol_str_make(push->members.ptr, push->members.len));
    ol_push_text_add(&text, OL_STR("}}}"));
    text.failed = text.failed || push->members.failed;
    ol_push_text_free(&push->members);
    put_message(push, t, device, &text);
}

static int32_t put_presence(void *ctx, const struct ol_store_presence *presence)
{
    struct ol_push *push = ctx;
    const struct ol_store *s = &push->config.store;
    struct ol_push_target *t =
        push->targets == NULL ? NULL : active(push, presence->product->product_id);
    struct ol_push_text text = {0};
    char name[OL_PUSH_NAME_CAP];
    if (t != NULL && push->config.device_name(push->config.ctx, presence->device, name)) {
        add_head(&text, t->product_id, presence->device, name, "lifeCycle");
        ol_push_text_add(&text,
                         presence->state == OL_PRESENCE_ONLINE
                             ? OL_STR("\"data\":{\"status\":\"online\",\"time\":")
                             : OL_STR("\"data\":{\"status\":\"offline\",\"time\":"));
        ol_push_text_add_int(&text, presence->time_ms);
        ol_push_text_add(&text, OL_STR("}}"));
        put_message(push, t, presence->device, &text);
    }
    return s->ops->put_presence(s->ctx, presence);
}

static void put_log(void *ctx, const struct ol_msglog *line)
{
    const struct ol_store *s = &((struct ol_push *)ctx)->config.store;
    s->ops->put_log(s->ctx, line);
}

static int32_t commit(void *ctx)
{
    struct ol_push *push = ctx;
    const struct ol_store *s = &push->config.store;
    int32_t rc = s->ops->commit(s->ctx);
    struct ol_push_message *m = NULL;
    while ((m = take_uncommitted(push)) != NULL) {
        if (rc == OL_OK) {
            ol_push_lane_add(m->target, m);
        } else {
            ol_push_message_free(m, false); /* what it tells of did not happen */
        }
    }
    return rc;
}

struct ol_store ol_push_store(struct ol_push *push)
{
    static const struct ol_store_ops ops = {
        .find_product = find_product,
        .find_device = find_device,
        .put_sample = put_sample,
        .put_presence = put_presence,
        .put_log = put_log,
        .commit = commit,
        .end_post = end_post,
    };
    return (struct ol_store){push, &ops};
}

/* ---- open and close ---- */

static void on_over(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    ol_push_over_flush(ctx);
}

struct ol_push *ol_push_open(const struct ol_push_config *config)
{
    struct ol_push *push = calloc(1, sizeof *push);
    if (push == NULL) {
        return NULL;
    }
    push->config = *config;
    if (push->config.second_ms == 0) {
        push->config.second_ms = 1000;
    }
    push->over_timer = event_new(config->base, -1, 0, on_over, push);
    if (push->over_timer == NULL) {
        free(push);
        return NULL;
    }
    /* The clock may have been set back, and there may be another database tomorrow. */
    push->next_id = config->wall_ms(config->ctx);
    if (push->next_id <= config->last_id) {
        push->next_id = config->last_id + 1;
    }
    return push;
}

bool ol_push_restore_message(struct ol_push *push, const struct ol_push_kept *message)
{
    struct ol_push_target *t = active(push, message->product_id);
    struct ol_push_message *m = t == NULL ? NULL : ol_push_message_make(t, message);
    if (m != NULL) {
        ol_push_lane_add(t, m);
    }
    return m != NULL;
}

/* Names that are being resolved hold what they were asked for until they are answered, which
 * is told by the loop. */
static void dns_close(struct ol_push *push)
{
    if (push->dns != NULL) {
        evdns_base_free(push->dns, 1);
        (void)event_base_loop(push->config.base, EVLOOP_NONBLOCK);
    }
}

void ol_push_close(struct ol_push *push)
{
    if (push == NULL) {
        return;
    }
    struct ol_push_message *m = NULL;
    while ((m = take_uncommitted(push)) != NULL) {
        ol_push_message_free(m, false);
    }
    while (push->targets != NULL) {
        struct ol_push_target *t = push->targets;
        push->targets = t->next;
        ol_push_target_free(t);
    }
    ol_push_over_flush(push);
    event_free(push->over_timer);
    dns_close(push);
    ol_push_text_free(&push->members);
    free(push);
}
