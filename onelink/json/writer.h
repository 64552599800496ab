/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_JSON_WRITER_H
#define ONELINK_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/json/number.h"

/* Bounded JSON writer: compact text, commas placed by itself. The first value that does
 * not fit, is not JSON (NaN, an infinity, invalid UTF-8) or stands where none may stand
 * sets a sticky error and writes nothing more. The output is never longer than the
 * buffer, and is one complete value exactly when ol_json_writer_status gives OL_OK. What
 * the buffer holds behind the output has no meaning. */
struct ol_json_writer {
    struct ol_writer out;
    uint32_t stack; /* one bit a level, 1 = object */
    uint8_t depth;
    uint8_t state;
    int8_t error;
};

/* Writes into buf[0..cap). */
struct ol_json_writer ol_json_writer_make(void *buf, size_t cap);

/* One call for each thing that is written: the ends of containers, a member's name (its
 * value comes next), a value. value and key are UTF-8 and are escaped as needed; they are
 * read during the call only. Errors are sticky, see ol_json_writer_status: OL_E_NOSPC
 * when it does not fit; OL_E_ARG for a name outside an object, a value without its name,
 * an end that does not match, ill-formed UTF-8, NaN or an infinity. RFC 8259 sections 2
 * to 7. */
void ol_json_object_begin(struct ol_json_writer *w);
void ol_json_object_end(struct ol_json_writer *w);
void ol_json_array_begin(struct ol_json_writer *w);
void ol_json_array_end(struct ol_json_writer *w);
void ol_json_key(struct ol_json_writer *w, struct ol_str key);
void ol_json_str(struct ol_json_writer *w, struct ol_str value);
void ol_json_int(struct ol_json_writer *w, int64_t value);
void ol_json_dec(struct ol_json_writer *w, struct ol_dec value);
void ol_json_double(struct ol_json_writer *w, double value);
void ol_json_bool(struct ol_json_writer *w, bool value);
void ol_json_null(struct ol_json_writer *w);

/* A value that is JSON text already. The caller vouches for it. */
void ol_json_raw(struct ol_json_writer *w, struct ol_str value);

/* A string alone, in quotes, behind what stands in a plain writer. On an error nothing is
 * written: OL_E_NOSPC, and w->over is set, when it does not fit; OL_E_ARG, w as it was, for
 * ill-formed UTF-8. */
OL_MUST int32_t ol_json_string_encode(struct ol_writer *w, struct ol_str s);

/* OL_OK: one complete value stands in w->out. OL_E_NOSPC: it did not fit. OL_E_ARG: a
 * wrong value, a call out of order or nesting beyond 32 levels. OL_E_AGAIN: not complete
 * yet. */
OL_MUST int32_t ol_json_writer_status(const struct ol_json_writer *w);

#endif
