/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_STORE_H
#define PLATFORM_CORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* The storage contract of the access node. The node calls it synchronously, from within
 * its own calls; an implementation never calls back into the node.
 *
 * Writing is batched: the node puts rows as messages come, and its owner calls
 * ol_node_commit() once a turn of its loop. What was put since the last commit is stored
 * as a whole or not at all; only after commit() gave OL_OK do the PUBACKs and replies go
 * out that stand for it (docs/protocol.md §1.5, §4.2: 200 means stored). There is no
 * begin: the first put after a commit opens the batch.
 *
 * Every span handed to a put lives only during the call. */

struct ol_onenet_model; /* onelink/onenet/model.h */

/* A product. The store keeps the record at one address until it is closed, so that
 * sessions can point at it; the fields may change between two calls of the owner into the
 * node (a new model, a new key), never during one. */
struct ol_store_product {
    int64_t id;                          /* of the store's own, never 0 */
    struct ol_str product_id;            /* as devices spell it, 1 to 32 characters */
    struct ol_str access_key;            /* base64 text */
    const struct ol_onenet_model *model; /* NULL: no thing model, every post is refused */
};

struct ol_store_device {
    int64_t id;            /* of the store's own, never 0, unique over all products */
    struct ol_str sec_key; /* base64 text; lives until the next call into the store */
};

/* One value of one property. */
struct ol_store_sample {
    int64_t device; /* ol_store_device.id */
    const struct ol_store_product *product;
    struct ol_str identifier; /* of the property, as in the model */
    uint16_t property;        /* its index in the model's properties */
    int64_t time_ms;          /* Unix ms: the sample's own time, or its arrival */
    int64_t arrival_ms;       /* Unix ms */
    struct ol_str value;      /* JSON text of the bare value, valid by the model */
};

enum ol_presence { OL_PRESENCE_OFFLINE, OL_PRESENCE_ONLINE };

struct ol_store_presence {
    int64_t device;
    const struct ol_store_product *product;
    enum ol_presence state;
    int64_t time_ms;      /* Unix ms of the change */
    int64_t last_seen_ms; /* Unix ms of the last packet from the device */
    struct ol_str
        reason; /* OFFLINE: why, in words ("kicked by a newer login"); ONLINE: from where
                   ("from 192.0.2.7:49152"); empty: not known */
};

enum ol_msglog_direction {
    OL_MSGLOG_UP,   /* from the device */
    OL_MSGLOG_DOWN, /* to the device */
    OL_MSGLOG_NODE  /* a decision of the platform: login refused, connection closed */
};

enum ol_msglog_verdict {
    OL_MSGLOG_ACCEPTED,
    OL_MSGLOG_REFUSED,    /* answered with an error, the connection stays */
    OL_MSGLOG_CLOSED,     /* the connection is closed because of it */
    OL_MSGLOG_DROPPED,    /* not delivered: no subscription, or nothing waits for it */
    OL_MSGLOG_NOT_SERVED, /* acknowledged; the platform does not serve this topic yet */
    OL_MSGLOG_LIMIT       /* a limit of docs/protocol.md §1.7 was exceeded */
};

/* Bytes of a packet that the message log keeps. */
#define OL_MSGLOG_RAW_MAX 2048

/* One line of the message log. It never holds a key, a password or the signature of a
 * token: where one stood there are asterisks. */
struct ol_msglog {
    int64_t device; /* 0: not known (a refused login); then product and name tell what was
                       said */
    struct ol_str product_id;
    struct ol_str device_name;
    int64_t time_ms; /* Unix ms */
    enum ol_msglog_direction direction;
    enum ol_msglog_verdict verdict;
    uint8_t packet;      /* MQTT control packet type 1..14; 0: none */
    uint8_t qos;         /* of a PUBLISH */
    struct ol_str topic; /* of a PUBLISH, a filter of a SUBSCRIBE; else empty */
    uint32_t length;     /* bytes of the payload, of a packet without one the packet's */
    struct ol_str body;  /* payload of a PUBLISH that could be read; else empty */
    struct ol_str raw;  /* the packet as it came or went, at most OL_MSGLOG_RAW_MAX of its
                            bytes; empty: the line is about none, or about the one before */
    uint32_t raw_len;   /* how long it was, as far as it was there */
    struct ol_str peer; /* address of the connection, of a CONNECT and of strangers */
    int32_t code; /* docs/protocol.md §4.11, §4.13 or platform/core/codes.h; 0: none */
    struct ol_str reason; /* in words; empty: nothing to say */
    bool ours; /* code or rule is the project's own choice, see docs/fidelity.md */
};

struct ol_store_ops {
    /* The product that devices spell product_id, or NULL. */
    const struct ol_store_product *(*find_product)(void *ctx, struct ol_str product_id);

    /* OL_OK: *out is filled. OL_E_NOENT: no such device. OL_E_IO: cannot tell now (the
     * login is refused like an unknown device and logged with code 1108). */
    int32_t (*find_device)(void *ctx, const struct ol_store_product *product,
                           struct ol_str name, struct ol_store_device *out);

    /* Stores a sample. A second one of the same device, property and time replaces the
     * first, so a report sent twice is stored once. OL_OK, or any error: the message's
     * connection is then closed without an answer, and what was put of the message before
     * may stay or go. */
    int32_t (*put_sample)(void *ctx, const struct ol_store_sample *sample);

    /* Stores the presence of a device. OL_OK, or any error: a login is then closed
     * without an answer. */
    int32_t (*put_presence)(void *ctx, const struct ol_store_presence *presence);

    /* Adds a line to the message log. Losing one is no reason to refuse a message: errors
     * are the store's to count. */
    void (*put_log)(void *ctx, const struct ol_msglog *line);

    /* Makes everything put since the last commit durable. OL_OK, or any error: nothing of
     * it is stored, and the store is ready for the next batch. */
    int32_t (*commit)(void *ctx);

    /* The samples put since the last call are one message of that device, which has this
     * id (digits). NULL: nobody wants to know. */
    void (*end_post)(void *ctx, int64_t device, struct ol_str id);
};

struct ol_store {
    void *ctx;
    const struct ol_store_ops *ops;
};

#endif
