/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CREATE_H
#define PLATFORM_CREATE_H

#include "platform/options.h"
#include "platform/store/db.h"

/* The commands that change or show the registry. Each returns an exit status, after one
 * JSON object on standard output or one sentence on standard error. */

int ol_create_product(struct ol_db *db, const struct ol_options *o);
int ol_create_device(struct ol_db *db, const struct ol_options *o);
int ol_list_products(struct ol_db *db);
int ol_list_devices(struct ol_db *db, const struct ol_options *o);

#endif
