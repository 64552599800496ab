/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_LINK_FLASH_H
#define ONELINK_LINK_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"

/* A region of NOR flash: bytes erase to 0xFF, programming only clears bits. Part of the
 * porting contract. Offsets are within the region. Each call is done when it returns; erase
 * may take 400 ms. Every call gives OL_OK, OL_E_ARG (outside, or not aligned) or OL_E_IO. */
struct ol_flash_ops {
    int32_t (*read)(void *ctx, uint32_t offset, void *buf, size_t len);
    /* offset and len are multiples of program_size; the bytes there are erased. */
    int32_t (*program)(void *ctx, uint32_t offset, const void *data, size_t len);
    /* Erases the block that begins at offset, a multiple of erase_size. */
    int32_t (*erase)(void *ctx, uint32_t offset);
};

struct ol_flash {
    void *ctx;
    const struct ol_flash_ops *ops;
    uint32_t size;         /* bytes, a multiple of erase_size */
    uint32_t erase_size;   /* bytes, 4096 on the boards */
    uint32_t program_size; /* bytes, 256 on the boards */
};

#endif
