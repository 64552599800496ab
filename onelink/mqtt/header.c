/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

#define BIT(type)    (1u << (type))
#define CONTINUE_BIT 0x80u
#define SHIFT_END    28u /* four bytes of seven bits (§2.2.3) */

/* Which values of the flags each type may have, one bit a value [MQTT-2.2.2-1]. PUBLISH:
 * not QoS 3 [MQTT-3.3.1-4], no DUP at QoS 0 [MQTT-3.3.1-2]. */
#define NO_FLAGS BIT(0)
#define FLAGS_2  BIT(2)

static const uint16_t allowed_flags[16] = {
    [OL_MQTT_CONNECT] = NO_FLAGS,  [OL_MQTT_CONNACK] = NO_FLAGS,
    [OL_MQTT_PUBLISH] = 0x3C3F,    [OL_MQTT_PUBACK] = NO_FLAGS,
    [OL_MQTT_PUBREC] = NO_FLAGS,   [OL_MQTT_PUBREL] = FLAGS_2,
    [OL_MQTT_PUBCOMP] = NO_FLAGS,  [OL_MQTT_SUBSCRIBE] = FLAGS_2,
    [OL_MQTT_SUBACK] = NO_FLAGS,   [OL_MQTT_UNSUBSCRIBE] = FLAGS_2,
    [OL_MQTT_UNSUBACK] = NO_FLAGS, [OL_MQTT_PINGREQ] = NO_FLAGS,
    [OL_MQTT_PINGRESP] = NO_FLAGS, [OL_MQTT_DISCONNECT] = NO_FLAGS,
};

#define BODY_EMPTY                                                                       \
    (BIT(OL_MQTT_PINGREQ) | BIT(OL_MQTT_PINGRESP) | BIT(OL_MQTT_DISCONNECT))
#define BODY_2                                                                           \
    (BIT(OL_MQTT_CONNACK) | BIT(OL_MQTT_PUBACK) | BIT(OL_MQTT_PUBREC) |                  \
     BIT(OL_MQTT_PUBREL) | BIT(OL_MQTT_PUBCOMP) | BIT(OL_MQTT_UNSUBACK))

static bool size_is_valid(unsigned type, uint32_t remaining)
{
    if ((BIT(type) & (BODY_EMPTY | BODY_2)) == 0) {
        return true;
    }
    return remaining == ((BIT(type) & BODY_2) != 0 ? 2 : 0);
}

int32_t ol_mqtt_header_decode(const uint8_t *data, size_t len, struct ol_mqtt_header *out)
{
    if (len == 0) {
        return OL_E_AGAIN;
    }
    const uint8_t *p = data;
    const uint8_t *end = data + len;
    unsigned type = *p >> 4;
    unsigned flags = *p++ & 0x0Fu;
    if ((allowed_flags[type] & BIT(flags)) == 0) {
        return OL_E_PROTO;
    }
    uint32_t remaining = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (shift == SHIFT_END) {
            return OL_E_PROTO;
        }
        if (p == end) {
            return OL_E_AGAIN;
        }
        uint32_t byte = *p++;
        remaining += byte << shift;
        if (byte < CONTINUE_BIT) {
            break;
        }
        remaining -= CONTINUE_BIT << shift;
    }
    if (!size_is_valid(type, remaining)) {
        return OL_E_PROTO;
    }
    out->type = (uint8_t)type;
    out->flags = (uint8_t)flags;
    out->len = (uint8_t)(p - data);
    out->remaining = remaining;
    return OL_OK;
}
