/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Plain loops: the models move frames, not megabytes. */

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    for (size_t i = 0; i < len; i++) {
        t[i] = f[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    bool is_forward = (uintptr_t)t <= (uintptr_t)f;
    for (size_t i = 0; i < len; i++) {
        size_t at = is_forward ? i : len - 1 - i;
        t[at] = f[at];
    }
    return to;
}

void *memset(void *to, int byte, size_t len)
{
    uint8_t *t = to;
    for (size_t i = 0; i < len; i++) {
        t[i] = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a;
    const uint8_t *y = b;
    for (size_t i = 0; i < len; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}

void *memchr(const void *data, int byte, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        if (p[i] == (uint8_t)byte) {
            return (void *)(uintptr_t)(p + i);
        }
    }
    return NULL;
}

size_t strlen(const char *text)
{
    size_t len = 0;
    while (text[len] != 0) {
        len++;
    }
    return len;
}

char *strchr(const char *text, int byte)
{
    for (;; text++) {
        if (*text == (char)byte) {
            return (char *)(uintptr_t)text;
        }
        if (*text == 0) {
            return NULL;
        }
    }
}

int strcmp(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}
