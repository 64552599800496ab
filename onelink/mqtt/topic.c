/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/topic.h"

#include <string.h>

#define WORD      sizeof(uint32_t)
#define EVERY(b)  ((uint32_t)(b)*0x01010101u)
#define HIGH_BITS EVERY(0x80)
#define WILD_BIT  0x08u /* the only bit in which '#' (23h) and '+' (2Bh) differ */

/* ASCII without NUL and without wildcards. */
static bool is_plain_byte(uint8_t b)
{
    return b != 0 && b < 0x80 && b != '+' && b != '#';
}

/* The same for four bytes at once. Adding 7Fh to a byte below 80h sets its high bit
 * exactly when the byte is not 0. */
static bool is_plain_word(uint32_t w)
{
    uint32_t wild = (w | EVERY(WILD_BIT)) ^ EVERY('+');
    uint32_t not_zero = (w + EVERY(0x7F)) & (wild + EVERY(0x7F));
    return (not_zero & ~w & HIGH_BITS) == HIGH_BITS;
}

/* Topics are checked at every publish and every message; nearly all are plain. */
static bool is_plain(const uint8_t *p, size_t len)
{
    const uint8_t *end = p + len;
    while (p != end && (uintptr_t)p % WORD != 0) {
        if (!is_plain_byte(*p++)) {
            return false;
        }
    }
    while ((size_t)(end - p) >= WORD) {
        uint32_t w;
        memcpy(&w, __builtin_assume_aligned(p, WORD), WORD);
        if (!is_plain_word(w)) {
            return false;
        }
        p += WORD;
    }
    while (p != end) {
        if (!is_plain_byte(*p++)) {
            return false;
        }
    }
    return true;
}

static bool has_byte(struct ol_str s, char wanted)
{
    return memchr(s.ptr, wanted, s.len) != NULL;
}

bool ol_mqtt_is_topic_name(struct ol_str text)
{
    if (text.len == 0 || text.len > 65535u) {
        return false;
    }
    if (is_plain((const uint8_t *)text.ptr, text.len)) {
        return true;
    }
    return ol_mqtt_is_utf8(text) && !has_byte(text, '+') && !has_byte(text, '#');
}
