/* SPDX-License-Identifier: MIT */
#include "onelink/store/record.h"

#include <string.h>

#include "onelink/store/crc32.h"
#include "onelink/store/layout.h"

int32_t ol_record_init(struct ol_record *s, const struct ol_flash *flash, void *page,
                       size_t page_cap)
{
    memset(s, 0, sizeof(*s));
    s->flash = flash;
    s->page = page;
    uint32_t unit = flash->program_size, block = flash->erase_size;
    if (unit == 0 || block == 0 || block % unit != 0 || flash->size % block != 0 ||
        flash->size / block < 2 || page_cap < unit || block < ol_record_size(s, 1)) {
        return OL_E_ARG;
    }
    return OL_OK;
}

size_t ol_record_cap(const struct ol_record *s)
{
    return s->flash->erase_size - 2 * ol_record_mark_size(s) - RECORD_HEADER_LEN;
}

size_t ol_record_len(const struct ol_record *s)
{
    return s->has_record ? s->record_len : 0;
}

uint16_t ol_record_damaged(const struct ol_record *s)
{
    return s->damaged;
}

int32_t ol_record_read(const struct ol_record *s, size_t offset, void *buf, size_t len)
{
    if (!s->has_record) {
        return OL_E_NOENT;
    }
    if (offset > s->record_len || len > s->record_len - offset) {
        return OL_E_ARG;
    }
    if (len == 0) {
        return OL_OK;
    }
    uint32_t at = s->record_at + RECORD_HEADER_LEN + (uint32_t)offset;
    return s->flash->ops->read(s->flash->ctx, at, buf, len) == OL_OK ? OL_OK : OL_E_IO;
}

/* --- finding the record in force ---------------------------------------------------- */

static void put_in_force(struct ol_record *s, uint32_t at,
                         const struct ol_record_header *h)
{
    s->has_record = true;
    s->record_at = at;
    s->record_len = h->len;
    s->record_crc = h->crc;
    s->record_sequence = h->sequence;
    s->next_at = at + ol_record_size(s, h->len);
    s->is_next_doubtful = false;
}

/* The record of a good header: OL_OK it is whole and committed, OL_E_CORRUPT not. *end is
 * where its last good mark ends: a mark that was cut short may have read badly before, and
 * then the next record stands where the seal was to be. */
static int32_t check_record(const struct ol_record *s, uint32_t at,
                            const struct ol_record_header *h, uint32_t *end)
{
    uint32_t mark = at + ol_record_body_size(s, h->len), size = ol_record_mark_size(s);
    int32_t first = ol_record_mark_check(s, mark, h);
    int32_t second = ol_record_mark_check(s, mark + size, h);
    *end = mark + (second == OL_OK ? 2 : 1) * size;
    if (first == OL_E_IO || second == OL_E_IO) {
        return OL_E_IO;
    }
    return first == OL_OK || second == OL_OK ? ol_record_bytes_check(s, at, h)
                                             : OL_E_CORRUPT;
}

/* A page that begins no whole record. Those of one damaged record count once; one that
 * void_page filled is none. */
static int32_t skip_page(struct ol_record *s, uint32_t *at, bool *in_damage)
{
    uint32_t end = *at + s->flash->program_size;
    int32_t rc = ol_record_void_check(s, *at, end);
    if (rc == OL_OK) {
        *at = end;
        return OL_OK;
    }
    rc = rc == OL_E_CORRUPT ? ol_record_blank_check(s, *at, end) : rc;
    s->damaged = (uint16_t)(s->damaged + (rc == OL_E_CORRUPT && !*in_damage));
    *in_damage = rc == OL_E_CORRUPT;
    *at = end;
    return rc == OL_E_IO ? OL_E_IO : OL_OK;
}

/* Looks for a record at *at and moves *at behind it; or by a page, because a record that was
 * cut short may have the next one where its own bytes were to be. OL_OK, OL_E_IO. */
