/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/copy.h"

#define WORD sizeof(word)

/* Four bytes of whatever lies there. */
typedef uint32_t __attribute__((may_alias)) word;

static void copy_words(word *dst, const word *src, size_t count)
{
    const word *end = src + count;
    while (src != end) {
        *dst++ = *src++;
    }
}

/* Where the two lie differently within their words, a Cortex-M0 cannot load the one and
 * store the other as words. len is a multiple of four, not 0. */
static void copy_fours(uint8_t *dst, const uint8_t *src, size_t len)
{
    const uint8_t *end = src + len;
    do {
        dst[0] = src[0];
        dst[1] = src[1];
        dst[2] = src[2];
        dst[3] = src[3];
        src += 4;
        dst += 4;
    } while (src != end);
}

void ol_mqtt_copy_down(uint8_t *dst, const uint8_t *src, size_t len)
{
    size_t most = 0;
    if (dst == src) {
        return;
    }
    if (len >= 4 * WORD) {
        if (((uintptr_t)dst - (uintptr_t)src) % WORD != 0) {
            most = len / WORD * WORD;
            copy_fours(dst, src, most);
        } else {
            while ((uintptr_t)src % WORD != 0) {
                *dst++ = *src++;
                len--;
            }
            most = len / WORD * WORD;
            copy_words(__builtin_assume_aligned(dst, WORD),
                       __builtin_assume_aligned(src, WORD), len / WORD);
        }
    }
    for (; most != len; most++) {
        dst[most] = src[most];
    }
}
