/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_PUSH_PUSH_H
#define PLATFORM_PUSH_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "platform/core/store.h"

struct event_base;
struct ol_push;

/* HTTP push, docs/protocol.md §8.4 and §8.5: what devices report, and that they come and
 * go, is sent to an address of the user's, one per product.
 *
 * Messages are made from what the access node stores, in the same commit, and leave after
 * it. For each product at most OL_PUSH_MESSAGES_MAX of them and OL_PUSH_BYTES_MAX bytes
 * wait; a new one that finds no room is dropped and counted. What waits is kept over the end
 * of the process, however it ends. One that was taken may then come a second time, with the
 * id that it had.
 *
 * Messages of one device keep their order: the next one goes when the one before has been
 * taken or given up. One thread, on the loop of the base, which is never blocked: names
 * are resolved by libevent. */

#define OL_PUSH_TARGETS_MAX  16
#define OL_PUSH_RUNNING_MAX  4 /* connections to one address at a time */
#define OL_PUSH_MESSAGES_MAX 10000
#define OL_PUSH_BYTES_MAX    (8U << 20)
#define OL_PUSH_URL_MAX      512
#define OL_PUSH_TOKEN_MAX    128
#define OL_PUSH_AES_LEN      16
#define OL_PUSH_NAME_CAP     65 /* a device name with its NUL */

/* A message as it is kept. */
struct ol_push_kept {
    int64_t id;
    int64_t device;
    int64_t time_ms;
    struct ol_str product_id;
    struct ol_str text;
};

struct ol_push_config {
    struct event_base *base;
    struct ol_store store; /* whose writes are told */
    void *ctx;
    int64_t (*wall_ms)(void *ctx);
    /* The name of a device, with its NUL. false: it is not known. */
    bool (*device_name)(void *ctx, int64_t device, char name[OL_PUSH_NAME_CAP]);
    /* Keeps the settings of a product's push over a restart; an empty text deletes them.
     * They hold secrets. OL_OK, OL_E_IO. */
    int32_t (*keep)(void *ctx, struct ol_str product_id, struct ol_str text);
    /* Keeps a message, in the batch that the store has open. When that is not possible it
     * is sent all the same, but does not outlive the process. */
    void (*put)(void *ctx, const struct ol_push_kept *message);
    /* Forgets messages that are over. */
    void (*drop)(void *ctx, const int64_t *ids, size_t count);
    /* Forgets all messages of a product. OL_OK, OL_E_IO. */
    int32_t (*clear)(void *ctx, struct ol_str product_id);
    int64_t last_id;    /* the highest id that was ever used, 0: none */
    uint32_t second_ms; /* how long a second of the waits lasts; 0: 1000 */
};

/* NULL: no memory. */
struct ol_push *ol_push_open(const struct ol_push_config *config);

/* Ends what is under way; what waits stays kept. Turns the loop of the base once. push may
 * be NULL. */
void ol_push_close(struct ol_push *push);

/* The store to give to the access node: the one of the configuration, watched. */
struct ol_store ol_push_store(struct ol_push *push);

/* Takes up settings that keep() was given before the last restart. */
void ol_push_restore(struct ol_push *push, struct ol_str product_id, struct ol_str text);

/* Lines up a message that put() was given before the last restart, in the order of the ids
 * and after the settings. false: there is nobody to send it to any more, drop it. */
bool ol_push_restore_message(struct ol_push *push, const struct ol_push_kept *message);

/* Where a product's messages go. */
struct ol_push_settings {
    struct ol_str url;   /* http://host[:port][/path][?query]; IPv6 in brackets */
    struct ol_str token; /* 1 to OL_PUSH_TOKEN_MAX printable ASCII characters */
    struct ol_str aes;   /* empty, or OL_PUSH_AES_LEN of them: secure mode */
};

/* Sets a product's push in place of the one it had, whose waiting messages are dropped,
 * and asks the address whether it agrees. Messages are made from the moment that it does.
 * OL_OK; OL_E_ARG: *wrong names the setting that may not be; OL_E_NOSPC: too many
 * products have one; OL_E_IO: it could not be kept. */
OL_MUST int32_t ol_push_set(struct ol_push *push, struct ol_str product_id,
                            const struct ol_push_settings *settings, const char **wrong);

/* Asks the address again. OL_OK; OL_E_NOENT: the product has no push. */
OL_MUST int32_t ol_push_verify(struct ol_push *push, struct ol_str product_id);

/* OL_OK, OL_E_NOENT, OL_E_IO. */
OL_MUST int32_t ol_push_delete(struct ol_push *push, struct ol_str product_id);

enum ol_push_state { OL_PUSH_VERIFYING, OL_PUSH_ACTIVE, OL_PUSH_REFUSED };

struct ol_push_info {
    struct ol_str url; /* lives as long as the push of that product */
    enum ol_push_state state;
    bool secure;
    const char *why;  /* REFUSED: in words, static storage */
    uint64_t sent;    /* messages that were taken */
    uint64_t retries; /* attempts that were not the first of their message */
    uint64_t failed;  /* messages given up after the last attempt */
    uint64_t dropped; /* messages that found no room or memory */
    uint32_t waiting;
};

/* OL_OK, OL_E_NOENT. */
OL_MUST int32_t ol_push_get(const struct ol_push *push, struct ol_str product_id,
                            struct ol_push_info *out);

#endif
