/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client.h"

const char *ol_mqtt_reason_str(uint8_t reason)
{
    static const char *const words[] = {
        [OL_MQTT_REASON_NONE] = "no failure",
        [OL_MQTT_REASON_BAD_PACKET] = "malformed packet",
        [OL_MQTT_REASON_UNEXPECTED_PACKET] = "unexpected packet",
        [OL_MQTT_REASON_WRONG_PACKET_ID] = "answer to a packet that was not sent",
        [OL_MQTT_REASON_WRONG_COUNT] = "wrong number of subscription answers",
        [OL_MQTT_REASON_TOO_LARGE] = "packet larger than the receive buffer",
        [OL_MQTT_REASON_NO_CONNACK] = "no answer to login",
        [OL_MQTT_REASON_NO_PINGRESP] = "no answer to ping",
        [OL_MQTT_REASON_NO_ACK] = "no answer to publish or subscribe",
    };
    return reason < sizeof words / sizeof words[0] ? words[reason] : "unknown";
}
