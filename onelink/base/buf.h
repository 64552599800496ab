/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_BUF_H
#define ONELINK_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* Two, four bytes at p in network order. */
uint16_t ol_get_u16(const uint8_t *p);
uint32_t ol_get_u32(const uint8_t *p);

/* A cursor over received bytes that cannot pass their end. The first short read sets
 * `bad` and every later read gives 0 or an empty span, so that a decoder checks once, at
 * its end. */
struct ol_reader {
    const uint8_t *buf;
    size_t len;
    size_t pos;
    bool bad;
};

/* Reads buf[0..len). buf must outlive the reader and every span taken from it. */
struct ol_reader ol_reader_make(const void *buf, size_t len);

/* Bytes not read yet. */
size_t ol_reader_left(const struct ol_reader *r);

/* One byte; two, four bytes in network order. 0 and `bad` when they are not there. */
uint8_t ol_reader_u8(struct ol_reader *r);
uint16_t ol_reader_u16(struct ol_reader *r);
uint32_t ol_reader_u32(struct ol_reader *r);

/* The next n bytes as a span into buf; the empty span and `bad` when they are not there.
 */
struct ol_str ol_reader_bytes(struct ol_reader *r, size_t n);

/* A cursor over a caller's buffer that cannot pass its end. A write that does not fit
 * writes nothing, sets `over`, and every later write is ignored: check once, at the end.
 */
struct ol_writer {
    uint8_t *buf;
    size_t cap;
    size_t len; /* bytes written; never above cap */
    bool over;
};

/* Writes into buf[0..cap). buf may be NULL when cap is 0. */
struct ol_writer ol_writer_make(void *buf, size_t cap);

/* OL_OK, or OL_E_NOSPC after a write that did not fit. */
OL_MUST int32_t ol_writer_status(const struct ol_writer *w);

/* One byte; two, four bytes in network order; n bytes; a span. */
void ol_writer_u8(struct ol_writer *w, uint8_t v);
void ol_writer_u16(struct ol_writer *w, uint16_t v);
void ol_writer_u32(struct ol_writer *w, uint32_t v);
void ol_writer_bytes(struct ol_writer *w, const void *data, size_t len);
void ol_writer_str(struct ol_writer *w, struct ol_str s);

/* v in decimal, without leading zeros. Neither printf nor 64-bit division per digit on a
 * 32-bit machine. */
void ol_writer_dec_u64(struct ol_writer *w, uint64_t v);
void ol_writer_dec_i64(struct ol_writer *w, int64_t v);

/* Reads all of text as a decimal number without sign, leading zeros allowed, at most 20
 * digits. OL_E_ARG when it is empty, has another character or passes UINT64_MAX. */
OL_MUST int32_t ol_dec_u64(struct ol_str text, uint64_t *out);

#endif
