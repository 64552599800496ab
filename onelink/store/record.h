/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_STORE_RECORD_H
#define ONELINK_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/link/flash.h"

/* One record (the settings of a device) kept in a region of NOR flash so that a power cut at
 * any instant leaves the old record or the new one, whole.
 *
 *     static uint8_t page[256];
 *     rc = ol_record_init(&record, &flash, page, sizeof(page));
 *     rc = ol_record_open(&record);                 // OL_OK: there is a record
 *     rc = ol_record_read(&record, 0, text, ol_record_len(&record));
 *     rc = ol_record_commit(&record, text, len);    // the new one is in force on OL_OK
 *
 * How: records are appended behind each other; a block is erased only when the record in force
 * stands in another one, so the blocks wear evenly and one commit of many costs an erase. A
 * record is a header (sequence number, length, CRC-32), the bytes, and then, when the bytes were
 * read back and found right, a commit mark, twice, each on pages of its own. The record with
 * the highest sequence number that has a mark is in force; one that is damaged is skipped and
 * counted, and the record before it, where it still stands, is in force.
 *
 * Cells whose programming was cut short may read well once and badly later. So no page is
 * programmed that a cut may have touched, a block is erased anew before it is used, and nothing
 * is erased before the record in force has a mark that was programmed to its end.
 *
 * The region is used by one ol_record at a time. Functions wait for the flash, nothing else. */

/* Plain data without pointers but those of init. All members are private. */
struct ol_record {
    const struct ol_flash *flash;
    uint8_t *page;
    uint32_t record_at; /* offset of the header of the record in force */
    uint32_t record_len;
    uint32_t record_crc;
    uint32_t record_sequence;
    uint32_t sequence; /* the highest seen */
    uint32_t next_at;  /* where the next record may go, in the block of this one */
    uint16_t damaged;
    bool has_record;
    bool is_next_doubtful; /* a cut may have touched the page at next_at */
    bool is_sealed;        /* its first mark was programmed to the end */
};

/* flash must outlive the record, and page[page_cap) too: working memory of one program_size.
 * OL_E_ARG: the region has less than two blocks, a block has no room for a record, or page is
 * too small. */
OL_MUST int32_t ol_record_init(struct ol_record *s, const struct ol_flash *flash,
                               void *page, size_t page_cap);

/* Finds the record in force, reading the region once and writing nothing. OL_OK;
 * OL_E_NOENT: there is none (a new or wiped region, or nothing valid in it); OL_E_IO: the flash
 * cannot be read. In all cases ol_record_commit may be called. */
OL_MUST int32_t ol_record_open(struct ol_record *s);

/* The largest record in bytes. */
size_t ol_record_cap(const struct ol_record *s);

/* Bytes of the record in force; 0 when there is none. */
size_t ol_record_len(const struct ol_record *s);

/* Copies len bytes from offset of the record in force into buf. OL_OK; OL_E_NOENT: there is
 * no record; OL_E_ARG: not within it; OL_E_IO: the flash cannot be read. Its CRC was checked
 * by ol_record_open or ol_record_commit. */
OL_MUST int32_t ol_record_read(const struct ol_record *s, size_t offset, void *buf,
                               size_t len);

/* Puts data[0..len) in force instead. len may be 0. It programs the pages of the data and two
 * more, and erases a block now and then. OL_OK; OL_E_ARG: longer than ol_record_cap; OL_E_IO: the
 * flash failed or did not keep what was written, everywhere that was tried: the record before
 * is still in force. */
OL_MUST int32_t ol_record_commit(struct ol_record *s, const void *data, size_t len);

/* Puts an empty record in force and erases everything that was written before, keys included.
 * A cut leaves the old record or the empty one in force; call it again to be sure that nothing
 * old is left. Errors as ol_record_commit. */
OL_MUST int32_t ol_record_wipe(struct ol_record *s);

/* Records that ol_record_open found damaged or not committed: after a power cut during a commit
 * there is one, until its block is erased. */
uint16_t ol_record_damaged(const struct ol_record *s);

#endif
