/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

#define LENGTH_LEN 2u
#define ID_LEN     2u

static uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

int32_t ol_mqtt_publish_decode(const struct ol_mqtt_header *h, const uint8_t *body,
                               size_t len, struct ol_mqtt_publish *out)
{
    size_t id_len = (h->flags & 0x06u) != 0 ? ID_LEN : 0;
    if (h->remaining < LENGTH_LEN + id_len) {
        return OL_E_PROTO;
    }
    if (len < LENGTH_LEN) {
        return OL_E_AGAIN;
    }
    size_t topic_len = get_u16(body);
    size_t head = LENGTH_LEN + topic_len + id_len;
    if (h->remaining < head) {
        return OL_E_PROTO;
    }
    if (len < head) {
        return OL_E_AGAIN;
    }
    out->topic.ptr = (const char *)body + LENGTH_LEN;
    out->topic.len = topic_len;
    out->payload.ptr = (const char *)body + head;
    out->payload.len = len - head;
    out->payload_len = h->remaining - (uint32_t)head;
    out->packet_id = id_len != 0 ? get_u16(body + head - ID_LEN) : 0;
    out->qos = (h->flags >> 1) & 3u;
    out->dup = (h->flags & 0x08u) != 0;
    out->retain = (h->flags & 0x01u) != 0;
    if (id_len != 0 && out->packet_id == 0) { /* MQTT-2.3.1-1 */
        return OL_E_PROTO;
    }
    return ol_mqtt_is_topic_name(out->topic) ? OL_OK : OL_E_PROTO;
}
