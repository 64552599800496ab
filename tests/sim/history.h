/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_HISTORY_H
#define TESTS_SIM_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/core/store.h"

/* The platform's store in memory: one product, one device. What is put is lost unless a commit
 * follows. Values are numbers, each used once, so that every sample can be found again. */

#define SIM_ROWS_MAX 1024

struct sim_row {
    uint16_t property;
    int64_t time_ms;
    int64_t value;
};

struct sim_history {
    struct ol_store_product product;
    struct ol_str device_name;
    struct ol_str device_key;
    size_t stored_count;
    size_t staged_count;
    struct sim_row stored[SIM_ROWS_MAX];
    struct sim_row staged[SIM_ROWS_MAX];
    unsigned fail_commits; /* so many next commits fail */
    unsigned overwritten;  /* another value came with the time of an older one */
    unsigned overflow;     /* rows that did not fit: the run is too long */
};

struct ol_store sim_history_store(struct sim_history *h);

/* The process dies. */
void sim_history_crash(struct sim_history *h);

/* How often the value stands in the history of the property. */
unsigned sim_history_count(const struct sim_history *h, uint16_t property, int64_t value);

#endif
