/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

#define BIT(type)        (1u << (type))
#define LENGTH_BYTES_MAX 4
#define CONTINUE_BIT     0x80u
#define PUBLISH_DUP      0x08u
#define PUBLISH_QOS      0x06u

/* Types whose flags must be 0010 [MQTT-2.2.2-1]; those of every other but PUBLISH are 0.
 */
#define FLAGS_2 (BIT(OL_MQTT_PUBREL) | BIT(OL_MQTT_SUBSCRIBE) | BIT(OL_MQTT_UNSUBSCRIBE))

#define BODY_EMPTY                                                                       \
    (BIT(OL_MQTT_PINGREQ) | BIT(OL_MQTT_PINGRESP) | BIT(OL_MQTT_DISCONNECT))
#define BODY_2                                                                           \
    (BIT(OL_MQTT_CONNACK) | BIT(OL_MQTT_PUBACK) | BIT(OL_MQTT_PUBREC) |                  \
     BIT(OL_MQTT_PUBREL) | BIT(OL_MQTT_PUBCOMP) | BIT(OL_MQTT_UNSUBACK))

static bool flags_are_valid(unsigned type, unsigned flags)
{
    if (type == OL_MQTT_PUBLISH) {
        unsigned qos = flags & PUBLISH_QOS;
        return qos != PUBLISH_QOS && (qos != 0 || (flags & PUBLISH_DUP) == 0);
    }
    if (type < OL_MQTT_CONNECT || type > OL_MQTT_DISCONNECT) {
        return false;
    }
    return flags == ((BIT(type) & FLAGS_2) != 0 ? 2u : 0u);
}

static bool size_is_valid(unsigned type, uint32_t remaining)
{
    if ((BIT(type) & BODY_EMPTY) != 0) {
        return remaining == 0;
    }
    return (BIT(type) & BODY_2) == 0 || remaining == 2;
}

int32_t ol_mqtt_header_decode(const uint8_t *data, size_t len, struct ol_mqtt_header *out)
{
    if (len == 0) {
        return OL_E_AGAIN;
    }
    unsigned type = data[0] >> 4;
    unsigned flags = data[0] & 0x0Fu;
    if (!flags_are_valid(type, flags)) {
        return OL_E_PROTO;
    }
    uint32_t remaining = 0;
    for (unsigned i = 0; i < LENGTH_BYTES_MAX; i++) {
        if (i + 1 >= len) {
            return OL_E_AGAIN;
        }
        uint32_t byte = data[i + 1];
        remaining |= (byte & ~CONTINUE_BIT) << (7 * i);
        if ((byte & CONTINUE_BIT) == 0) {
            out->type = (uint8_t)type;
            out->flags = (uint8_t)flags;
            out->len = (uint8_t)(i + 2);
            out->remaining = remaining;
            return size_is_valid(type, remaining) ? OL_OK : OL_E_PROTO;
        }
    }
    return OL_E_PROTO;
}
