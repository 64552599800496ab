/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_ADMIN_H
#define PLATFORM_STORE_ADMIN_H

#include "platform/store/db.h"

/* What is done to products and devices by hand, now and then: looked at, changed, deleted.
 * The functions that write commit by themselves and must not be called while a batch of
 * the access node is open (commit it before). */

/* The model's file as it was imported, without a byte-order mark, and what else is known
 * of a product. The text lives until the next call into the database. */
struct ol_db_product_info {
    int64_t created_ms;
    int64_t device_count;
    struct ol_str model;
};

/* OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_product_info(struct ol_db *db,
                                   const struct ol_store_product *product,
                                   struct ol_db_product_info *out);

/* The device's name with its NUL, into name[cap]. false: there is no such device, or it
 * does not fit, or the database cannot be read. */
bool ol_db_device_name(struct ol_db *db, int64_t device, char *name, size_t cap);

/* Gives the device another description, another key. OL_OK; OL_E_NOENT: no such device;
 * OL_E_IO. */
OL_MUST int32_t ol_db_device_describe(struct ol_db *db, int64_t device,
                                      struct ol_str about);
OL_MUST int32_t ol_db_device_rekey(struct ol_db *db, int64_t device,
                                   struct ol_str sec_key);

/* Deletes the device with its presence and its history. Of a long history only the
 * beginning goes at once, the rest by ol_db_retention_step(); nobody can ask for it any
 * more, and the id is never given to another. Nothing may be put for the device
 * afterwards: end its session before. OL_OK; OL_E_NOENT: no such device; OL_E_IO: nothing
 * is deleted. */
OL_MUST int32_t ol_db_device_delete(struct ol_db *db, int64_t device);

/* Stores a setting, in the place of one that is there; an empty value deletes it. OL_OK,
 * OL_E_IO. */
OL_MUST int32_t ol_db_setting_put(struct ol_db *db, struct ol_str name,
                                  struct ol_str value);

/* Calls row for each setting whose name begins with prefix. The strings live during the
 * call. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_setting_each(struct ol_db *db, struct ol_str prefix,
                                   void (*row)(void *ctx, struct ol_str name,
                                               struct ol_str value),
                                   void *ctx);

#endif
