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

/* Private: a reported number, exact when it is an integer of 64 bits. text is empty then, until
 * somebody asks for it. */
struct ol_db_number {
    bool is_integer;
    int64_t integer;
    double real;
    uint8_t text_len;
    char text[OL_DB_NUMBER_CAP];
};

/* Private: the stretch that is being gathered; count 0: none. */
struct ol_db_stretch {
    int64_t time_ms;
    int64_t count;
    int64_t numbers;
    struct ol_db_number min;
    struct ol_db_number max;
    bool sum_is_exact; /* all are integers, and their sum fits */
    int64_t sum;
    long double real_sum; /* more digits and a larger range than a double */
};

/* Values that a slice of a chart looks at, at most: some milliseconds. */
#define OL_DB_BUCKETS_ROWS 16384

/* A chart under way, without pointers. */
struct ol_db_buckets {
    int64_t slice_rows; /* OL_DB_BUCKETS_ROWS; may be changed before the first step */
    /* Private: */
    int64_t width_ms;
    struct ol_db_range
        left; /* of the values that no slice has seen, and of the stretches */
    struct ol_db_stretch open;
};

/* Begins a chart of the stretches of the range that hold values; range->offset and
 * range->limit count stretches. width_ms is 1 or more. Strings and truth values only
 * count. Memory only. */
void ol_db_buckets_open(struct ol_db_buckets *b, const struct ol_db_range *range,
                        int64_t width_ms);

/* One slice: calls row for each stretch that is whole now. OL_E_AGAIN: there is more; what is
 * stored or deleted until then counts where the chart has not come yet. OL_OK: that was all.
 * OL_E_IO. */
OL_MUST int32_t ol_db_buckets_step(struct ol_db_buckets *b, struct ol_db *db,
                                   const struct ol_store_product *product, int64_t device,
                                   uint16_t property,
                                   void (*row)(void *ctx, const struct ol_db_bucket *b),
                                   void *ctx);

#endif
