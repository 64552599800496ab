/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/copy.h"

void ol_mqtt_wipe(uint8_t *p, size_t len)
{
    volatile uint8_t *at = p;
    while (len-- > 0) {
        *at++ = 0;
    }
}
