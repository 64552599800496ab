/* SPDX-License-Identifier: MIT */
#include "tools/why.h"

#include <stdarg.h>
#include <stdio.h>

bool cli_fail(char *why, size_t cap, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(why, cap, format, ap);
    va_end(ap);
    return false;
}
