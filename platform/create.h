/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CREATE_H
#define PLATFORM_CREATE_H

#include "platform/options.h"
#include "platform/store/db.h"

/* The commands that change or show the registry. Each returns an exit status, after one
 * JSON object on standard output or one sentence on standard error. */

/* What can be told to be wrong with a product before there is a folder for it: its id, and
 * its model if that is a file (a pipe gives its bytes only once). OL_EXIT_OK, or as above. */
int ol_create_product_check(const struct ol_options *o);

int ol_create_product(struct ol_db *db, const struct ol_options *o);
int ol_create_device(struct ol_db *db, const struct ol_options *o);
int ol_list_products(struct ol_db *db);
int ol_list_devices(struct ol_db *db, const struct ol_options *o);

#endif
