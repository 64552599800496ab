/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_BUCKETS_H
#define PLATFORM_STORE_BUCKETS_H

#include "platform/store/history.h"

/* A series made coarse for a chart: what lies in each stretch of time. */

#define OL_DB_NUMBER_CAP 32 /* text of a number, without NUL */

/* A stretch of width ms that holds values. The numbers are JSON text: min and
 * max as they were reported (one too long for OL_DB_NUMBER_CAP as the nearest
 * double); the mean exact where it is an integer, else the nearest double. The strings
 * live during the call. */
struct ol_db_bucket {
    int64_t time_ms; /* where it begins: a multiple of width */
    int64_t count;   /* values */
    int64_t numbers; /* of them are numbers; 0: the texts below are empty */
    struct ol_str min;
    struct ol_str max;
    struct ol_str mean;
};

/* Calls row for each stretch of the range that holds values, range->offset and
 * range->limit count stretches. width_ms is 1 or more. Strings and truth values only
 * count. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_buckets_each(struct ol_db *db,
                                   const struct ol_store_product *product, int64_t device,
                                   uint16_t property, const struct ol_db_range *range,
                                   int64_t width_ms,
                                   void (*row)(void *ctx, const struct ol_db_bucket *b),
                                   void *ctx);

#endif
