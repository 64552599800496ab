/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_MSGLOG_H
#define PLATFORM_STORE_MSGLOG_H

#include "platform/store/db.h"

/* The message log: the newest OL_DB_LOG_LINES lines of all devices, in a ring. */

/* A line as it was put, and its number. line.body is the first OL_DB_LOG_BODY_MAX bytes;
 * line.length tells how long it was. The product and device of a known device are empty.
 * The strings live during the call. */
struct ol_db_log_line {
    int64_t seq;
    struct ol_msglog line;
};

/* Calls row for the newest lines of a device (0: of clients that were not let in), newest
 * first, at most limit, below seq number before (0: from the newest). OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_log_each(struct ol_db *db, int64_t device, int64_t before,
                               uint32_t limit,
                               void (*row)(void *ctx, const struct ol_db_log_line *l),
                               void *ctx);

#endif
