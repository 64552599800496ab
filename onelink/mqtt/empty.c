/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

int32_t ol_mqtt_empty_encode(struct ol_writer *w, uint8_t type)
{
    if (type < OL_MQTT_PINGREQ || type > OL_MQTT_DISCONNECT) {
        return OL_E_ARG;
    }
    uint8_t *nothing;
    return ol_mqtt_packet_begin(w, OL_MQTT_FIRST(type), 0, &nothing);
}
