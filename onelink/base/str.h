/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_BASE_STR_H
#define ONELINK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A span of bytes that somebody else owns. Not NUL-terminated. {NULL, 0} is the empty
 * span. */
struct ol_str {
    const char *ptr;
    size_t len;
};

/* A string literal as a span, also in a static initialiser (without a cast there). */
#define OL_STR_INIT(literal)                                                             \
    {                                                                                    \
        (literal), sizeof(literal) - 1                                                   \
    }
#define OL_STR(literal) ((struct ol_str)OL_STR_INIT(literal))

/* The span of a NUL-terminated string; NULL gives the empty span. Lives as long as s. */
struct ol_str ol_str_from(const char *s);

/* The span of bytes [ptr, ptr + len). */
static inline struct ol_str ol_str_make(const void *ptr, size_t len)
{
    return (struct ol_str){ptr, len};
}

/* Same length and same bytes. */
bool ol_str_equal(struct ol_str a, struct ol_str b);

/* s begins with prefix. */
bool ol_str_has_prefix(struct ol_str s, struct ol_str prefix);

#endif
