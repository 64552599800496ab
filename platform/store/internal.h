/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_INTERNAL_H
#define PLATFORM_STORE_INTERNAL_H

#include "onelink/onenet/model.h"
#include "platform/core/store.h"
#include "platform/store/history.h"

/* What the files of this layer share. */

/* A product that was looked up, kept until the database is closed. */
struct ol_db_product {
    struct ol_store_product record; /* first: the contract hands out its address */
    struct ol_db_product *next;
    struct ol_onenet_model model;
    void *room;        /* the model's tables */
    char *text;        /* product id and key */
    uint16_t *numbers; /* by property: its number in history.point */
};

static inline const struct ol_db_product *
ol_db_product_of(const struct ol_store_product *record)
{
    return (const struct ol_db_product *)(const void *)record;
}

/* The key of a series in history. */
static inline int64_t ol_db_point_key(int64_t device, uint16_t number)
{
    return device << 16 | number;
}

/* The values of a range, ready to be stepped: time and value. NULL: it cannot be read. */
struct sqlite3_stmt *ol_db_series_open(struct ol_db *db,
                                       const struct ol_store_product *product,
                                       int64_t device, uint16_t property,
                                       const struct ol_db_range *range);

void ol_db_products_free(struct ol_db *db);

/* The functions of struct ol_store_ops. */
const struct ol_store_product *ol_db_find_product(void *ctx, struct ol_str product_id);
int32_t ol_db_find_device(void *ctx, const struct ol_store_product *product,
                          struct ol_str name, struct ol_store_device *out);
int32_t ol_db_put_sample(void *ctx, const struct ol_store_sample *sample);
int32_t ol_db_put_presence(void *ctx, const struct ol_store_presence *presence);
void ol_db_put_log(void *ctx, const struct ol_msglog *line);

#endif
