/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "onelink/mqtt/wire.h"

int32_t ol_mqtt_suback_encode(struct ol_writer *w, uint16_t packet_id,
                              const uint8_t *codes, size_t count)
{
    if (packet_id == 0 || count == 0) {
        return OL_E_ARG;
    }
    for (size_t i = 0; i < count; i++) {
        if (codes[i] > 2 && codes[i] != OL_MQTT_SUBACK_FAILURE) {
            return OL_E_ARG;
        }
    }
    uint8_t *p;
    int32_t rc = ol_mqtt_packet_begin(w, OL_MQTT_FIRST(OL_MQTT_SUBACK), 2 + count, &p);
    if (rc == OL_OK) {
        memcpy(ol_mqtt_u16_put(p, packet_id), codes, count);
    }
    return rc;
}
