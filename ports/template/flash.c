/* SPDX-License-Identifier: MIT */
#include "ports/template/flash.h"

#include <stdbool.h>

/* Supply: the size of the region, and what the part erases and programs at once. */
#define REGION_SIZE  (64U * 1024U)
#define ERASE_SIZE   4096U
#define PROGRAM_SIZE 256U

static bool is_inside(uint32_t offset, size_t len)
{
    return offset <= REGION_SIZE && len <= REGION_SIZE - offset;
}

/* Supply: copy from the part. */
static int32_t flash_read(void *ctx, uint32_t offset, void *buf, size_t len)
{
    (void)ctx;
    (void)buf;
    return is_inside(offset, len) ? OL_E_IO : OL_E_ARG;
}

/* Supply: program page by page, from code that does not run from the part. */
static int32_t flash_program(void *ctx, uint32_t offset, const void *data, size_t len)
{
    (void)ctx;
    (void)data;
    if (!is_inside(offset, len) || offset % PROGRAM_SIZE != 0 ||
        len % PROGRAM_SIZE != 0) {
        return OL_E_ARG;
    }
    return OL_E_IO;
}

/* Supply: erase one block; it may take 400 ms, so feed the watchdog before. */
static int32_t flash_erase(void *ctx, uint32_t offset)
{
    (void)ctx;
    return is_inside(offset, ERASE_SIZE) && offset % ERASE_SIZE == 0 ? OL_E_IO : OL_E_ARG;
}

struct ol_flash my_flash(void)
{
    static const struct ol_flash_ops ops = {
        .read = flash_read,
        .program = flash_program,
        .erase = flash_erase,
    };
    return (struct ol_flash){.ops = &ops,
                             .size = REGION_SIZE,
                             .erase_size = ERASE_SIZE,
                             .program_size = PROGRAM_SIZE};
}
