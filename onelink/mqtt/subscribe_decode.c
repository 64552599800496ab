/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

/* One entry of the list. False when the list ends inside it. */
static bool get_filter(struct ol_reader *r, uint8_t type, struct ol_mqtt_filter *out)
{
    out->filter = ol_mqtt_string_get(r);
    out->qos = type == OL_MQTT_SUBSCRIBE ? ol_reader_u8(r) : 0;
    return !r->bad;
}

int32_t ol_mqtt_subscribe_decode(uint8_t type, const uint8_t *body, size_t len,
                                 struct ol_mqtt_subscribe *out)
{
    struct ol_reader r = ol_reader_make(body, len);
    *out = (struct ol_mqtt_subscribe){.type = type, .packet_id = ol_reader_u16(&r)};
    size_t list_len = ol_reader_left(&r);
    if (out->packet_id == 0 || list_len == 0) {
        return OL_E_PROTO;
    }
    out->list = ol_str_make(body + r.pos, list_len);
    while (ol_reader_left(&r) > 0) {
        struct ol_mqtt_filter f;
        if (!get_filter(&r, type, &f) || f.qos > 2 ||
            !ol_mqtt_is_topic_filter(f.filter)) {
            return OL_E_PROTO;
        }
        out->count++;
    }
    return OL_OK;
}

bool ol_mqtt_filter_next(const struct ol_mqtt_subscribe *s, size_t *pos,
                         struct ol_mqtt_filter *out)
{
    if (*pos >= s->list.len) {
        return false;
    }
    struct ol_reader r = ol_reader_make(s->list.ptr + *pos, s->list.len - *pos);
    if (!get_filter(&r, s->type, out)) {
        return false;
    }
    *pos += r.pos;
    return true;
}
