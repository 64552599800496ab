/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/store/record.h"
#include "tests/fuzz/fuzz.h"

#define SIZE  1024u
#define BLOCK 512u
#define UNIT  16u

static uint8_t bytes[SIZE];

static int32_t flash_read(void *ctx, uint32_t offset, void *buf, size_t len)
{
    (void)ctx;
    require(offset <= SIZE && len <= SIZE - offset);
    memcpy(buf, bytes + offset, len);
    return OL_OK;
}

static int32_t flash_program(void *ctx, uint32_t offset, const void *data, size_t len)
{
    const uint8_t *in = data;
    (void)ctx;
    require(offset % UNIT == 0 && len == UNIT && offset <= SIZE - UNIT);
    for (size_t i = 0; i < len; i++) {
        bytes[offset + i] &= in[i];
    }
    return OL_OK;
}

static int32_t flash_erase(void *ctx, uint32_t offset)
{
    (void)ctx;
    require(offset % BLOCK == 0 && offset < SIZE);
    memset(bytes + offset, 0xFF, BLOCK);
    return OL_OK;
}

/* Whatever stands in the region: it is mounted, what is found can be read, and a commit after
 * it is what the next mount finds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ol_flash_ops ops = {flash_read, flash_program, flash_erase};
    const struct ol_flash flash = {NULL, &ops, SIZE, BLOCK, UNIT};
    struct ol_record store;
    uint8_t page[UNIT], text[BLOCK];
    memset(bytes, 0xFF, SIZE);
    memcpy(bytes, data, size < SIZE ? size : SIZE);
    require(ol_record_init(&store, &flash, page, sizeof(page)) == OL_OK);
    if (ol_record_open(&store) == OL_OK) {
        require(ol_record_len(&store) <= ol_record_cap(&store));
        require(ol_record_read(&store, 0, text, ol_record_len(&store)) == OL_OK);
    }
    require(ol_record_commit(&store, "a new record", 12) == OL_OK);
    require(ol_record_open(&store) == OL_OK && ol_record_len(&store) == 12);
    require(ol_record_read(&store, 0, text, 12) == OL_OK);
    require(memcmp(text, "a new record", 12) == 0);
    return 0;
}
