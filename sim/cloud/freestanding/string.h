/* SPDX-License-Identifier: MIT */
#ifndef SIM_CLOUD_FREESTANDING_STRING_H
#define SIM_CLOUD_FREESTANDING_STRING_H

#include <stddef.h>

/* What the platform and its hashes use of <string.h>, where a compiler comes without a C
 * library (WebAssembly). */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *data, int byte, size_t len);
size_t strlen(const char *text);
char *strchr(const char *text, int byte);

#endif
