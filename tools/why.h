/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_WHY_H
#define TOOLS_WHY_H

#include <stdbool.h>
#include <stddef.h>

/* Writes into why[cap] what is wrong, and gives false: `return cli_fail(why, cap, ...)`. */
__attribute__((format(printf, 3, 4))) bool cli_fail(char *why, size_t cap,
                                                    const char *format, ...);

#endif
