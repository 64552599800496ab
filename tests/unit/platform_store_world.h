/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PLATFORM_STORE_WORLD_H
#define TESTS_PLATFORM_STORE_WORLD_H

#include "platform/store/db.h"

#define STORE_WORLD_MODEL                                                                \
    "{\"properties\":["                                                                  \
    "{\"identifier\":\"temp\",\"name\":\"t\",\"accessMode\":\"r\","                      \
    "\"dataType\":{\"type\":\"float\",\"specs\":{}}},"                                   \
    "{\"identifier\":\"led\",\"name\":\"l\",\"accessMode\":\"rw\","                      \
    "\"dataType\":{\"type\":\"bool\",\"specs\":{}}}]}"

/* A database in a folder of its own, with the product Prod000001 (properties temp, a
 * float, and led, a bool) and the device dev. */
struct store_world {
    char dir[64];
    char file[96];
    struct ol_db db;
    struct ol_store store;
    const struct ol_store_product *product;
    int64_t device;
};

void store_world_open(struct store_world *w);
void store_world_close(struct store_world *w);

/* Another device, with the key a2V5MQ== and the description "about it"; its id. */
int64_t store_world_device(struct store_world *w, const char *name);

/* Puts a value; the batch stays open. */
void store_world_put(struct store_world *w, int64_t device, uint16_t property,
                     int64_t time_ms, const char *value);
void store_world_commit(struct store_world *w);

/* The number that a query gives. */
int64_t store_world_int(struct store_world *w, const char *query);

#endif
