/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/topic.h"

#include <string.h>

#define WORD      sizeof(uint32_t)
#define EVERY(b)  ((uint32_t)(b)*0x01010101u)
#define HIGH_BITS EVERY(0x80)
#define PLAIN_MIN 0x2Cu /* ',': NUL and both wildcards lie below */

/* Optimising for size, compilers load a constant anew in each turn of a loop. */
#define KEEP_IN_REGISTER(v) __asm__("" : "+r"(v))

/* Letters, digits, '/', '-', '_' and what else of ASCII needs no closer look: adding
 * 80h - PLAIN_MIN to such a byte, and to no other below 80h, sets the high bit. */
static bool bytes_are_plain(const uint8_t *p, const uint8_t *end)
{
    while (p != end) {
        if ((uint8_t)(*p++ - PLAIN_MIN) >= 0x80 - PLAIN_MIN) {
            return false;
        }
    }
    return true;
}

/* The same with four bytes a turn; p is aligned and below end. A carry from one byte into
 * the next needs a byte that has the high bit already, which is found by itself. */
__attribute__((noinline)) static bool words_are_plain(const uint8_t *p,
                                                      const uint8_t *end)
{
    uint32_t plain = HIGH_BITS;
    uint32_t offset = EVERY(0x80 - PLAIN_MIN);
    KEEP_IN_REGISTER(offset);
    do {
        uint32_t w;
        memcpy(&w, __builtin_assume_aligned(p, WORD), WORD);
        plain &= (w + offset) & ~w;
        p += WORD;
    } while (p != end);
    return plain == HIGH_BITS;
}

/* Topics are checked at every publish and every message, and nearly all are plain. */
static bool is_plain(const uint8_t *p, size_t len)
{
    const uint8_t *end = p + len;
    if (len < 2 * WORD) {
        return bytes_are_plain(p, end);
    }
    const uint8_t *words = p + (0u - (uintptr_t)p) % WORD;
    const uint8_t *tail = end - (uintptr_t)end % WORD;
    return bytes_are_plain(p, words) && words_are_plain(words, tail) &&
           bytes_are_plain(tail, end);
}

static bool has_wildcard(struct ol_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '+' || s.ptr[i] == '#') {
            return true;
        }
    }
    return false;
}

bool ol_mqtt_is_topic_name(struct ol_str text)
{
    if (text.len == 0 || text.len > 65535u) {
        return false;
    }
    size_t dollar = text.ptr[0] == '$' ? 1 : 0;
    if (is_plain((const uint8_t *)text.ptr + dollar, text.len - dollar)) {
        return true;
    }
    return ol_mqtt_is_utf8(text) && !has_wildcard(text);
}
