/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_STORE_RETENTION_H
#define PLATFORM_STORE_RETENTION_H

#include "platform/store/db.h"

/* Keeps the history within an age and a size, and deletes that of deleted devices:
 * docs/storage.md. It works in slices, each a
 * small commit of its own, so that devices are served in between.
 *
 * The newest value of a property always stays, however old: it is what the property is.
 *
 * By size the oldest values go first, to within a 64th of the time that the history
 * spans. The size is that of the pages in use; those that become free are used again, the
 * file does not shrink. */

#define OL_DB_RETENTION_ROWS   256 /* deleted in a slice, at most */
#define OL_DB_RETENTION_SERIES 64  /* looked at in a slice, at most */

/* When the next slice is due: soon, or when all is done for now. */
#define OL_DB_RETENTION_BUSY_MS 10
#define OL_DB_RETENTION_IDLE_MS 5000

/* So long after a pass by age the next one is due. */
#define OL_DB_RETENTION_AGE_MS 60000

enum ol_db_retention_phase {
    OL_DB_RETENTION_IDLE,
    OL_DB_RETENTION_DELETED, /* deletes what deleted devices have left */
    OL_DB_RETENTION_OLDEST,  /* looks for the oldest value */
    OL_DB_RETENTION_DELETE   /* deletes what is older than cutoff_ms */
};

/* Memory of the owner; max_* set, the rest zeroed and the module's. */
struct ol_db_retention {
    int64_t max_age_ms; /* 0: for ever */
    int64_t max_bytes;  /* 0: any size */

    enum ol_db_retention_phase phase;
    int64_t at_point; /* the series that the pass has dealt with */
    int64_t cutoff_ms;
    int64_t oldest_ms; /* of the values that may go */
    int64_t newest_ms; /* of the series that have such */
    bool by_size;      /* the pass may end as soon as the history is small enough */
    int64_t aged_ms;   /* when the last pass by age ended; 0: never */
    uint64_t deleted;  /* rows, for the owner to read */
};

/* One slice. now_ms is Unix time. Nothing of others may stand in the batch: commit
 * before. Returns in how many ms the next slice is due. After an error (a busy or full
 * disk) it tries again at OL_DB_RETENTION_IDLE_MS. */
int64_t ol_db_retention_step(struct ol_db *db, struct ol_db_retention *r, int64_t now_ms);

/* Puts the deletion of a slice of a device's history into the batch; *count: how many
 * values. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_db_deleted_drop(struct ol_db *db, int64_t device, int *count);

/* Bytes of the pages in use; 0: it cannot be told. */
int64_t ol_db_bytes_used(struct ol_db *db);

#endif
