/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

int32_t ol_mqtt_packet_begin_partial(struct ol_writer *w, uint8_t first, size_t remaining,
                                     size_t head)
{
    if (remaining > OL_MQTT_REMAINING_MAX) {
        return OL_E_ARG;
    }
    size_t size = ol_mqtt_header_size(remaining);
    if (w->over || w->cap - w->len < size + head) {
        w->over = true;
        return OL_E_NOSPC;
    }
    ol_mqtt_header_put(w->buf + w->len, first, remaining);
    w->len += size;
    return OL_OK;
}

int32_t ol_mqtt_packet_begin(struct ol_writer *w, uint8_t first, size_t remaining)
{
    return ol_mqtt_packet_begin_partial(w, first, remaining, remaining);
}

void ol_mqtt_string_put(struct ol_writer *w, struct ol_str s)
{
    ol_writer_u16(w, (uint16_t)s.len);
    ol_writer_str(w, s);
}

struct ol_str ol_mqtt_string_get(struct ol_reader *r)
{
    uint16_t len = ol_reader_u16(r);
    return ol_reader_bytes(r, len);
}
