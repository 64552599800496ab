/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_MSGLOG_H
#define PLATFORM_STORE_MSGLOG_H

#include "platform/store/db.h"
#include "platform/store/ring.h"

/* The message log: a ring of bytes for each device, and one for what belongs to none, in
 * a file beside the database (ring.h). It is no part of the batch: a line tells what
 * happened, also when its commit fails. */

/* Lines a second about clients that are not logged in, whoever they are; how many more
 * there were is told in a line of its own, when the next line of any kind comes. */
#define OL_DB_LOG_STRANGERS 50

#define OL_DB_LOG_FILE  "messages.log"
#define OL_DB_LOG_BYTES (256U * 1024) /* of each device, unless told otherwise */

/* Lines that are too old go in slices of so many blocks (ring.h) looked at, the next after
 * BUSY_MS; when all is done for now, after IDLE_MS. */
#define OL_DB_LOG_SLICE   64
#define OL_DB_LOG_BUSY_MS 10
#define OL_DB_LOG_IDLE_MS 60000

/* A line as it was put, and its number. Topic and body of a PUBLISH are read from raw, as
 * far as that goes. The product and device of a known device are empty. The strings live
 * during the call. */
struct ol_db_log_line {
    int64_t seq;
    struct ol_msglog line;
};

/* Opens the message log that ol_store_ops.put_log adds to; without it lines are lost and
 * counted. bytes as in ring.h. OL_OK; OL_E_IO after one sentence in why[cap]. */
OL_MUST int32_t ol_db_log_open(struct ol_db *db, const char *path, uint32_t bytes,
                               char *why, size_t cap);

/* How old a line may become, 0: as old as it likes. It stands in the file, for all who
 * read it, until it is set again. Without a log nothing happens. */
void ol_db_log_set_age(struct ol_db *db, int64_t max_age_ms);

/* One slice of giving back what is older, *at is 0 at first and then its own; now_ms is
 * Unix time. A block goes when its newest line is too old; lines that are too old and
 * still there are not shown. Returns in how many ms the next slice is due. */
int64_t ol_db_log_retention_step(struct ol_db *db, uint32_t *at, int64_t now_ms);

/* Forgets the lines of a device that is deleted. */
void ol_db_log_forget(struct ol_db *db, int64_t device);

/* Which lines to read. */
struct ol_db_log_query {
    int64_t device; /* 0: of clients that were not let in */
    int64_t after;  /* lines with a higher number */
    uint32_t limit;
    bool newest; /* of more than limit lines the newest, not the oldest */
    /* Unix time: what is too old by then is left out. */
    int64_t now_ms;
    /* NULL: all; else those for which it is true. */
    bool (*wanted)(void *ctx, const struct ol_msglog *line);
    void *wanted_ctx;
};

/* Calls row for lines of one device, oldest first. OL_OK; OL_E_IO: no memory or no log. */
OL_MUST int32_t ol_log_each(struct ol_ring *log, const struct ol_db_log_query *query,
                            void (*row)(void *ctx, const struct ol_db_log_line *l),
                            void *ctx);

#endif
