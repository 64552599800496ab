/* SPDX-License-Identifier: MIT */
#include "tests/support/nor_flash.h"

#include <string.h>

void ol_nor_init(struct ol_nor *nor, uint32_t size, uint32_t erase_size,
                 uint32_t program_size, uint64_t seed)
{
    memset(nor, 0, sizeof(*nor));
    memset(nor->bytes, 0xFF, sizeof(nor->bytes));
    nor->size = size;
    nor->erase_size = erase_size;
    nor->program_size = program_size;
    nor->rng = ol_rng_make(seed);
    nor->bad_at = UINT32_MAX;
}

void ol_nor_fill(struct ol_nor *nor)
{
    for (uint32_t i = 0; i < nor->size; i++) {
        nor->bytes[i] = (uint8_t)ol_rng_u64(&nor->rng);
        nor->touched[i] = 1;
    }
}

void ol_nor_power_on(struct ol_nor *nor)
{
    nor->is_off = false;
    nor->cut_at = 0;
}

static int32_t misuse(struct ol_nor *nor, const char *what)
{
    if (!nor->misuse) {
        nor->misuse = what;
    }
    return OL_E_ARG;
}

/* Which bits of a byte a cut operation got done, with `chance` of 0..3 for how many. */
static uint8_t drawn_bits(struct ol_nor *nor, unsigned chance)
{
    uint8_t a = (uint8_t)ol_rng_u64(&nor->rng), b = (uint8_t)ol_rng_u64(&nor->rng);
    return chance == 0 ? 0 : chance == 1 ? a & b : chance == 2 ? a | b : 0xFF;
}

/* Moves byte i towards `target`, as far as the cut lets it. */
static void move_bits(struct ol_nor *nor, uint32_t i, uint8_t target, unsigned chance)
{
    uint8_t changing = nor->bytes[i] ^ target;
    uint8_t done = changing & drawn_bits(nor, chance);
    nor->bytes[i] ^= done;
    if (nor->weak_bits) {
        nor->weak[i] |= changing & drawn_bits(nor, (unsigned)ol_rng_u64(&nor->rng) % 3);
    }
}

/* true: this operation is the one that is cut. */
static bool is_cut(struct ol_nor *nor)
{
    nor->is_off = ++nor->operations == nor->cut_at;
    return nor->is_off;
}

static int32_t nor_read(void *ctx, uint32_t offset, void *buf, size_t len)
{
    struct ol_nor *nor = ctx;
    uint8_t *out = buf;
    if (nor->is_off) {
        return OL_E_IO;
    }
    if (offset > nor->size || len > nor->size - offset) {
        return misuse(nor, "read outside");
    }
    for (size_t i = 0; i < len; i++) {
        uint8_t weak = nor->weak[offset + i];
        uint8_t noise = weak ? (uint8_t)ol_rng_u64(&nor->rng) : 0;
        out[i] = (uint8_t)((nor->bytes[offset + i] & ~weak) | (noise & weak));
    }
    return OL_OK;
}

static int32_t nor_program(void *ctx, uint32_t offset, const void *data, size_t len)
{
    struct ol_nor *nor = ctx;
    const uint8_t *in = data;
    if (nor->is_off) {
        return OL_E_IO;
    }
    if (offset % nor->program_size != 0 || len % nor->program_size != 0 || len == 0 ||
        offset > nor->size || len > nor->size - offset) {
        return misuse(nor, "program outside or not aligned");
    }
    bool cut = is_cut(nor);
    /* By bytes in order with one of them half done, or all bits at once. */
    bool in_order = ol_rng_u64(&nor->rng) % 2 == 0;
    size_t reached = cut ? ol_rng_u64(&nor->rng) % (len + 1) : len;
    unsigned chance = (unsigned)(ol_rng_u64(&nor->rng) % 4);
    for (size_t i = 0; i < len; i++) {
        uint32_t at = offset + (uint32_t)i;
        /* Where a page may read as erased now and not before, what counts is its cells. */
        bool used = nor->touched[at] && (!nor->weak_bits || nor->bytes[at] != 0xFF);
        if (used && in[i] != 0 && nor->intent[at] != in[i]) {
            (void)misuse(nor, "program of bytes that are not erased");
        }
        nor->touched[at] = 1;
        nor->intent[at] = in[i];
        uint8_t target = nor->bytes[at] & in[i];
        if (!cut || (in_order && i < reached)) {
            nor->bytes[at] = target;
            nor->weak[at] &= in[i];
        } else if (!in_order || i == reached) {
            move_bits(nor, at, target, chance);
        }
    }
    if (offset == nor->bad_at) {
        nor->bytes[offset + 5] ^= 4;
    }
    return cut ? OL_E_IO : OL_OK;
}

static int32_t nor_erase(void *ctx, uint32_t offset)
{
    struct ol_nor *nor = ctx;
    if (nor->is_off) {
        return OL_E_IO;
    }
    if (offset % nor->erase_size != 0 || offset >= nor->size) {
        return misuse(nor, "erase outside or not aligned");
    }
    bool cut = is_cut(nor);
    unsigned chance = (unsigned)(ol_rng_u64(&nor->rng) % 4);
    nor->erases[offset / nor->erase_size]++;
    for (uint32_t at = offset; at < offset + nor->erase_size; at++) {
        if (cut) {
            move_bits(nor, at, 0xFF, chance);
            nor->touched[at] = 1;
        } else {
            nor->bytes[at] = 0xFF;
            nor->weak[at] = 0;
            nor->touched[at] = 0;
        }
    }
    return cut ? OL_E_IO : OL_OK;
}

static const struct ol_flash_ops ops = {nor_read, nor_program, nor_erase};

struct ol_flash ol_nor_link(struct ol_nor *nor)
{
    return (struct ol_flash){.ctx = nor,
                             .ops = &ops,
                             .size = nor->size,
                             .erase_size = nor->erase_size,
                             .program_size = nor->program_size};
}
