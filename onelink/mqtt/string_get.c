/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

struct ol_str ol_mqtt_string_get(struct ol_reader *r)
{
    uint16_t len = ol_reader_u16(r);
    return ol_reader_bytes(r, len);
}
