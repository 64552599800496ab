/* SPDX-License-Identifier: MIT */
#ifndef SIM_CLOUD_MEMORY_H
#define SIM_CLOUD_MEMORY_H

#include <stddef.h>

#include "platform/core/alloc.h"

/* Memory out of one static arena, in blocks of powers of two: the same calls give the same
 * addresses. A block that is given back is used again for its size only. */

/* For the access node. */
extern const struct ol_alloc sim_memory_alloc;

/* Zeroed; NULL: the arena is used up. */
void *sim_memory_get(size_t len);

/* Takes everything back. */
void sim_memory_reset(void);

#endif
