/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "onelink/mqtt/wire.h"

#define LENGTH_LEN 2u
#define ID_LEN     2u

static bool is_encodable(const struct ol_mqtt_publish *p)
{
    if (p->qos > 2 || (p->qos == 0) != (p->packet_id == 0) || (p->qos == 0 && p->dup)) {
        return false;
    }
    return ol_mqtt_is_topic_name(p->topic);
}

/* here is how many bytes of the payload follow in the same writer, behind *end. */
static int32_t encode_head(struct ol_writer *w, const struct ol_mqtt_publish *p,
                           size_t payload_len, size_t here, uint8_t **end)
{
    if (!is_encodable(p) || payload_len > OL_MQTT_REMAINING_MAX) {
        return OL_E_ARG;
    }
    unsigned flags = (p->dup ? 8u : 0u) | (unsigned)p->qos << 1 | (p->retain ? 1u : 0u);
    uint8_t first = (uint8_t)(OL_MQTT_FIRST(OL_MQTT_PUBLISH) | flags);
    size_t head = LENGTH_LEN + p->topic.len + (p->qos > 0 ? ID_LEN : 0);
    int32_t rc =
        ol_mqtt_packet_begin_partial(w, first, head + payload_len, head + here, end);
    if (rc != OL_OK) {
        return rc;
    }
    *end = ol_mqtt_string_put(*end, p->topic);
    if (p->qos > 0) {
        *end = ol_mqtt_u16_put(*end, p->packet_id);
    }
    return OL_OK;
}

int32_t ol_mqtt_publish_head_encode(struct ol_writer *w,
                                    const struct ol_mqtt_publish *publish,
                                    uint32_t payload_len)
{
    uint8_t *end;
    return encode_head(w, publish, payload_len, 0, &end);
}

int32_t ol_mqtt_publish_encode(struct ol_writer *w, const struct ol_mqtt_publish *publish)
{
    struct ol_str payload = publish->payload;
    uint8_t *end;
    int32_t rc = encode_head(w, publish, payload.len, payload.len, &end);
    if (rc == OL_OK && payload.len > 0) {
        memcpy(end, payload.ptr, payload.len);
    }
    return rc;
}
