/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "platform/store/internal.h"
#include "platform/store/registry.h"

#define NUMBER_NONE UINT16_MAX

static size_t align_up(size_t n)
{
    return (n + 15) & ~(size_t)15;
}

/* Reads a model into tables of its own. *room is to be freed, also on error. */
static int32_t model_load(struct ol_str text, struct ol_onenet_model *model, void **room,
                          struct ol_onenet_import_error *error)
{
    struct ol_onenet_model_room r = {0};
    ol_onenet_model_measure(text.ptr, text.len, &r);
    size_t fields = align_up(r.field_cap * sizeof *r.fields);
    size_t labels = align_up(r.label_cap * sizeof *r.labels);
    size_t events = align_up(r.event_cap * sizeof *r.events);
    size_t services = align_up(r.service_cap * sizeof *r.services);
    unsigned char *p = malloc(fields + labels + events + services + r.text_cap + 1);
    *room = p;
    if (p == NULL) {
        return OL_E_IO;
    }
    r.fields = (void *)p;
    r.labels = (void *)(p + fields);
    r.events = (void *)(p + fields + labels);
    r.services = (void *)(p + fields + labels + events);
    r.text = (char *)(p + fields + labels + events + services);
    return ol_onenet_model_import(text.ptr, text.len, &r, model, error) == OL_OK
               ? OL_OK
               : OL_E_PROTO;
}

int32_t ol_db_model_check(struct ol_str model, struct ol_onenet_import_error *error)
{
    struct ol_onenet_model read = {0};
    void *room = NULL;
    int32_t rc = model_load(model, &read, &room, error);
    free(room);
    return rc;
}

static void product_free(struct ol_db_product *p)
{
    free(p->room);
    free(p->text);
    free(p->numbers);
    free(p);
}

void ol_db_products_free(struct ol_db *db)
{
    while (db->products != NULL) {
        struct ol_db_product *p = db->products;
        db->products = p->next;
        product_free(p);
    }
}

/* Fills the numbers of the properties from the table of points. */
static bool load_numbers(struct ol_db *db, struct ol_db_product *p)
{
    uint16_t count = p->model.property_count;
    p->numbers = malloc((count + 1U) * sizeof *p->numbers);
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_POINT_LIST);
    if (p->numbers == NULL || st == NULL) {
        return false;
    }
    for (uint16_t i = 0; i < count; i++) {
        p->numbers[i] = NUMBER_NONE;
    }
    sqlite3_bind_int64(st, 1, p->record.id);
    int rc = SQLITE_ROW;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        int32_t at = ol_onenet_property_find(&p->model, ol_db_column_str(st, 1));
        if (at >= 0) {
            p->numbers[at] = (uint16_t)sqlite3_column_int(st, 0);
        }
    }
    sqlite3_reset(st);
    return rc == SQLITE_DONE;
}

static bool fill_product(struct ol_db *db, sqlite3_stmt *st, struct ol_db_product *p)
{
    struct ol_str id = ol_db_column_str(st, 1);
    struct ol_str key = ol_db_column_str(st, 2);
    struct ol_str model = ol_db_column_str(st, 3);
    p->text = malloc(id.len + key.len + 1);
    if (p->text == NULL) {
        return false;
    }
    memcpy(p->text, id.ptr, id.len);
    memcpy(p->text + id.len, key.ptr, key.len);
    p->record = (struct ol_store_product){
        .id = sqlite3_column_int64(st, 0),
        .product_id = {p->text, id.len},
        .access_key = {p->text + id.len, key.len},
        .model = &p->model,
    };
    if (model_load(model, &p->model, &p->room, NULL) != OL_OK) {
        return false;
    }
    return load_numbers(db, p);
}

const struct ol_store_product *ol_db_find_product(void *ctx, struct ol_str product_id)
{
    struct ol_db *db = ctx;
    for (struct ol_db_product *p = db->products; p != NULL; p = p->next) {
        if (ol_str_equal(p->record.product_id, product_id)) {
            return &p->record;
        }
    }
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_PRODUCT_FIND);
    if (st == NULL) {
        return NULL;
    }
    ol_db_bind_str(st, 1, product_id);
    struct ol_db_product *p = NULL;
    if (sqlite3_step(st) == SQLITE_ROW && (p = calloc(1, sizeof *p)) != NULL) {
        if (fill_product(db, st, p)) {
            p->next = db->products;
            db->products = p;
        } else {
            product_free(p);
            p = NULL;
        }
    }
    sqlite3_reset(st);
    return p == NULL ? NULL : &p->record;
}

const struct ol_store_product *ol_db_product_get(struct ol_db *db,
                                                 struct ol_str product_id)
{
    return ol_db_find_product(db, product_id);
}

static int32_t insert_product(struct ol_db *db, struct ol_str product_id,
                              struct ol_str key, struct ol_str model, int64_t now_ms)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_PRODUCT_ADD);
    if (st == NULL) {
        return OL_E_IO;
    }
    ol_db_bind_str(st, 1, product_id);
    ol_db_bind_str(st, 2, key);
    ol_db_bind_str(st, 3, model);
    sqlite3_bind_int64(st, 4, now_ms);
    return ol_db_run(db, st);
}

static int32_t insert_points(struct ol_db *db, int64_t product,
                             const struct ol_onenet_model *model)
{
    for (uint16_t i = 0; i < model->property_count; i++) {
        sqlite3_stmt *st = ol_db_statement(db, OL_DB_POINT_ADD);
        if (st == NULL) {
            return OL_E_IO;
        }
        sqlite3_bind_int64(st, 1, product);
        sqlite3_bind_int(st, 2, i);
        ol_db_bind_str(st, 3, model->fields[i].identifier);
        int32_t rc = ol_db_run(db, st);
        if (rc != OL_OK) {
            return rc;
        }
    }
    return OL_OK;
}

int32_t ol_db_product_add(struct ol_db *db, struct ol_str product_id,
                          struct ol_str access_key, struct ol_str text, int64_t now_ms,
                          struct ol_onenet_import_error *error)
{
    struct ol_onenet_model model = {0};
    void *room = NULL;
    int32_t rc = model_load(text, &model, &room, error);
    if (rc == OL_OK) {
        rc = ol_db_batch(db);
    }
    if (rc == OL_OK) {
        rc = insert_product(db, product_id, access_key, text, now_ms);
    }
    if (rc == OL_OK) {
        rc = insert_points(db, sqlite3_last_insert_rowid(db->sql), &model);
    }
    if (rc == OL_OK) {
        rc = ol_db_commit(db);
    } else {
        ol_db_rollback(db);
    }
    free(room);
    return rc;
}

int32_t ol_db_product_each(struct ol_db *db,
                           void (*row)(void *ctx, const struct ol_db_product_row *r),
                           void *ctx)
{
    sqlite3_stmt *st = ol_db_statement(db, OL_DB_PRODUCT_LIST);
    int rc = SQLITE_ERROR;
    while (st != NULL && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct ol_db_product_row r = {ol_db_column_str(st, 0),
                                      sqlite3_column_int64(st, 1)};
        row(ctx, &r);
    }
    sqlite3_reset(st);
    return rc == SQLITE_DONE ? OL_OK : OL_E_IO;
}
