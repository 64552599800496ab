/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_TOKEN_IS_H
#define ONELINK_ONENET_TOKEN_IS_H

#include <string.h>

#include "onelink/json/reader.h"

/* Inside of the layer: ol_json_token_equal that mostly needs no call, because most names
 * differ in their length and none is escaped. */
static inline bool ol_onenet_token_is(const struct ol_json_token *t, const char *name,
                                      size_t len)
{
    if (t->escaped) {
        return ol_json_token_equal(t, ol_str_make(name, len));
    }
    return t->text.len == len && memcmp(t->text.ptr, name, len) == 0;
}

#endif
