/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

int32_t ol_mqtt_ack_decode(const uint8_t *body, size_t len, uint16_t *packet_id)
{
    if (len != 2) {
        return OL_E_PROTO;
    }
    *packet_id = (uint16_t)(body[0] << 8 | body[1]);
    return *packet_id != 0 ? OL_OK : OL_E_PROTO;
}
