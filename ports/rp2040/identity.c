/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/identity.h"

#include <stdbool.h>
#include <string.h>

#include "ports/rp2040/flash.h"

#define ID_LEN 8u

/* The block's first page: a mark, the number, its complement. */
static const char mark[8] = {'O', 'L', ' ', 'i', 'd', ' ', '1', '\0'};

static bool stored(const struct ol_flash *store, uint8_t id[8])
{
    uint8_t record[sizeof mark + 2 * ID_LEN];
    if (store->ops->read(store->ctx, 0, record, sizeof record) != OL_OK ||
        memcmp(record, mark, sizeof mark) != 0) {
        return false;
    }
    for (size_t i = 0; i < ID_LEN; i++) {
        if ((record[8 + i] ^ record[16 + i]) != 0xff) {
            return false;
        }
    }
    memcpy(id, record + 8, ID_LEN);
    return true;
}

static void keep(const struct ol_flash *store, const uint8_t id[8])
{
    static uint8_t page[OL_RP_FLASH_PROGRAM];
    memset(page, 0xff, sizeof page);
    memcpy(page, mark, sizeof mark);
    for (size_t i = 0; i < ID_LEN; i++) {
        page[8 + i] = id[i];
        page[16 + i] = (uint8_t)~id[i];
    }
    if (store->ops->erase(store->ctx, 0) == OL_OK) {
        /* Should this fail, the next start makes a new number. */
        (void)store->ops->program(store->ctx, 0, page, sizeof page);
    }
}

int32_t ol_rp_identity(uint8_t id[8], const struct ol_flash *store,
                       const struct ol_entropy *entropy)
{
    if (ol_rp_flash_chip_id(id) == OL_OK || stored(store, id)) {
        return OL_OK;
    }
    if (entropy->fill(entropy->ctx, id, ID_LEN) != OL_OK) {
        memset(id, 0, ID_LEN);
        return OL_E_IO;
    }
    keep(store, id);
    return OL_OK;
}
