/* SPDX-License-Identifier: MIT */
#include "platform/store/outbox.h"

#include <sqlite3.h>

static sqlite3_stmt *prepare(struct ol_db *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    return sqlite3_prepare_v2(db->sql, sql, -1, &st, NULL) == SQLITE_OK ? st : NULL;
}

int32_t ol_outbox_open(struct ol_outbox *o, struct ol_db *db)
{
    *o = (struct ol_outbox){.db = db};
    o->put = prepare(db, "INSERT INTO push(id, product_id, device, time, text)"
                         " VALUES(?1, ?2, ?3, ?4, ?5)");
    o->drop = prepare(db, "DELETE FROM push WHERE id = ?1");
    if (o->put == NULL || o->drop == NULL) {
        ol_outbox_close(o);
        return OL_E_IO;
    }
    return OL_OK;
}

void ol_outbox_close(struct ol_outbox *o)
{
    sqlite3_finalize(o->put);
    sqlite3_finalize(o->drop);
    *o = (struct ol_outbox){0};
}

int32_t ol_outbox_last(const struct ol_outbox *o, int64_t *id)
{
    sqlite3_stmt *st = prepare(
        o->db, "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'push'");
    bool ok = st != NULL && sqlite3_step(st) == SQLITE_ROW;
    *id = ok ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_finalize(st);
    return ok ? OL_OK : OL_E_IO;
}

int32_t ol_outbox_put(struct ol_outbox *o, const struct ol_outbox_message *m)
{
    int32_t rc = ol_db_batch(o->db);
    if (rc != OL_OK) {
        return rc;
    }
    sqlite3_bind_int64(o->put, 1, m->id);
    ol_db_bind_str(o->put, 2, m->product_id);
    sqlite3_bind_int64(o->put, 3, m->device);
    sqlite3_bind_int64(o->put, 4, m->time_ms);
    ol_db_bind_str(o->put, 5, m->text);
    return ol_db_run(o->db, o->put);
}

/* Ends what was begun here: a batch of the access node is the node's to end. */
static int32_t finish(struct ol_outbox *o, bool was_open, int32_t rc)
{
    if (was_open) {
        return rc;
    }
    if (rc != OL_OK) {
        ol_db_rollback(o->db);
        return rc;
    }
    return ol_db_commit(o->db);
}

void ol_outbox_drop(struct ol_outbox *o, const int64_t *ids, size_t count)
{
    bool was_open = o->db->in_batch;
    int32_t rc = ol_db_batch(o->db);
    for (size_t i = 0; i < count && rc == OL_OK; i++) {
        sqlite3_bind_int64(o->drop, 1, ids[i]);
        rc = ol_db_run(o->db, o->drop);
    }
    (void)(finish(o, was_open, rc) == OL_OK);
}

int32_t ol_outbox_clear(struct ol_outbox *o, struct ol_str product_id)
{
    bool was_open = o->db->in_batch;
    int32_t rc = ol_db_batch(o->db);
    sqlite3_stmt *st =
        rc == OL_OK ? prepare(o->db, "DELETE FROM push WHERE product_id = ?1") : NULL;
    if (st != NULL) {
        ol_db_bind_str(st, 1, product_id);
    }
    rc = ol_db_run(o->db, st);
    sqlite3_finalize(st);
    return finish(o, was_open, rc);
}

int32_t ol_outbox_each(const struct ol_outbox *o,
                       void (*row)(void *ctx, const struct ol_outbox_message *m),
                       void *ctx)
{
    sqlite3_stmt *st =
        prepare(o->db, "SELECT id, device, time, product_id, text FROM push ORDER BY id");
    int rc = st == NULL ? SQLITE_ERROR : SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const struct ol_outbox_message m = {
            .id = sqlite3_column_int64(st, 0),
            .device = sqlite3_column_int64(st, 1),
            .time_ms = sqlite3_column_int64(st, 2),
            .product_id = ol_db_column_str(st, 3),
            .text = ol_db_column_str(st, 4),
        };
        row(ctx, &m);
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? OL_OK : OL_E_IO;
}
