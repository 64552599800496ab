/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_BACKEND_H
#define PLATFORM_API_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "platform/core/store.h"

/* What the HTTP API needs from the rest of the platform. Its owner supplies it; nothing
 * calls back into the API but the row functions, during the call. Strings that come out
 * live until the next call, those handed to a row function during it. */

struct ol_api_device {
    int64_t id;
    struct ol_str name;
    struct ol_str sec_key;
    struct ol_str about;
    int64_t created_ms; /* Unix ms */
    int64_t online_ms;  /* when it last came online, 0: never */
    int64_t seen_ms;    /* 0: never */
    bool online;
};

/* One change of a device's presence. */
struct ol_api_presence {
    int64_t time_ms; /* Unix ms */
    bool online;
    struct ol_str reason; /* why it went, or from where it came, in words */
};

struct ol_api_value {
    int64_t time_ms;
    struct ol_str text; /* JSON text */
};

/* A stretch of time; min, max and mean are JSON numbers, empty when none of the values is
 * one. */
struct ol_api_bucket {
    int64_t time_ms;
    int64_t count;
    struct ol_str min;
    struct ol_str max;
    struct ol_str mean;
};

struct ol_api_range {
    int64_t from_ms; /* inclusive */
    int64_t to_ms;   /* inclusive */
    int64_t limit;
    int64_t offset;
    bool descending;
};

struct ol_api_page {
    struct ol_str part; /* what a name must contain; empty: anything */
    int64_t limit;
    int64_t offset;
};

/* What is known of a product. */
struct ol_api_product_info {
    int64_t created_ms; /* Unix ms */
    int64_t device_count;
    struct ol_str model; /* the model's file, JSON text */
};

/* A product's HTTP push; strings live until the next call. */
struct ol_api_push {
    struct ol_str url;
    const char *state; /* "none", "verifying", "active", "refused" */
    const char *why;   /* refused: in words */
    bool secure;
    uint64_t sent, retries, failed, dropped, waiting;
};

/* Which lines of the message log. */
struct ol_api_log_query {
    int64_t device; /* 0: of clients that were not let in */
    int64_t after;  /* lines with a higher number */
    uint32_t limit;
    bool newest; /* of more than limit lines the newest, not the oldest */
    bool (*wanted)(void *ctx, const struct ol_msglog *line);
    void *wanted_ctx;
};

struct ol_api_log_line {
    int64_t seq;
    const struct ol_msglog *line;
    const char *direction;
    const char *verdict;
    const char *packet;
};

#define OL_API_KEY_CAP 96 /* a key as text, with its NUL */

struct ol_api_backend {
    void *ctx;

    /* Monotonic time of this turn, and Unix ms. */
    ol_ms (*now)(void *ctx);
    int64_t (*wall_ms)(void *ctx);

    /* Stores what came before the request, so that an answer never tells of what a crash
     * could take back. */
    void (*commit)(void *ctx);

    /* The user of the application API: its id and its base64 key. */
    struct ol_str (*user_id)(void *ctx);
    struct ol_str (*user_key)(void *ctx);

    const struct ol_store_product *(*find_product)(void *ctx, struct ol_str product_id);

    /* OL_OK, OL_E_NOENT, OL_E_IO. */
    int32_t (*get_device)(void *ctx, const struct ol_store_product *product,
                          struct ol_str name, struct ol_api_device *out);

    /* OL_OK, OL_E_IO. *total gets how many there are on all pages. */
    int32_t (*each_device)(void *ctx, const struct ol_store_product *product,
                           const struct ol_api_page *page, int64_t *total,
                           void (*row)(void *row_ctx, const struct ol_api_device *d),
                           void *row_ctx);

    /* Stores a new device with a key made for it. OL_OK; OL_E_ARG: the name is taken;
     * OL_E_IO. */
    int32_t (*add_device)(void *ctx, const struct ol_store_product *product,
                          struct ol_str name, struct ol_str about,
                          char key[OL_API_KEY_CAP]);

    /* OL_OK, OL_E_IO. */
    int32_t (*product_info)(void *ctx, const struct ol_store_product *product,
                            struct ol_api_product_info *out);

    /* Gives the device another description; another key, made for it; takes it away with
     * all that it reported. The API has ended its session before. OL_OK; OL_E_NOENT: no
     * such device any more; OL_E_IO. */
    int32_t (*describe_device)(void *ctx, int64_t device, struct ol_str about);
    int32_t (*rekey_device)(void *ctx, int64_t device, char key[OL_API_KEY_CAP]);
    int32_t (*delete_device)(void *ctx, int64_t device);

    /* The changes of presence of a range. OL_OK, OL_E_IO. */
    int32_t (*each_presence)(void *ctx, int64_t device, const struct ol_api_range *range,
                             void (*row)(void *row_ctx, const struct ol_api_presence *p),
                             void *row_ctx);

    /* The HTTP push of a product: platform/push/push.h. push_set gives OL_OK; OL_E_ARG:
     * *wrong names the setting; OL_E_NOSPC: too many products have one; OL_E_IO. The
     * other two OL_OK, OL_E_NOENT: it has none, OL_E_IO. */
    int32_t (*push_set)(void *ctx, struct ol_str product_id, struct ol_str url,
                        struct ol_str token, struct ol_str aes, const char **wrong);
    int32_t (*push_verify)(void *ctx, struct ol_str product_id);
    int32_t (*push_delete)(void *ctx, struct ol_str product_id);
    struct ol_api_push (*push_get)(void *ctx, struct ol_str product_id);

    /* Lines of the message log, oldest first. OL_OK; OL_E_IO: there is none. */
    int32_t (*each_log)(void *ctx, const struct ol_api_log_query *query,
                        void (*row)(void *row_ctx, const struct ol_api_log_line *l),
                        void *row_ctx);

    /* The property's value with the latest time. OL_OK, OL_E_NOENT, OL_E_IO. */
    int32_t (*latest)(void *ctx, const struct ol_store_product *product, int64_t device,
                      uint16_t property, struct ol_api_value *out);

    /* The values of a range. OL_OK, OL_E_IO. */
    int32_t (*each_value)(void *ctx, const struct ol_store_product *product,
                          int64_t device, uint16_t property,
                          const struct ol_api_range *range,
                          void (*row)(void *row_ctx, const struct ol_api_value *v),
                          void *row_ctx);

    /* A chart: the stretches of width_ms in a range that hold values; offset and limit count
     * stretches. NULL: no memory. */
    void *(*chart_open)(void *ctx, const struct ol_api_range *range, int64_t width_ms);

    /* One slice of it, some milliseconds. OL_E_AGAIN: there is more. OL_OK: that was all.
     * OL_E_IO. */
    int32_t (*chart_step)(void *ctx, void *chart, const struct ol_store_product *product,
                          int64_t device, uint16_t property,
                          void (*row)(void *row_ctx, const struct ol_api_bucket *b),
                          void *row_ctx);
    void (*chart_close)(void *ctx, void *chart);
};

#endif
