/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_HISTORY_H
#define PLATFORM_STORE_HISTORY_H

#include "platform/store/db.h"

/* What devices reported, and when they were online. */

/* Changes of presence that are kept of each device, at least. */
#define OL_DB_PRESENCE_KEPT 1000

/* A stored value: JSON text as it was reported. It lives until the next call into the
 * database. */
struct ol_db_value {
    int64_t time_ms;
    struct ol_str text;
};

/* The value with the latest time. property is the index in the product's model. OL_OK;
 * OL_E_NOENT: never reported; OL_E_IO. */
OL_MUST int32_t ol_db_latest(struct ol_db *db, const struct ol_store_product *product,
                             int64_t device, uint16_t property, struct ol_db_value *out);

/* Which values of a series to read. */
struct ol_db_range {
    int64_t from_ms; /* inclusive */
    int64_t to_ms;   /* inclusive */
    int64_t limit;
    int64_t offset;
    bool descending; /* newest first */
};

/* Calls row for each value of the range. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_series_each(struct ol_db *db,
                                  const struct ol_store_product *product, int64_t device,
                                  uint16_t property, const struct ol_db_range *range,
                                  void (*row)(void *ctx, const struct ol_db_value *v),
                                  void *ctx);

/* One change of presence. */
struct ol_db_presence {
    int64_t time_ms;
    bool online;
    struct ol_str reason;
};

/* Calls row for each change of presence of the range. OL_OK, OL_E_IO. */
OL_MUST int32_t
ol_db_presence_range(struct ol_db *db, int64_t device, const struct ol_db_range *range,
                     void (*row)(void *ctx, const struct ol_db_presence *p), void *ctx);

/* A device that is marked as online. */
struct ol_db_online {
    int64_t device;
    int64_t seen_ms;
    struct ol_str product_id; /* lives until the next call */
};

/* The one with the lowest id above after. OL_OK; OL_E_NOENT: no more; OL_E_IO. */
OL_MUST int32_t ol_db_presence_next_online(struct ol_db *db, int64_t after,
                                           struct ol_db_online *out);

#endif
