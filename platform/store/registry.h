/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_REGISTRY_H
#define PLATFORM_STORE_REGISTRY_H

#include "onelink/onenet/model_import.h"
#include "platform/store/db.h"

/* Products, devices and settings. The functions that write commit by themselves, so that
 * the answer to whoever asked may follow at once; they must not be called while a batch
 * of the access node is open (commit it before). */

#define OL_DB_ABOUT_MAX 512 /* bytes of a device's description */

/* Stores a product. product_id must be valid and access_key base64
 * (ol_onenet_pid_is_valid, ol_onenet_key_check); model is the text of the model file.
 * OL_OK; OL_E_ARG: the id is taken; OL_E_PROTO: the model is wrong, *error says where;
 * OL_E_IO. */
OL_MUST int32_t ol_db_product_add(struct ol_db *db, struct ol_str product_id,
                                  struct ol_str access_key, struct ol_str model,
                                  int64_t now_ms, struct ol_onenet_import_error *error);

/* Holds a model against all that ol_db_product_add() asks of it. OL_OK; OL_E_PROTO: *error
 * says what is wrong; OL_E_IO: no memory. */
OL_MUST int32_t ol_db_model_check(struct ol_str model,
                                  struct ol_onenet_import_error *error);

struct ol_db_product_row {
    struct ol_str product_id;
    int64_t created_ms;
};

/* Calls row for each product, oldest first. The strings live during the call. OL_OK,
 * OL_E_IO. */
OL_MUST int32_t ol_db_product_each(struct ol_db *db,
                                   void (*row)(void *ctx,
                                               const struct ol_db_product_row *r),
                                   void *ctx);

/* A device. The strings live until the next call into the database. */
struct ol_db_device_row {
    int64_t id;
    struct ol_str name;
    struct ol_str sec_key;
    struct ol_str about;
    struct ol_str reason; /* why it went offline, in words */
    int64_t created_ms;
    int64_t online_ms; /* when it last came online, 0: never */
    int64_t seen_ms;   /* its last packet before it last came or went, 0: never */
    bool online;
};

/* Stores a device. name must be valid and sec_key base64. OL_OK; OL_E_ARG: the name is
 * taken in that product; OL_E_IO. */
OL_MUST int32_t ol_db_device_add(struct ol_db *db, const struct ol_store_product *product,
                                 struct ol_str name, struct ol_str sec_key,
                                 struct ol_str about, int64_t now_ms);

/* OL_OK, OL_E_NOENT, OL_E_IO. */
OL_MUST int32_t ol_db_device_get(struct ol_db *db, const struct ol_store_product *product,
                                 struct ol_str name, struct ol_db_device_row *out);

/* Which devices to list. */
struct ol_db_device_filter {
    struct ol_str part; /* what the name must contain; empty: anything */
    int64_t limit;      /* -1: all */
    int64_t offset;
};

/* Calls row for each, oldest first. OL_OK, OL_E_IO. */
OL_MUST int32_t
ol_db_device_each(struct ol_db *db, const struct ol_store_product *product,
                  const struct ol_db_device_filter *filter,
                  void (*row)(void *ctx, const struct ol_db_device_row *r), void *ctx);

/* How many devices there are whose name contains part. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_device_count(struct ol_db *db,
                                   const struct ol_store_product *product,
                                   struct ol_str part, int64_t *out);

/* The product, or NULL: ol_store_ops.find_product. */
const struct ol_store_product *ol_db_product_get(struct ol_db *db,
                                                 struct ol_str product_id);

/* The setting; it lives until the next call. OL_OK, OL_E_NOENT, OL_E_IO. */
OL_MUST int32_t ol_db_setting_get(struct ol_db *db, struct ol_str name,
                                  struct ol_str *out);

/* Stores a setting that is not there yet; one that is there stays. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_setting_add(struct ol_db *db, struct ol_str name,
                                  struct ol_str value);

#endif
