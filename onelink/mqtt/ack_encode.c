/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

int32_t ol_mqtt_ack_encode(struct ol_writer *w, uint8_t type, uint16_t packet_id)
{
    bool is_ack =
        (type >= OL_MQTT_PUBACK && type <= OL_MQTT_PUBCOMP) || type == OL_MQTT_UNSUBACK;
    if (!is_ack || packet_id == 0) {
        return OL_E_ARG;
    }
    unsigned flags = type == OL_MQTT_PUBREL ? OL_MQTT_FLAGS_2 : 0; /* MQTT-3.6.1-1 */
    uint8_t *p;
    int32_t rc = ol_mqtt_packet_begin(w, (uint8_t)(OL_MQTT_FIRST(type) | flags), 2, &p);
    if (rc == OL_OK) {
        ol_mqtt_u16_put(p, packet_id);
    }
    return rc;
}
