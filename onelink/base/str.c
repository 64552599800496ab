/* SPDX-License-Identifier: MIT */
#include "onelink/base/str.h"

#include <string.h>

struct ol_str ol_str_from(const char *s)
{
    return (struct ol_str){s, s != NULL ? strlen(s) : 0};
}

bool ol_str_equal(struct ol_str a, struct ol_str b)
{
    return a.len == b.len && ol_str_has_prefix(a, b);
}

bool ol_str_has_prefix(struct ol_str s, struct ol_str prefix)
{
    /* memcmp may not see NULL, not even for no bytes (C11 7.24.1p2). */
    if (prefix.len == 0) {
        return true;
    }
    return s.len >= prefix.len && memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}
