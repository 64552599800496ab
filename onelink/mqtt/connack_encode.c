/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

int32_t ol_mqtt_connack_encode(struct ol_writer *w, bool session_present, uint8_t code)
{
    if (code > OL_MQTT_REFUSED_AUTHORIZATION || (session_present && code != 0)) {
        return OL_E_ARG;
    }
    uint8_t *p;
    int32_t rc = ol_mqtt_packet_begin(w, OL_MQTT_FIRST(OL_MQTT_CONNACK), 2, &p);
    if (rc == OL_OK) {
        p[0] = session_present ? 1 : 0;
        p[1] = code;
    }
    return rc;
}
