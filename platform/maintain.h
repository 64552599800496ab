/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_MAINTAIN_H
#define PLATFORM_MAINTAIN_H

#include "platform/datadir.h"
#include "platform/options.h"
#include "platform/store/retention.h"

struct event;
struct ol_access;
struct event_base;

/* The care of stored data: docs/storage.md. */

/* `backup`: copies the database, as it is at one moment, to a new file, while serve runs
 * or not. Exit status, after one JSON object on standard output or one sentence on
 * standard error. */
int ol_maintain_backup(const struct ol_datadir *dir, const struct ol_options *o);

/* `check`: looks whether the database is whole, and changes nothing. Exit status
 * OL_EXIT_OK: sound; OL_EXIT_FAILED: damaged, or it cannot be read. One JSON object on
 * standard output tells what there is. */
int ol_maintain_check(const struct ol_datadir *dir);

/* Keeps history and message log within their limits while serve runs. Memory of the owner. */
struct ol_maintain {
    struct ol_access *access;
    struct ol_db *db;
    struct ol_db_retention retention;
    struct event *timer;
    uint32_t log_at; /* where the pass through the message log is */
    struct event *log_timer;
};

/* Starts; without a limit only what deleted devices have left goes. The access is open and stays so until
 * ol_maintain_stop(). false: no memory. */
bool ol_maintain_start(struct ol_maintain *m, struct event_base *base,
                       struct ol_access *access, struct ol_db *db,
                       const struct ol_options *o);

/* Harmless when it was not started. */
void ol_maintain_stop(struct ol_maintain *m);

#endif
