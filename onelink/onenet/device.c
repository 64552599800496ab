/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/device.h"

#include "onelink/onenet/post_put.h"
#include "onelink/onenet/topic_path.h"

int32_t ol_onenet_device_init(struct ol_onenet_device *dev,
                              const struct ol_onenet_device_config *config)
{
    if (!ol_onenet_pid_is_valid(config->pid) ||
        !ol_onenet_device_is_valid(config->device)) {
        return OL_E_ARG;
    }
    *dev = (struct ol_onenet_device){.config = *config};
    if (dev->config.reply_timeout_ms == 0) {
        dev->config.reply_timeout_ms = OL_ONENET_REPLY_TIMEOUT_MS;
    }
    dev->next_id = config->first_id % OL_ONENET_ID_MAX;
    dev->next_id += dev->next_id == 0;
    return OL_OK;
}

int32_t ol_onenet_device_topic_encode(const struct ol_onenet_device *dev,
                                      struct ol_writer *w, enum ol_onenet_topic_kind kind,
                                      struct ol_str identifier)
{
    const struct ol_onenet_topic topic = {kind, dev->config.pid, dev->config.device,
                                          identifier};
    return ol_onenet_topic_encode(w, &topic);
}

int32_t ol_onenet_device_filter_encode(const struct ol_onenet_device *dev,
                                       struct ol_writer *w, struct ol_str suffix)
{
    ol_onenet_topic_head_encode(w, dev->config.pid, dev->config.device);
    ol_writer_str(w, suffix);
    return ol_writer_status(w);
}

/* ---- Pending posts ---- */

static struct ol_onenet_pending *find(struct ol_onenet_device *dev, uint64_t id)
{
    for (int i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        if (dev->pending[i].id == id) {
            return &dev->pending[i];
        }
    }
    return NULL;
}

int32_t ol_onenet_device_expect(struct ol_onenet_device *dev,
                                enum ol_onenet_topic_kind kind, uint64_t id, ol_ms now)
{
    if (id == 0 || id > OL_ONENET_ID_MAX || find(dev, id) != NULL) {
        return OL_E_ARG;
    }
    struct ol_onenet_pending *slot = find(dev, 0);
    if (slot == NULL) {
        return OL_E_AGAIN;
    }
    *slot = (struct ol_onenet_pending){id, ol_ms_add(now, dev->config.reply_timeout_ms),
                                       kind};
    return OL_OK;
}

static uint64_t id_after(uint64_t id)
{
    return id == OL_ONENET_ID_MAX ? 1 : id + 1;
}

/* next_id, moved on past those that wait. */
static uint64_t free_id(struct ol_onenet_device *dev)
{
    while (find(dev, dev->next_id) != NULL) {
        dev->next_id = id_after(dev->next_id);
    }
    return dev->next_id;
}

uint64_t ol_onenet_device_id_next(struct ol_onenet_device *dev)
{
    uint64_t id = free_id(dev);
    dev->next_id = id_after(id);
    return id;
}

void ol_onenet_device_forget(struct ol_onenet_device *dev, uint64_t id)
{
    struct ol_onenet_pending *slot = id != 0 ? find(dev, id) : NULL;
    if (slot != NULL) {
        slot->id = 0;
    }
}

static void set_deadlines(struct ol_onenet_device *dev, ol_ms deadline)
{
    for (int i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        dev->pending[i].deadline = deadline;
    }
}

void ol_onenet_device_suspend(struct ol_onenet_device *dev)
{
    set_deadlines(dev, OL_NEVER);
}

void ol_onenet_device_resume(struct ol_onenet_device *dev, ol_ms now)
{
    dev->now = now;
    set_deadlines(dev, ol_ms_add(now, dev->config.reply_timeout_ms));
}

uint16_t ol_onenet_device_pending_count(const struct ol_onenet_device *dev)
{
    uint16_t count = 0;
    for (int i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        count = (uint16_t)(count + (dev->pending[i].id != 0));
    }
    return count;
}

ol_ms ol_onenet_device_deadline(const struct ol_onenet_device *dev)
{
    ol_ms deadline = OL_NEVER;
    for (int i = 0; i < OL_ONENET_PENDING_MAX; i++) {
        if (dev->pending[i].id != 0) {
            deadline = ol_ms_min(deadline, dev->pending[i].deadline);
        }
    }
    return deadline;
}

/* ---- Posts ---- */

int32_t ol_onenet_device_post_begin(struct ol_onenet_device *dev,
                                    struct ol_onenet_post *post, struct ol_writer *w)
{
    if (find(dev, 0) == NULL) {
        return OL_E_AGAIN;
    }
    return ol_onenet_post_begin(post, w, free_id(dev));
}

enum ol_onenet_value_error ol_onenet_device_post_add(const struct ol_onenet_device *dev,
                                                     struct ol_onenet_post *post,
                                                     uint16_t field,
                                                     const struct ol_onenet_value *value,
                                                     int64_t time_ms, int32_t *status)
{
    const struct ol_onenet_model *model = dev->config.model;
    const struct ol_onenet_field *f = &model->fields[field];
    struct ol_onenet_value converted;
    enum ol_onenet_value_error error =
        ol_onenet_value_convert(model, f, value, &converted);
    if (error == OL_ONENET_VALUE_OK) {
        *status = ol_onenet_post_put(post, f->identifier, &converted, true, time_ms);
    }
    return error;
}

int32_t ol_onenet_device_post_commit(struct ol_onenet_device *dev,
                                     struct ol_onenet_post *post, ol_ms now)
{
    if (post->count == 0) {
        return OL_E_ARG;
    }
    int32_t rc = ol_onenet_post_end(post);
    if (rc == OL_OK) {
        rc = ol_onenet_device_expect(dev, OL_ONENET_TOPIC_PROPERTY_POST, post->id, now);
    }
    if (rc == OL_OK) {
        dev->next_id = id_after(post->id);
    }
    return rc;
}
