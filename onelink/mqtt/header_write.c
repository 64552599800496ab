/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

size_t ol_mqtt_header_size(size_t remaining)
{
    size_t size = 2;
    while (remaining > 0x7F) {
        remaining >>= 7;
        size++;
    }
    return size;
}

void ol_mqtt_header_put(uint8_t *p, uint8_t first, size_t remaining)
{
    *p++ = first;
    while (remaining > 0x7F) {
        *p++ = (uint8_t)(remaining | 0x80u);
        remaining >>= 7;
    }
    *p = (uint8_t)remaining;
}
