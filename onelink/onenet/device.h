/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_DEVICE_H
#define ONELINK_ONENET_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/onejson.h"
#include "onelink/onenet/topic.h"
#include "onelink/onenet/value.h"

/* The device's end of OneJSON: makes posts, matches their replies, reads commands. It
 * knows messages, not MQTT: the caller publishes what it writes and hands in what
 * arrives.
 *
 *     rc = ol_onenet_device_post_begin(&dev, &post, &writer);  // in the publish buffer
 *     rc = ol_onenet_post_add(&post, OL_STR("temp"), &value, time_ms);
 *     rc = ol_onenet_device_post_commit(&dev, &post, now);  // its reply bears post.id
 *     ...
 *     ol_onenet_device_input(&dev, topic, payload, now);
 *     while (ol_onenet_device_next_event(&dev, &ev)) ...
 */

/* Posts that may wait for their reply at one time. */
#define OL_ONENET_PENDING_MAX 4

/* Waiting for a reply, when the config says nothing. docs/protocol.md §10.1: 4 to 5 s. */
#define OL_ONENET_REPLY_TIMEOUT_MS 5000

struct ol_onenet_device_config {
    struct ol_str pid;                   /* must outlive the device */
    struct ol_str device;                /* the same */
    const struct ol_onenet_model *model; /* or NULL: values are passed on unchecked */
    uint64_t first_id;         /* id of the first post, 0 = 1. A start that differs from
                                  run to run keeps a late reply of the last run from
                                  matching. Taken modulo the 13 digits. */
    uint32_t reply_timeout_ms; /* 0 = OL_ONENET_REPLY_TIMEOUT_MS */
};

/* A post whose reply has not come. id 0: the slot is free. */
struct ol_onenet_pending {
    uint64_t id;
    ol_ms deadline;                 /* OL_NEVER while suspended */
    enum ol_onenet_topic_kind kind; /* of the request */
};

enum ol_onenet_device_event_kind {
    OL_ONENET_DEVICE_REPLY,   /* a pending post is answered and forgotten */
    OL_ONENET_DEVICE_STRAY,   /* a reply to nothing: late, foreign, or on another topic */
    OL_ONENET_DEVICE_TIMEOUT, /* no reply in time; the post is forgotten */
    OL_ONENET_DEVICE_SET, /* property/set: apply if refusal.code is 200, always answer */
    OL_ONENET_DEVICE_GET, /* property/get: answer */
    OL_ONENET_DEVICE_BAD, /* a body that cannot even be answered; count it, ignore it */
    OL_ONENET_DEVICE_UNKNOWN /* a topic that this engine does not serve; topic says which
                              */
};

/* Spans point into topic and payload of the last input: these must stay as they are while
 * the event is used. */
struct ol_onenet_device_event {
    enum ol_onenet_device_event_kind kind;
    struct ol_onenet_topic topic; /* what came; for TIMEOUT its kind is the request's */
    uint64_t post_id; /* REPLY, TIMEOUT, STRAY; 0 where there is no decimal id */
    union {
        struct { /* REPLY, STRAY */
            struct ol_onenet_reply reply;
            struct ol_str refused; /* the identifier that msg names, or empty */
        };
        struct {                    /* SET, GET */
            struct ol_onenet_id id; /* echo it in the answer */
            struct ol_str params;   /* for ol_onenet_device_set_next, _get_next */
            struct ol_onenet_refusal refusal; /* code 200, or what to answer instead */
        };
    };
};

struct ol_onenet_device {
    struct ol_onenet_device_config config;
    bool has_message; /* there is an input that was not looked at yet: these three */
    enum ol_onenet_topic_kind kind;
    struct ol_str identifier;
    struct ol_str payload;
    ol_ms now;
    uint64_t next_id;
    struct ol_onenet_pending pending[OL_ONENET_PENDING_MAX];
};

/* Prepares the engine. OL_E_ARG: pid or device name is not valid. */
OL_MUST int32_t ol_onenet_device_init(struct ol_onenet_device *dev,
                                      const struct ol_onenet_device_config *config);

/* Appends the topic of that kind of this device (§4.1). identifier as in struct
 * ol_onenet_topic, usually empty. OL_E_NOSPC, OL_E_ARG. */
OL_MUST int32_t ol_onenet_device_topic_encode(const struct ol_onenet_device *dev,
                                              struct ol_writer *w,
                                              enum ol_onenet_topic_kind kind,
                                              struct ol_str identifier);

/* Appends a subscription filter below the device's prefix: suffix "thing/#" or "ota/#".
 * OL_E_NOSPC. */
OL_MUST int32_t ol_onenet_device_filter_encode(const struct ol_onenet_device *dev,
                                               struct ol_writer *w, struct ol_str suffix);

/* Starts a property post into w with the next id. Then ol_onenet_post_add for each
 * sample. OL_E_AGAIN: OL_ONENET_PENDING_MAX posts wait for their reply. OL_E_NOSPC: w is
 * full. */