static int32_t scan_record(struct ol_record *s, uint32_t *at, bool *in_damage)
{
    struct ol_record_header h;
    uint32_t end = 0;
    int32_t rc = ol_record_header_read(s, *at, &h);
    if (rc == OL_OK) {
        s->sequence = h.sequence > s->sequence ? h.sequence : s->sequence;
        rc = check_record(s, *at, &h, &end);
    }
    if (rc != OL_OK) {
        return rc == OL_E_CORRUPT ? skip_page(s, at, in_damage) : rc;
    }
    if (!s->has_record || h.sequence > s->record_sequence) {
        put_in_force(s, *at, &h);
    }
    *in_damage = false;
    *at = end;
    return OL_OK;
}

static int32_t scan_block(struct ol_record *s, uint32_t block)
{
    uint32_t end = block + s->flash->erase_size;
    bool in_damage = false;
    int32_t rc = OL_OK;
    while (rc == OL_OK && block < end) {
        rc = scan_record(s, &block, &in_damage);
    }
    return rc;
}

/* Behind the last page of the block that is not blank; a cut may have touched one more. */
static int32_t find_next(struct ol_record *s)
{
    uint32_t unit = s->flash->program_size;
    uint32_t end = ol_record_block_of(s, s->record_at) + s->flash->erase_size, at = end;
    int32_t rc = OL_OK;
    while (at > s->next_at && rc == OL_OK) {
        rc = ol_record_blank_check(s, at - unit, at);
        at -= rc == OL_OK ? unit : 0;
    }
    s->next_at = at;
    s->is_next_doubtful = true;
    return rc == OL_E_IO ? OL_E_IO : OL_OK;
}

static int32_t find_seal(struct ol_record *s)
{
    uint32_t at = s->record_at + ol_record_size(s, s->record_len);
    int32_t rc = ol_record_blank_check(s, at - ol_record_mark_size(s), at);
    s->is_sealed = rc == OL_E_CORRUPT;
    return rc == OL_E_IO ? OL_E_IO : OL_OK;
}

int32_t ol_record_open(struct ol_record *s)
{
    s->has_record = false;
    s->damaged = 0;
    s->sequence = 0;
    for (uint32_t at = 0; at < s->flash->size; at += s->flash->erase_size) {
        if (scan_block(s, at) != OL_OK) {
            s->has_record = false;
            return OL_E_IO;
        }
    }
    if (!s->has_record) {
        return OL_E_NOENT;
    }
    if (find_seal(s) != OL_OK || find_next(s) != OL_OK) {
        s->has_record = false;
        return OL_E_IO;
    }
    return OL_OK;
}

/* --- committing --------------------------------------------------------------------- */

/* Programs the page buffer, of which the first len bytes matter. */
static int32_t program_page(struct ol_record *s, uint32_t at, size_t len)
{
    memset(s->page + len, 0xFF, s->flash->program_size - len);
    return s->flash->ops->program(s->flash->ctx, at, s->page, s->flash->program_size);
}

/* Header or mark, then data, over as many pages as they take. */
static int32_t program(struct ol_record *s, uint32_t at, const uint8_t *head,
                       size_t head_len, const uint8_t *data, size_t len)
{
    size_t total = head_len + len, unit = s->flash->program_size;
    for (size_t done = 0; done < total; done += unit) {
        size_t n = total - done < unit ? total - done : unit;
        size_t from_head = done >= head_len      ? 0
                           : head_len - done < n ? head_len - done
                                                 : n;
        if (from_head > 0) {
            memcpy(s->page, head + done, from_head);
        }
        if (n > from_head) {
            memcpy(s->page + from_head, data + (done + from_head - head_len),
                   n - from_head);
        }
        if (program_page(s, at + (uint32_t)done, n) != OL_OK) {
            return OL_E_IO;
        }
    }
    return OL_OK;
}

static int32_t program_mark(struct ol_record *s, uint32_t at,
                            const struct ol_record_header *h)
{
    uint8_t mark[RECORD_MARK_LEN];
    ol_record_mark_encode(mark, h);
    int32_t rc = program(s, at, mark, sizeof(mark), NULL, 0);
    return rc == OL_OK ? ol_record_mark_check(s, at, h) : rc;
}

