/* SPDX-License-Identifier: MIT */
#ifndef SIM_CLOUD_STORE_H
#define SIM_CLOUD_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "platform/core/store.h"

/* Products, devices and the newest value of each property, in memory. What was put since the
 * last commit is lost when the platform dies, as with a real store. */

#define SIM_STORE_PRODUCTS 4
#define SIM_STORE_DEVICES  8
#define SIM_STORE_KEY_CAP  128
#define SIM_STORE_NAME_CAP 64
#define SIM_STORE_VALUES   64
#define SIM_STORE_TEXT_CAP 256 /* of one value; a longer one is refused */

/* The product or device: its number from 1, or 0: no room, or the model is refused. The text is
 * copied. */
uint32_t sim_store_add_product(struct ol_str product_id, struct ol_str key,
                               struct ol_str model);
uint32_t sim_store_add_device(uint32_t product, struct ol_str name, struct ol_str key);
void sim_store_set_key(uint32_t device, struct ol_str key);

/* The newest committed value as JSON text; empty: none. */
struct ol_str sim_store_value(uint32_t device, struct ol_str identifier);
/* Samples committed since init. */
uint32_t sim_store_samples(void);

/* Where the lines of the message log go. */
void sim_store_log(const struct ol_msglog *line);

void sim_store_reset(void);
/* The process dies: what was not committed is gone. */
void sim_store_crash(void);

extern const struct ol_store sim_store;

#endif
