/* SPDX-License-Identifier: MIT */
#ifndef SIM_WASM_STRING_H
#define SIM_WASM_STRING_H

#include <stddef.h>

/* What the models, the platform and its hashes use of <string.h>: clang makes WebAssembly
 * without a C library. */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *data, int byte, size_t len);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
char *strchr(const char *text, int byte);

#endif
