/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

int32_t ol_mqtt_connack_decode(const uint8_t *body, size_t len,
                               struct ol_mqtt_connack *out)
{
    if (len != 2 || body[0] > 1 || body[1] > OL_MQTT_REFUSED_AUTHORIZATION) {
        return OL_E_PROTO;
    }
    if (body[0] != 0 && body[1] != OL_MQTT_ACCEPTED) { /* MQTT-3.2.2-4 */
        return OL_E_PROTO;
    }
    out->session_present = body[0] != 0;
    out->code = body[1];
    return OL_OK;
}
