/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_OUTBOX_H
#define PLATFORM_STORE_OUTBOX_H

#include "platform/store/db.h"

/* Messages of HTTP push that nobody has taken yet. They are put in the batch of what they tell
 * of, so that there is never one without the other, and taken out when they are over. */

struct ol_outbox {
    struct ol_db *db;
    struct sqlite3_stmt *put;
    struct sqlite3_stmt *drop;
};

struct ol_outbox_message {
    int64_t id; /* never used before: above ol_outbox_last() */
    int64_t device;
    int64_t time_ms;
    struct ol_str product_id;
    struct ol_str text;
};

/* Makes the statements. db stays open until ol_outbox_close. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_outbox_open(struct ol_outbox *o, struct ol_db *db);

/* Harmless on a zeroed one. */
void ol_outbox_close(struct ol_outbox *o);

/* The highest id that there ever was, 0: none. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_outbox_last(const struct ol_outbox *o, int64_t *id);

/* Adds a message to the open batch. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_outbox_put(struct ol_outbox *o, const struct ol_outbox_message *m);

/* Takes messages out: within the batch where one is open, else at once. Those that could not
 * be taken out come again from ol_outbox_each. */
void ol_outbox_drop(struct ol_outbox *o, const int64_t *ids, size_t count);

/* Takes out all messages of a product, likewise. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_outbox_clear(struct ol_outbox *o, struct ol_str product_id);

/* Calls row for each message, oldest first; the strings live during the call, in which the
 * database must not be written. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_outbox_each(const struct ol_outbox *o,
                               void (*row)(void *ctx, const struct ol_outbox_message *m),
                               void *ctx);

#endif
