/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/copy.h"

#define WORD sizeof(uint32_t)

/* Four bytes of whatever lies there. */
typedef uint32_t __attribute__((may_alias)) word;

/* Eight bytes of whatever lies there: assigned by one load and one store of two
 * registers. */
typedef struct {
    uint32_t words[2];
} __attribute__((may_alias)) pair;

/* At least one. noinline: among the variables of its caller the loop has no registers. */
__attribute__((noinline)) static void copy_pairs(pair *dst, const pair *src,
                                                 const pair *end)
{
    do {
        *dst++ = *src++;
    } while (src != end);
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
    size_t distance = (size_t)((uintptr_t)src - (uintptr_t)dst);
    size_t most = 0;
    if (distance == 0) {
        return;
    }
    if (len >= 4 * WORD) {
        if (distance % WORD != 0 || distance < sizeof(pair)) {
            most = len / WORD * WORD;
            copy_fours(dst, src, most);
        } else {
            while ((uintptr_t)src % WORD != 0) {
                *dst++ = *src++;
                len--;
            }
            most = len / sizeof(pair) * sizeof(pair);
            copy_pairs(__builtin_assume_aligned(dst, WORD),
                       __builtin_assume_aligned(src, WORD),
                       __builtin_assume_aligned(src + most, WORD));
            if ((len & WORD) != 0) {
                *(word *)__builtin_assume_aligned(dst + most, WORD) =
                    *(const word *)__builtin_assume_aligned(src + most, WORD);
                most += WORD;
            }
        }
    }
    for (; most != len; most++) {
        dst[most] = src[most];
    }
}
