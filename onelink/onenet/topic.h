/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_TOPIC_H
#define ONELINK_ONENET_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/onenet/name.h"

/* Every topic of docs/protocol.md §4.1, below `$sys/{pid}/{device}/`. A request has an
 * even number and its answer the next odd one: OL_ONENET_TOPIC_ANSWER(kind). */
enum ol_onenet_topic_kind {
    OL_ONENET_TOPIC_PROPERTY_POST = 0,
    OL_ONENET_TOPIC_PROPERTY_POST_REPLY,
    OL_ONENET_TOPIC_PROPERTY_SET,
    OL_ONENET_TOPIC_PROPERTY_SET_REPLY,
    OL_ONENET_TOPIC_PROPERTY_GET,
    OL_ONENET_TOPIC_PROPERTY_GET_REPLY,
    OL_ONENET_TOPIC_DESIRED_GET,
    OL_ONENET_TOPIC_DESIRED_GET_REPLY,
    OL_ONENET_TOPIC_DESIRED_DELETE,
    OL_ONENET_TOPIC_DESIRED_DELETE_REPLY,
    OL_ONENET_TOPIC_EVENT_POST,
    OL_ONENET_TOPIC_EVENT_POST_REPLY,
    OL_ONENET_TOPIC_SERVICE_INVOKE, /* has an identifier */
    OL_ONENET_TOPIC_SERVICE_INVOKE_REPLY,
    OL_ONENET_TOPIC_PACK_POST,
    OL_ONENET_TOPIC_PACK_POST_REPLY,
    OL_ONENET_TOPIC_HISTORY_POST,
    OL_ONENET_TOPIC_HISTORY_POST_REPLY,
    OL_ONENET_TOPIC_SUB_LOGIN,
    OL_ONENET_TOPIC_SUB_LOGIN_REPLY,
    OL_ONENET_TOPIC_SUB_LOGOUT,
    OL_ONENET_TOPIC_SUB_LOGOUT_REPLY,
    OL_ONENET_TOPIC_SUB_PROPERTY_GET,
    OL_ONENET_TOPIC_SUB_PROPERTY_GET_REPLY,
    OL_ONENET_TOPIC_SUB_PROPERTY_SET,
    OL_ONENET_TOPIC_SUB_PROPERTY_SET_REPLY,
    OL_ONENET_TOPIC_SUB_SERVICE_INVOKE,
    OL_ONENET_TOPIC_SUB_SERVICE_INVOKE_REPLY,
    OL_ONENET_TOPIC_TOPO_ADD,
    OL_ONENET_TOPIC_TOPO_ADD_REPLY,
    OL_ONENET_TOPIC_TOPO_DELETE,
    OL_ONENET_TOPIC_TOPO_DELETE_REPLY,
    OL_ONENET_TOPIC_TOPO_GET,
    OL_ONENET_TOPIC_TOPO_GET_REPLY,
    OL_ONENET_TOPIC_TOPO_CHANGE,
    OL_ONENET_TOPIC_TOPO_CHANGE_REPLY,
    OL_ONENET_TOPIC_OTA_INFORM,
    OL_ONENET_TOPIC_OTA_INFORM_REPLY,
    OL_ONENET_TOPIC_CUSTOM_UP,
    OL_ONENET_TOPIC_CUSTOM_UP_REPLY,
    OL_ONENET_TOPIC_CUSTOM_DOWN, /* has an identifier */
    OL_ONENET_TOPIC_CUSTOM_DOWN_REPLY,
    OL_ONENET_TOPIC_CARD_POST,
    OL_ONENET_TOPIC_CARD_POST_REPLY,
    OL_ONENET_TOPIC_TOPO_GET_RESULT, /* the device's thanks for TOPO_GET_REPLY; no answer
                                      */
    OL_ONENET_TOPIC_UNKNOWN, /* none of these, perhaps still below $sys/pid/device/ */
    OL_ONENET_TOPIC_COUNT = OL_ONENET_TOPIC_UNKNOWN
};

#define OL_ONENET_TOPIC_ANSWER(kind) ((enum ol_onenet_topic_kind)((kind) + 1))

/* Limits of the access node; beyond them it closes the connection. docs/protocol.md §1.4.
 */
#define OL_ONENET_TOPIC_MAX    512 /* bytes */
#define OL_ONENET_TOPIC_LEVELS 8

enum ol_onenet_direction { OL_ONENET_UPLINK, OL_ONENET_DOWNLINK };

/* Who publishes it: UPLINK = the device, DOWNLINK = the platform. kind is not UNKNOWN. */
enum ol_onenet_direction ol_onenet_topic_direction(enum ol_onenet_topic_kind kind);

/* The topic holds an identifier (of a service, of a custom command). */
bool ol_onenet_topic_has_identifier(enum ol_onenet_topic_kind kind);

/* A topic taken apart. The spans point into it. */
struct ol_onenet_topic {
    enum ol_onenet_topic_kind kind;
    struct ol_str pid;
    struct ol_str device;
    struct ol_str identifier; /* empty where the kind has none */
};

/* Appends the topic. OL_E_NOSPC: it does not fit. OL_E_ARG: kind UNKNOWN, an invalid pid
 * or device name, or an identifier that is missing or has no place there. */
OL_MUST int32_t ol_onenet_topic_encode(struct ol_writer *w,
                                       const struct ol_onenet_topic *topic);

/* Takes a topic name apart. false: it is not `$sys/{pid}/{device}/` and something more,
 * and *out is untouched. true with kind UNKNOWN: it is, but no topic of the table (the
 * access node closes the connection of a device that publishes it). pid and device are
 * not checked beyond being non-empty: compare them with the session's. */
bool ol_onenet_topic_decode(struct ol_str text, struct ol_onenet_topic *out);

/* "thing/property/post" for a log; "unknown" for UNKNOWN. What stands before the answer's
 * suffix: OL_ONENET_TOPIC_PROPERTY_POST_REPLY gives "thing/property/post" too. Static
 * storage.
 */
struct ol_str ol_onenet_topic_str(enum ol_onenet_topic_kind kind);

/* The text is one that the access node takes as a topic name: 1 to 512 bytes, at most 8
 * levels, of [A-Za-z0-9/_-], each level perhaps with a leading '$'; false = close.
 * docs/protocol.md §1.4. */
bool ol_onenet_topic_is_legal(struct ol_str text);

/* What the access node says to a filter in SUBSCRIBE. */
enum ol_onenet_filter {
    OL_ONENET_FILTER_OK,
    OL_ONENET_FILTER_REFUSED, /* SUBACK 0x80: not the device's own, a wildcard above level
                                 4, or no topic that the platform sends to a device */
    OL_ONENET_FILTER_ILLEGAL  /* length, levels, characters or wildcards wrong: close */
};

/* Judges a subscription filter of the device pid/device. docs/protocol.md §1.4, §1.6. */
enum ol_onenet_filter ol_onenet_filter_check(struct ol_str filter, struct ol_str pid,
                                             struct ol_str device);

#endif
