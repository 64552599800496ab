/* SPDX-License-Identifier: MIT */
#include "onelink/base/utf8.h"

#include "onelink/mqtt/topic.h"

#define STRING_LEN_MAX 65535u

bool ol_mqtt_is_utf8(struct ol_str text)
{
    if (text.len > STRING_LEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0') { /* MQTT-1.5.3-2 */
            return false;
        }
    }
    return ol_utf8_is_valid(text);
}
