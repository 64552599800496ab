/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

/* ---- Times ----
 *
 * The platform keeps one value per property and time, so two samples with one time would be one.
 * Times that the agent gives are multiples of OL_AGENT_TIME_STEP plus a level, and rise. When the
 * clock is set back, a new stretch of times may run through an old one again; it then bears
 * another level, which no time of the old stretch has. */

#define OL_AGENT_TIME_STEP   4    /* levels, and milliseconds; a power of 2 */
#define OL_AGENT_SET_BACK_MS 1000 /* less is bridged by times that rise slower */

static int64_t unique_time(const struct ol_agent *a, struct ol_agent_slot *slot,
                           int64_t wanted)
{
    bool is_set_back = slot->set_backs != a->set_backs;

    slot->set_backs = a->set_backs;
    if (wanted > slot->high_ms + OL_AGENT_TIME_STEP) {
        slot->level = 0; /* fresh ground */
    } else if (is_set_back && slot->level < OL_AGENT_TIME_STEP - 1) {
        slot->level++;
    }
    const int64_t below_step = OL_AGENT_TIME_STEP - 1;
    int64_t time_ms = (wanted & ~below_step) + slot->level;
    if (!is_set_back && time_ms <= slot->last_ms) {
        time_ms += ((slot->last_ms - time_ms) | below_step) + 1;
    }
    return time_ms;
}

static void note_time(struct ol_agent_slot *slot, int64_t time_ms)
{
    slot->last_ms = time_ms;
    if (time_ms > slot->high_ms) {
        slot->high_ms = time_ms;
    }
}

/* A time of the application's own is kept as it is, unless the sample before was given it or
 * asked for the same. */
static int64_t own_time(struct ol_agent_slot *slot, int64_t wanted)
{
    bool is_taken = wanted == slot->last_ms || wanted == slot->own_ms;

    slot->own_ms = wanted;
    return is_taken ? slot->last_ms + 1 : wanted;
}

void ol_agent_sample_stamp(struct ol_agent *a, struct ol_queue_record *record,
                           int64_t unix_ms)
{
    struct ol_agent_slot *slot = &a->config->slots[record->property];
    struct ol_wall_time wall = ol_agent_get_wall(a);

    record->time_kind = OL_QUEUE_TIME_UNIX;
    if (unix_ms > 0) {
        record->time_ms = own_time(slot, unix_ms);
    } else if (wall.quality != OL_CLOCK_NONE && wall.unix_ms > 0) {
        record->time_ms = unique_time(a, slot, wall.unix_ms);
    } else {
        record->time_kind = OL_QUEUE_TIME_MONO;
        record->time_ms = (int64_t)a->now;
        a->has_mono = true;
        return;
    }
    note_time(slot, record->time_ms);
}

/* The date is known: gives it to what waits for it. */
static void date_records(struct ol_agent *a, struct ol_wall_time wall)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    a->has_mono = false;
    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.time_kind != OL_QUEUE_TIME_MONO) {
            continue;
        }
        struct ol_agent_slot *slot = &a->config->slots[r.property];
        r.time_kind = OL_QUEUE_TIME_UNIX;
        r.time_ms = unique_time(a, slot, wall.unix_ms - ((int64_t)a->now - r.time_ms));
        note_time(slot, r.time_ms);
        ol_queue_set(&a->queue, at, &r);
    }
}

void ol_agent_sample_clock(struct ol_agent *a)
{
    struct ol_wall_time wall = ol_agent_get_wall(a);
    int64_t offset = wall.unix_ms - (int64_t)a->now;

    if (wall.quality == OL_CLOCK_NONE || wall.unix_ms <= 0) {
        return;
    }
    if (offset < a->wall_offset_ms - OL_AGENT_SET_BACK_MS) {
        a->set_backs++;
    }
    a->wall_offset_ms = offset;
    if (a->has_mono) {
        date_records(a, wall);
    }
}

/* ---- Taking samples ---- */

/* Gives up the oldest delivered value that is kept for questions. */
static bool free_last(struct ol_agent *a)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    if (a->queue.count[OL_QUEUE_LAST] == 0) {
        return false;
    }
    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.state == OL_QUEUE_LAST) {
            r.state = OL_QUEUE_DEAD;
            ol_queue_set(&a->queue, at, &r);
            break;
        }
    }
    ol_queue_compact(&a->queue);
    return true;
}