static int32_t write_record(struct ol_record *s, uint32_t at, const void *data,
                            const struct ol_record_header *h)
{
    uint8_t head[RECORD_HEADER_LEN];
    struct ol_record_header seen;
    uint32_t mark = at + ol_record_body_size(s, h->len);
    ol_record_header_encode(head, h);
    int32_t rc = program(s, at, head, sizeof(head), data, h->len);
    rc = rc == OL_OK ? ol_record_header_read(s, at, &seen) : rc;
    if (rc != OL_OK || memcmp(&seen, h, sizeof(seen)) != 0 ||
        ol_record_bytes_check(s, at, h) != OL_OK || program_mark(s, mark, h) != OL_OK) {
        return OL_E_IO;
    }
    put_in_force(s, at, h);
    /* The mark is whole; a seal that fails takes nothing away. */
    s->is_sealed = program_mark(s, mark + ol_record_mark_size(s), h) == OL_OK;
    return OL_OK;
}

/* Before anything is erased: was the mark cut short, a second one stands for it. */
static void seal(struct ol_record *s)
{
    if (!s->has_record || s->is_sealed) {
        return;
    }
    struct ol_record_header h = {s->record_sequence, s->record_len, s->record_crc};
    uint32_t at = s->record_at + ol_record_size(s, s->record_len);
    (void)!program_mark(s, at - ol_record_mark_size(s), &h);
    s->is_sealed = true; /* or it never will be: these pages cannot be programmed again */
}

/* Fills the page that a cut may have touched, so that the next cut leaves no second one:
 * all bits 0 can be had whatever state the cells are in. */
static void void_page(struct ol_record *s)
{
    memset(s->page, 0, s->flash->program_size);
    (void)!s->flash->ops->program(s->flash->ctx, s->next_at, s->page,
                                  s->flash->program_size);
    s->next_at += s->flash->program_size;
    s->is_next_doubtful = false;
}

/* Into the room behind the record in force. OL_E_NOSPC: there is none. */
static int32_t append(struct ol_record *s, const void *data,
                      const struct ol_record_header *h)
{
    uint32_t size = ol_record_size(s, h->len);
    uint32_t needed = size + (s->is_next_doubtful ? s->flash->program_size : 0);
    if (!s->has_record ||
        ol_record_block_of(s, s->record_at) + s->flash->erase_size - s->next_at <
            needed) {
        return OL_E_NOSPC;
    }
    if (s->is_next_doubtful) {
        void_page(s);
    }
    uint32_t at = s->next_at;
    s->next_at += size; /* touched, whatever comes of it */
    return write_record(s, at, data, h);
}

int32_t ol_record_commit(struct ol_record *s, const void *data, size_t len)
{
    if (len > ol_record_cap(s)) {
        return OL_E_ARG;
    }
    struct ol_record_header h = {s->sequence + 1, (uint32_t)len, ol_crc32(0, data, len)};
    uint32_t block_size = s->flash->erase_size;
    uint32_t own = s->has_record ? ol_record_block_of(s, s->record_at) : s->flash->size;
    s->sequence++;
    seal(s);
    int32_t rc = append(s, data, &h);
    uint32_t at = s->has_record ? own : s->flash->size - block_size;
    for (uint32_t i = s->flash->size / block_size; i > 0 && rc != OL_OK; i--) {
        at = (at + block_size) % s->flash->size;
        if (at != own && s->flash->ops->erase(s->flash->ctx, at) == OL_OK) {
            rc = write_record(s, at, data, &h);
        }
    }
    return rc == OL_OK ? OL_OK : OL_E_IO;
}

int32_t ol_record_wipe(struct ol_record *s)
{
    /* Two blocks in turn: each time all the others are erased. */
    int32_t rc = OL_OK;
    for (int turn = 0; turn < 2 && rc == OL_OK; turn++) {
        s->next_at = s->has_record
                         ? ol_record_block_of(s, s->record_at) + s->flash->erase_size
                         : 0;
        rc = ol_record_commit(s, NULL, 0);
        uint32_t own = ol_record_block_of(s, s->record_at);
        for (uint32_t at = 0; at < s->flash->size && rc == OL_OK;
             at += s->flash->erase_size) {
            rc = at == own ? OL_OK : s->flash->ops->erase(s->flash->ctx, at);
        }
    }
    return rc == OL_OK ? OL_OK : OL_E_IO;
}
