/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

#define LENGTH_LEN 2u
#define ID_LEN     2u
#define QOS_LEN    1u

int32_t ol_mqtt_subscribe_encode(struct ol_writer *w, uint8_t type, uint16_t packet_id,
                                 const struct ol_str *filters, size_t count, uint8_t qos)
{
    bool with_qos = type == OL_MQTT_SUBSCRIBE;
    if (!with_qos && type != OL_MQTT_UNSUBSCRIBE) {
        return OL_E_ARG;
    }
    if (packet_id == 0 || count == 0 || (with_qos && qos > 2)) {
        return OL_E_ARG;
    }
    size_t remaining = ID_LEN;
    for (size_t i = 0; i < count; i++) {
        if (!ol_mqtt_is_topic_filter(filters[i])) {
            return OL_E_ARG;
        }
        remaining += LENGTH_LEN + filters[i].len + (with_qos ? QOS_LEN : 0);
    }
    uint8_t first = (uint8_t)(OL_MQTT_FIRST(type) | OL_MQTT_FLAGS_2);
    uint8_t *p;
    int32_t rc = ol_mqtt_packet_begin(w, first, remaining, &p);
    if (rc != OL_OK) {
        return rc;
    }
    p = ol_mqtt_u16_put(p, packet_id);
    for (size_t i = 0; i < count; i++) {
        p = ol_mqtt_string_put(p, filters[i]);
        if (with_qos) {
            *p++ = qos;
        }
    }
    return OL_OK;
}
