/* SPDX-License-Identifier: MIT */
#include "platform/store/internal.h"

static int32_t commit(void *ctx)
{
    return ol_db_commit(ctx);
}

static const struct ol_store_ops ops = {
    .find_product = ol_db_find_product,
    .find_device = ol_db_find_device,
    .put_sample = ol_db_put_sample,
    .put_presence = ol_db_put_presence,
    .put_log = ol_db_put_log,
    .commit = commit,
};

struct ol_store ol_db_store(struct ol_db *db)
{
    return (struct ol_store){db, &ops};
}
