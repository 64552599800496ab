/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_PLATFORM_MEMORY_STORE_H
#define TESTS_UNIT_PLATFORM_MEMORY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/core/store.h"

/* A store in memory for tests of the access node: rows that are not committed are lost in
 * a crash, as with a real one; single operations can be made to fail. Slow and simple. */

struct ol_memory_row {
    int64_t device;
    uint16_t property;
    int64_t time_ms;
    char *value;
};

struct ol_memory_rows {
    struct ol_memory_row *row;
    size_t count;
    size_t cap;
};

struct ol_memory_line {
    struct ol_msglog line; /* its spans point into text */
    char *text;
};

struct ol_memory_device {
    const struct ol_store_product *product;
    char name[65];
    char key[128];
    int64_t id;
    int presence; /* enum ol_presence; -1: never put */
    char reason[128];
    unsigned presence_count;
};

#define OL_MEMORY_PRODUCTS 4
#define OL_MEMORY_DEVICES  2048

struct ol_memory_store {
    struct ol_store_product product[OL_MEMORY_PRODUCTS];
    size_t product_count;
    struct ol_memory_device *device; /* OL_MEMORY_DEVICES of them */
    size_t device_count;
    struct ol_memory_rows staged; /* put since the last commit */
    struct ol_memory_rows stored;
    struct ol_memory_line *log;
    size_t log_count;
    size_t log_cap;
    unsigned commits;
    unsigned puts;
    int fail_commits; /* so many next commits fail */
    int fail_put_at;  /* the put of that number from now fails; 0: none */
    bool keep_sent;   /* log lines about packets that were just sent, too */
    bool fail_presence;
    bool fail_find;
};

/* An empty store; close frees it. */
void ol_memory_open(struct ol_memory_store *m);
void ol_memory_close(struct ol_memory_store *m);

/* The interface for the node. */
struct ol_store ol_memory_ops(struct ol_memory_store *m);

/* Adds a product (all text is the caller's and outlives the store) or a device (copied).
 */
struct ol_store_product *ol_memory_add_product(struct ol_memory_store *m, const char *pid,
                                               const char *key,
                                               const struct ol_onenet_model *model);
struct ol_memory_device *ol_memory_add_device(struct ol_memory_store *m,
                                              const struct ol_store_product *product,
                                              const char *name, const char *key);

/* The process dies: what was not committed is gone. */
void ol_memory_crash(struct ol_memory_store *m);

/* The stored value at that time, or NULL; time_ms 0: the newest of the property. */
const char *ol_memory_value(const struct ol_memory_store *m, int64_t device,
                            uint16_t property, int64_t time_ms);

/* The newest log line, of n back; NULL: there are not so many. */
const struct ol_msglog *ol_memory_log(const struct ol_memory_store *m, size_t back);

/* How many log lines have this verdict and code (-1: any). */
size_t ol_memory_log_count(const struct ol_memory_store *m,
                           enum ol_msglog_verdict verdict, int32_t code);

#endif
