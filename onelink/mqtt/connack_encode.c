/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

int32_t ol_mqtt_connack_encode(struct ol_writer *w, bool session_present, uint8_t code)
{
    if (code > OL_MQTT_REFUSED_AUTHORIZATION || (session_present && code != 0)) {
        return OL_E_ARG;
    }
    int32_t rc = ol_mqtt_packet_begin(w, OL_MQTT_FIRST(OL_MQTT_CONNACK), 2);
    if (rc == OL_OK) {
        ol_writer_u8(w, session_present ? 1 : 0);
        ol_writer_u8(w, code);
    }
    return rc;
}
