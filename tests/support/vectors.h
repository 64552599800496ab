/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/str.h"

/* Reader for the vector files under tests/vectors: one row a line, fields parted by one
 * tab, empty lines and lines that begin with '#' skipped.
 *
 *     struct ol_vectors v = ol_vectors_open("json/rfc8259.tsv");
 *     struct ol_vector row;
 *     while (ol_vectors_next(&v, &row)) { ... row.field[0] ... row.line ... }
 *     ol_vectors_close(&v);
 */
#define OL_VECTOR_FIELDS 16

struct ol_vector {
    struct ol_str field[OL_VECTOR_FIELDS]; /* point into the file, NUL-terminated too */
    size_t count;                          /* fields of this row; the others are empty */
    unsigned line;                         /* from 1, for messages */
};

struct ol_vectors {
    char *text;
    size_t len;
    size_t pos;
    unsigned line;
};

/* Reads $OL_SOURCE_DIR/tests/vectors/<name> (the working directory without the variable).
 * Ends the program with a message when the file cannot be read, so that no test passes
 * for want of its data. */
struct ol_vectors ol_vectors_open(const char *name);

/* The next row, or false at the end of the file. */
bool ol_vectors_next(struct ol_vectors *v, struct ol_vector *row);

/* The bytes a field stands for: "hex:" and pairs of hexadecimal digits (blanks between
 * them allowed) give those bytes, anything else stands for itself. Returns how many; ends
 * the program when they do not fit out[cap] or the digits are wrong. */
size_t ol_vectors_bytes(struct ol_str field, void *out, size_t cap);

void ol_vectors_close(struct ol_vectors *v);

#endif
