/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* mkdtemp */

#include "platform_store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/store/registry.h"

void store_world_open(struct store_world *w)
{
    char why[256] = "";
    memset(w, 0, sizeof *w);
    strcpy(w->dir, "/tmp/onelink-store-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->file, sizeof w->file, "%s/onelink.db", w->dir);
    assert_int_equal(ol_db_open(&w->db, w->file, why, sizeof why), OL_OK);
    w->store = ol_db_store(&w->db);
    assert_int_equal(ol_db_product_add(&w->db, OL_STR("Prod000001"), OL_STR("a2V5"),
                                       OL_STR(STORE_WORLD_MODEL), 5, NULL),
                     OL_OK);
    w->product = ol_db_product_get(&w->db, OL_STR("Prod000001"));
    assert_non_null(w->product);
    w->device = store_world_device(w, "dev");
}

void store_world_close(struct store_world *w)
{
    char command[128];
    ol_db_close(&w->db);
    snprintf(command, sizeof command, "rm -rf %s", w->dir);
    assert_int_equal(system(command), 0);
}

int64_t store_world_device(struct store_world *w, const char *name)
{
    struct ol_db_device_row row;
    assert_int_equal(ol_db_device_add(&w->db, w->product, ol_str_from(name),
                                      OL_STR("a2V5MQ=="), OL_STR("about it"), 6),
                     OL_OK);
    assert_int_equal(ol_db_device_get(&w->db, w->product, ol_str_from(name), &row),
                     OL_OK);
    return row.id;
}

void store_world_put(struct store_world *w, int64_t device, uint16_t property,
                     int64_t time_ms, const char *value)
{
    struct ol_store_sample sample = {.device = device,
                                     .product = w->product,
                                     .property = property,
                                     .time_ms = time_ms,
                                     .arrival_ms = time_ms,
                                     .value = ol_str_from(value)};
    assert_int_equal(w->store.ops->put_sample(w->store.ctx, &sample), OL_OK);
}

void store_world_commit(struct store_world *w)
{
    assert_int_equal(w->store.ops->commit(w->store.ctx), OL_OK);
}

int64_t store_world_int(struct store_world *w, const char *query)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(w->db.sql, query, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}
