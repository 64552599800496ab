/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/copy.h"
#include "onelink/mqtt/wire.h"

int32_t ol_mqtt_packet_begin_partial(struct ol_writer *w, uint8_t first, size_t remaining,
                                     size_t here, uint8_t **body)
{
    if (remaining > OL_MQTT_REMAINING_MAX) {
        return OL_E_ARG;
    }
    size_t size = ol_mqtt_header_size(remaining);
    if (w->over || w->cap - w->len < size + here) {
        w->over = true;
        return OL_E_NOSPC;
    }
    uint8_t *p = w->buf + w->len;
    ol_mqtt_header_put(p, first, remaining);
    *body = p + size;
    w->len += size + here;
    return OL_OK;
}

int32_t ol_mqtt_packet_begin(struct ol_writer *w, uint8_t first, size_t remaining,
                             uint8_t **body)
{
    return ol_mqtt_packet_begin_partial(w, first, remaining, remaining, body);
}

uint8_t *ol_mqtt_u16_put(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
    return p + 2;
}

uint8_t *ol_mqtt_string_put(uint8_t *p, struct ol_str s)
{
    p = ol_mqtt_u16_put(p, s.len);
    ol_mqtt_copy_down(p, (const uint8_t *)s.ptr, s.len);
    return p + s.len;
}
