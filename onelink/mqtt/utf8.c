/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/topic.h"

#include <string.h>

#include "onelink/base/utf8.h"

#define STRING_LEN_MAX 65535u

bool ol_mqtt_is_utf8(struct ol_str text)
{
    if (text.len == 0) {
        return true;
    }
    return text.len <= STRING_LEN_MAX && memchr(text.ptr, 0, text.len) == NULL &&
           ol_utf8_is_valid(text);
}