int32_t ol_agent_sample_append(struct ol_agent *a, struct ol_queue_record *record,
                               const struct ol_onenet_value *value)
{
    struct ol_writer w;
    int32_t rc;

    do {
        rc = ol_queue_append_begin(&a->queue, &w);
        if (rc == OL_OK) {
            ol_onenet_value_encode(&w, value);
            record->value_len = w.len > UINT16_MAX ? UINT16_MAX : (uint16_t)w.len;
            if (!w.over &&
                OL_AGENT_BODY_LEN + ol_agent_post_member_len(a, record) > a->post_cap) {
                return OL_E_ARG;
            }
            rc = ol_queue_append_commit(&a->queue, record, &w);
        }
    } while (rc == OL_E_NOSPC && free_last(a));
    return rc;
}

static int32_t refuse_full(struct ol_agent *a)
{
    a->stats.refused_full++;
    if (!a->full_told) {
        a->full_told = true;
        a->full_event = true;
    }
    return OL_E_NOSPC;
}

static int32_t refuse_value(struct ol_agent *a, enum ol_onenet_value_error *error,
                            enum ol_onenet_value_error why)
{
    a->stats.refused_value++;
    if (error != NULL) {
        *error = why;
    }
    return OL_E_ARG;
}

int32_t ol_agent_sample(struct ol_agent *a, uint16_t property,
                        const struct ol_onenet_value *value, int64_t unix_ms,
                        enum ol_onenet_value_error *error)
{
    const struct ol_onenet_model *model = a->config->model;
    struct ol_onenet_value converted;

    if (property >= model->property_count) {
        return refuse_value(a, error, OL_ONENET_VALUE_MEMBER);
    }
    struct ol_agent_slot *slot = &a->config->slots[property];
    if ((slot->flags & OL_AGENT_SLOT_ASIDE) != 0) {
        a->stats.refused_aside++;
        return OL_E_AUTH;
    }
    enum ol_onenet_value_error why =
        ol_onenet_value_convert(model, &model->fields[property], value, &converted);
    if (why != OL_ONENET_VALUE_OK) {
        return refuse_value(a, error, why);
    }
    if (unix_ms > OL_AGENT_TIME_MAX_MS) {
        return refuse_value(a, error, OL_ONENET_VALUE_RANGE);
    }
    struct ol_agent_slot before = *slot;
    struct ol_queue_record record = {.property = property,
                                     .state = OL_QUEUE_WAITING,
                                     .live = a->state == OL_AGENT_ONLINE};
    ol_agent_sample_stamp(a, &record, unix_ms);
    int32_t rc = ol_agent_sample_append(a, &record, &converted);
    if (rc == OL_OK) {
        a->stats.accepted++;
        a->full_told = false;
        return OL_OK;
    }
    *slot = before;
    return rc == OL_E_NOSPC ? refuse_full(a)
                            : refuse_value(a, error, OL_ONENET_VALUE_LENGTH);
}

/* ---- What the application may ask and set ---- */

int32_t ol_agent_set_policy(struct ol_agent *a, uint16_t property,
                            enum ol_agent_policy policy)
{
    if (property >= a->config->model->property_count) {
        return OL_E_ARG;
    }
    struct ol_agent_slot *slot = &a->config->slots[property];
    slot->flags = (uint8_t)((slot->flags & ~OL_AGENT_SLOT_POLICY) | (unsigned)policy);
    return OL_OK;
}

bool ol_agent_is_aside(const struct ol_agent *a, uint16_t property)
{
    return property < a->config->model->property_count &&
           (a->config->slots[property].flags & OL_AGENT_SLOT_ASIDE) != 0;
}

void ol_agent_restore(struct ol_agent *a, uint16_t property)
{
    if (property < a->config->model->property_count) {
        a->config->slots[property].flags &=
            (uint8_t) ~(OL_AGENT_SLOT_ASIDE | OL_AGENT_SLOT_RETRIED);
    }
}

int32_t ol_agent_get_value(const struct ol_agent *a, uint16_t property,
                           struct ol_str *json)
{
    if (property >= a->config->model->property_count) {
        return OL_E_NOENT;
    }
    ol_agent_post_find_newest(a);
    if (a->config->slots[property].newest == UINT32_MAX) {
        return OL_E_NOENT;
    }
    *json = ol_queue_value(&a->queue, a->config->slots[property].newest);
    return OL_OK;
}
