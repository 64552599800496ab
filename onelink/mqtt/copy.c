/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/copy.h"

#include <string.h>

#define WORD sizeof(uint32_t)

static void copy_bytes(uint8_t *dst, const uint8_t *src, size_t len)
{
    const uint8_t *end = src + len;
    while (src != end) {
        *dst++ = *src++;
    }
}

/* Both ends on the same place within a word: after up to three bytes both are aligned. */
static void copy_aligned(uint8_t *dst, const uint8_t *src, size_t len)
{
    size_t head = (0u - (uintptr_t)src) % WORD;
    copy_bytes(dst, src, head);
    dst += head;
    src += head;
    len -= head;
    const uint8_t *end = src + len / WORD * WORD;
    while (src != end) {
        uint32_t word;
        memcpy(&word, __builtin_assume_aligned(src, WORD), WORD);
        memcpy(__builtin_assume_aligned(dst, WORD), &word, WORD);
        src += WORD;
        dst += WORD;
    }
    copy_bytes(dst, src, len % WORD);
}

/* A Cortex-M0 cannot access a word at an odd place, so four bytes a turn. */
static void copy_unaligned(uint8_t *dst, const uint8_t *src, size_t len)
{
    const uint8_t *end = src + len / WORD * WORD;
    while (src != end) {
        uint8_t a = src[0];
        uint8_t b = src[1];
        uint8_t c = src[2];
        uint8_t d = src[3];
        dst[0] = a;
        dst[1] = b;
        dst[2] = c;
        dst[3] = d;
        src += WORD;
        dst += WORD;
    }
    copy_bytes(dst, src, len % WORD);
}

void ol_mqtt_copy_down(uint8_t *dst, const uint8_t *src, size_t len)
{
    if (dst == src || len < 2 * WORD) {
        copy_bytes(dst, src, dst == src ? 0 : len);
    } else if (((uintptr_t)dst - (uintptr_t)src) % WORD == 0) {
        copy_aligned(dst, src, len);
    } else {
        copy_unaligned(dst, src, len);
    }
}