OL_MUST int32_t ol_onenet_device_post_begin(struct ol_onenet_device *dev,
                                            struct ol_onenet_post *post,
                                            struct ol_writer *w);

/* Ends the body and waits for its reply from now on. Returns OL_OK with post->id the id,
 * and the body stands in the writer. Keep it: it is published anew, unchanged, after a
 * reconnect. OL_E_ARG: no member was added. OL_E_NOSPC: the end does not fit. OL_E_AGAIN:
 * the table filled up meanwhile. On error no reply is waited for and the id is used
 * again. */
OL_MUST int32_t ol_onenet_device_post_commit(struct ol_onenet_device *dev,
                                             struct ol_onenet_post *post, ol_ms now);

/* Converts a source value to the type of the property and adds it. field is the index in
 * the model. The value error, or OL_ONENET_VALUE_OK with *status the result of
 * ol_onenet_post_add. Needs a model. */
OL_MUST enum ol_onenet_value_error
ol_onenet_device_post_add(const struct ol_onenet_device *dev, struct ol_onenet_post *post,
                          uint16_t field, const struct ol_onenet_value *value,
                          int64_t time_ms, int32_t *status);

/* Waits for the reply to a request that the caller made itself, with an id of its own
 * choice or from ol_onenet_device_id_next: a post loaded from a queue, an event. kind is
 * that of the request. OL_E_AGAIN: the table is full. OL_E_ARG: id is 0, too large or
 * already waiting. */
OL_MUST int32_t ol_onenet_device_expect(struct ol_onenet_device *dev,
                                        enum ol_onenet_topic_kind kind, uint64_t id,
                                        ol_ms now);

/* Takes the next id, 1..OL_ONENET_ID_MAX, one that no pending post has. */
uint64_t ol_onenet_device_id_next(struct ol_onenet_device *dev);

/* Stops waiting for that id (the post was dropped). Unknown ids are ignored. */
void ol_onenet_device_forget(struct ol_onenet_device *dev, uint64_t id);

/* The connection is lost: replies to pending posts cannot come, so their time stands
 * still. */
void ol_onenet_device_suspend(struct ol_onenet_device *dev);

/* Logged in and subscribed again: publish the body of every pending post anew (same id);
 * each gets the full time again. */
void ol_onenet_device_resume(struct ol_onenet_device *dev, ol_ms now);

/* Pending posts, oldest id order not promised: dev->pending[i] with id other than 0. How
 * many there are. */
uint16_t ol_onenet_device_pending_count(const struct ol_onenet_device *dev);

/* Hands in a message that arrived for this device, and the time. It is looked at by the
 * next ol_onenet_device_next_event, which gives exactly one event for it; until that
 * event is done with, topic and payload must stay. A message that was not looked at is
 * lost to the next one. OL_OK: there is an event. OL_E_ARG: the topic is not one of this
 * device's; no event. */
OL_MUST int32_t ol_onenet_device_input(struct ol_onenet_device *dev, struct ol_str topic,
                                       struct ol_str payload, ol_ms now);

/* Lets time pass: what is overdue turns into TIMEOUT events. */
void ol_onenet_device_step(struct ol_onenet_device *dev, ol_ms now);

/* The next event, or false. */
bool ol_onenet_device_next_event(struct ol_onenet_device *dev,
                                 struct ol_onenet_device_event *out);

/* When step must be called at the latest; OL_NEVER when nothing is pending. */
ol_ms ol_onenet_device_deadline(const struct ol_onenet_device *dev);

/* One property of a set, checked. */
struct ol_onenet_set_item {
    struct ol_json_token name;
    int32_t field;                /* index in the model, -1 without a model */
    struct ol_onenet_value value; /* typed by the model; JSON without one */
    struct ol_str json;           /* the value's text */
    bool coerced;                 /* a bool that came as 0 or 1: obeyed, to be logged */
};

/* Walks a set event whose refusal.code is 200: params = ol_onenet_params_open(ev.params).
 * true and *item, or false at the end. */
bool ol_onenet_device_set_next(const struct ol_onenet_device *dev,
                               struct ol_onenet_params *params,
                               struct ol_onenet_set_item *item);

/* Walks a get event whose refusal.code is 200. name and field are set, the rest is not.
 */
bool ol_onenet_device_get_next(const struct ol_onenet_device *dev,
                               struct ol_onenet_params *params,
                               struct ol_onenet_set_item *item);

/* The answers: ol_onenet_reply_encode_refusal(w, ev.id, &ev.refusal) or, when applying it
 * failed, ol_onenet_reply_encode with a code and words of the application; for a get
 * ol_onenet_reply_begin, ol_onenet_post_add_bare for each, ol_onenet_reply_end. On the
 * topics OL_ONENET_TOPIC_PROPERTY_SET_REPLY and OL_ONENET_TOPIC_PROPERTY_GET_REPLY. */

#endif
