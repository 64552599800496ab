/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

int32_t ol_mqtt_suback_decode(const uint8_t *body, size_t len, struct ol_mqtt_suback *out)
{
    if (len < 3) {
        return OL_E_PROTO;
    }
    for (size_t i = 2; i < len; i++) {
        if (body[i] > 2 && body[i] != OL_MQTT_SUBACK_FAILURE) { /* MQTT-3.9.3-2 */
            return OL_E_PROTO;
        }
    }
    out->packet_id = (uint16_t)(body[0] << 8 | body[1]);
    out->codes = ol_str_make(body + 2, len - 2);
    return out->packet_id != 0 ? OL_OK : OL_E_PROTO;
}
