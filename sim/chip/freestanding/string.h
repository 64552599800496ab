/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHIP_FREESTANDING_STRING_H
#define SIM_CHIP_FREESTANDING_STRING_H

#include <stddef.h>

/* The memory functions, where a compiler comes without a C library (WebAssembly). */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);

#endif
