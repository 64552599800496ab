/* SPDX-License-Identifier: MIT */
#ifndef SIM_LAN_FREESTANDING_STRING_H
#define SIM_LAN_FREESTANDING_STRING_H

#include <stddef.h>

/* What the network uses of <string.h>, where a compiler comes without a C library
 * (WebAssembly). */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *data, int byte, size_t len);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);

#endif
