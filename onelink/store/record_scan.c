/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "onelink/store/crc32.h"
#include "onelink/store/layout.h"

#define CHUNK 64u

static void put32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(v >> (8 * i));
    }
}

static uint32_t get32(const uint8_t *in)
{
    return in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

static int32_t read(const struct ol_record *s, uint32_t at, void *buf, size_t len)
{
    return s->flash->ops->read(s->flash->ctx, at, buf, len) == OL_OK ? OL_OK : OL_E_IO;
}

uint32_t ol_record_round(const struct ol_record *s, uint32_t len)
{
    uint32_t unit = s->flash->program_size;
    return (len + unit - 1) / unit * unit;
}

uint32_t ol_record_body_size(const struct ol_record *s, uint32_t len)
{
    return ol_record_round(s, RECORD_HEADER_LEN + len);
}

uint32_t ol_record_mark_size(const struct ol_record *s)
{
    return ol_record_round(s, RECORD_MARK_LEN);
}

uint32_t ol_record_size(const struct ol_record *s, uint32_t len)
{
    return ol_record_body_size(s, len) + 2 * ol_record_mark_size(s);
}

uint32_t ol_record_block_of(const struct ol_record *s, uint32_t at)
{
    return at - at % s->flash->erase_size;
}

void ol_record_header_encode(uint8_t *out, const struct ol_record_header *h)
{
    put32(out, RECORD_HEADER);
    put32(out + 4, h->sequence);
    put32(out + 8, h->len);
    put32(out + 12, h->crc);
    put32(out + 16, ol_crc32(0, out, 16));
}

void ol_record_mark_encode(uint8_t *out, const struct ol_record_header *h)
{
    put32(out, RECORD_MARK);
    put32(out + 4, h->sequence);
    put32(out + 8, h->crc);
    put32(out + 12, ol_crc32(0, out, 12));
}

int32_t ol_record_header_read(const struct ol_record *s, uint32_t at,
                              struct ol_record_header *h)
{
    uint8_t raw[RECORD_HEADER_LEN];
    uint32_t offset = at % s->flash->erase_size;
    if (s->flash->erase_size - offset < RECORD_HEADER_LEN) {
        return OL_E_CORRUPT;
    }
    if (read(s, at, raw, sizeof(raw)) != OL_OK) {
        return OL_E_IO;
    }
    *h = (struct ol_record_header){get32(raw + 4), get32(raw + 8), get32(raw + 12)};
    if (get32(raw) != RECORD_HEADER || get32(raw + 16) != ol_crc32(0, raw, 16) ||
        h->sequence == UINT32_MAX || h->len > ol_record_cap(s) ||
        offset + ol_record_size(s, h->len) > s->flash->erase_size) {
        return OL_E_CORRUPT;
    }
    return OL_OK;
}

int32_t ol_record_mark_check(const struct ol_record *s, uint32_t at,
                             const struct ol_record_header *h)
{
    uint8_t raw[RECORD_MARK_LEN], right[RECORD_MARK_LEN];
    if (read(s, at, raw, sizeof(raw)) != OL_OK) {
        return OL_E_IO;
    }
    ol_record_mark_encode(right, h);
    return memcmp(raw, right, sizeof(raw)) == 0 ? OL_OK : OL_E_CORRUPT;
}

int32_t ol_record_bytes_check(const struct ol_record *s, uint32_t at,
                              const struct ol_record_header *h)
{
    uint8_t chunk[CHUNK];
    uint32_t crc = 0;
    at += RECORD_HEADER_LEN;
    for (uint32_t done = 0; done < h->len;) {
        uint32_t n = h->len - done < CHUNK ? h->len - done : CHUNK;
        if (read(s, at + done, chunk, n) != OL_OK) {
            return OL_E_IO;
        }
        crc = ol_crc32(crc, chunk, n);
        done += n;
    }
    return crc == h->crc ? OL_OK : OL_E_CORRUPT;
}

static int32_t fill_check(const struct ol_record *s, uint32_t at, uint32_t end,
                          uint8_t fill)
{
    uint8_t chunk[CHUNK];
    while (at < end) {
        uint32_t n = end - at < CHUNK ? end - at : CHUNK;
        if (read(s, at, chunk, n) != OL_OK) {
            return OL_E_IO;
        }
        for (uint32_t i = 0; i < n; i++) {
            if (chunk[i] != fill) {
                return OL_E_CORRUPT;
            }
        }
        at += n;
    }
    return OL_OK;
}

int32_t ol_record_blank_check(const struct ol_record *s, uint32_t at, uint32_t end)
{
    return fill_check(s, at, end, 0xFF);
}

int32_t ol_record_void_check(const struct ol_record *s, uint32_t at, uint32_t end)
{
    return fill_check(s, at, end, 0);
}
