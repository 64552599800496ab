/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

/* The variable header. False: not MQTT 3.1.1, or flags that contradict each other. */
static bool get_variable_header(struct ol_reader *r, struct ol_mqtt_connect *out)
{
    out->protocol_name = ol_mqtt_string_get(r);
    out->level = ol_reader_u8(r);
    if (!ol_str_equal(out->protocol_name, OL_STR("MQTT")) ||
        out->level != OL_MQTT_LEVEL_3_1_1) {
        return false;
    }
    out->flags = ol_reader_u8(r);
    out->keepalive_s = ol_reader_u16(r);
    return ol_mqtt_connect_flags_are_valid(out->flags);
}

static bool get_payload(struct ol_reader *r, struct ol_mqtt_connect *out)
{
    for (size_t i = 0; i < OL_MQTT_CONNECT_FIELDS; i++) {
        if (!ol_mqtt_connect_has(out->flags, i)) {
            continue;
        }
        struct ol_str *s = (void *)((char *)out + ol_mqtt_connect_field[i].offset);
        *s = ol_mqtt_string_get(r);
        if (r->bad || !ol_mqtt_connect_string_is_valid(*s, i)) {
            return false;
        }
    }
    return ol_reader_left(r) == 0;
}

int32_t ol_mqtt_connect_decode(const uint8_t *body, size_t len,
                               struct ol_mqtt_connect *out)
{
    struct ol_reader r = ol_reader_make(body, len);
    *out = (struct ol_mqtt_connect){0};
    if (get_variable_header(&r, out) && get_payload(&r, out)) {
        return OL_OK;
    }
    *out = (struct ol_mqtt_connect){.protocol_name = out->protocol_name,
                                    .level = out->level};
    return OL_E_PROTO;
}
