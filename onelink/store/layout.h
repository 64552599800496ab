/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_STORE_LAYOUT_H
#define ONELINK_STORE_LAYOUT_H

#include "onelink/store/record.h"

/* What stands in a block, from its beginning, each part on its own pages:
 *
 *     header and bytes | mark | seal | header and bytes | mark | seal | ... erased ...
 *
 * All numbers are in little-endian order.
 *
 *     header  magic 1, sequence, length, CRC of the bytes, CRC of these 16 bytes
 *     mark    magic 2, sequence, CRC of the bytes,         CRC of these 12 bytes
 *     seal    the same as the mark, programmed after it: where a seal was begun, the mark was
 *             programmed to its end */
#define RECORD_HEADER_LEN 20u
#define RECORD_MARK_LEN   16u
#define RECORD_HEADER     0x31E50C01u
#define RECORD_MARK       0x31E50C02u

struct ol_record_header {
    uint32_t sequence;
    uint32_t len;
    uint32_t crc;
};

/* Bytes on whole pages. */
uint32_t ol_record_round(const struct ol_record *s, uint32_t len);

/* Pages of header and bytes; of mark or seal; of all of a record. */
uint32_t ol_record_body_size(const struct ol_record *s, uint32_t len);
uint32_t ol_record_mark_size(const struct ol_record *s);
uint32_t ol_record_size(const struct ol_record *s, uint32_t len);

/* Where the block of an offset begins. */
uint32_t ol_record_block_of(const struct ol_record *s, uint32_t at);

/* Into the beginning of out, RECORD_HEADER_LEN or RECORD_MARK_LEN bytes. */
void ol_record_header_encode(uint8_t *out, const struct ol_record_header *h);
void ol_record_mark_encode(uint8_t *out, const struct ol_record_header *h);

/* OL_OK and *h when a header stands at `at` and its record can be there; OL_E_CORRUPT when
 * not; OL_E_IO. */
int32_t ol_record_header_read(const struct ol_record *s, uint32_t at,
                              struct ol_record_header *h);

/* OL_OK when the mark of *h stands at `at`; OL_E_CORRUPT, OL_E_IO. */
int32_t ol_record_mark_check(const struct ol_record *s, uint32_t at,
                             const struct ol_record_header *h);

/* OL_OK when the bytes of the record at `at` are as their CRC says; OL_E_CORRUPT, OL_E_IO. */
int32_t ol_record_bytes_check(const struct ol_record *s, uint32_t at,
                              const struct ol_record_header *h);

/* OL_OK when all of [at, end) is erased; OL_E_CORRUPT when not; OL_E_IO. */
int32_t ol_record_blank_check(const struct ol_record *s, uint32_t at, uint32_t end);

/* The same for all bits 0: a page that was given up before use. */
int32_t ol_record_void_check(const struct ol_record *s, uint32_t at, uint32_t end);

#endif
