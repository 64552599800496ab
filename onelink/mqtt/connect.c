/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/wire.h"

#define FLAG_RESERVED  0x01u
#define WILL_QOS_3     OL_MQTT_CONNECT_WILL_QOS
#define VARIABLE_LEN   10u /* protocol name, level, flags, keep alive */
#define LENGTH_LEN     2u  /* in front of each string */
#define STRING_LEN_MAX 65535u

bool ol_mqtt_connect_flags_are_valid(uint8_t flags)
{
    unsigned will = OL_MQTT_CONNECT_WILL_QOS | OL_MQTT_CONNECT_WILL_RETAIN;
    if ((flags & FLAG_RESERVED) != 0) { /* MQTT-3.1.2-3 */
        return false;
    }
    if ((flags & OL_MQTT_CONNECT_WILL) == 0 && (flags & will) != 0) { /* MQTT-3.1.2-11 */
        return false;
    }
    if ((flags & OL_MQTT_CONNECT_WILL_QOS) == WILL_QOS_3) { /* MQTT-3.1.2-14 */
        return false;
    }
    /* MQTT-3.1.2-22 */
    return (flags & OL_MQTT_CONNECT_USER_NAME) != 0 ||
           (flags & OL_MQTT_CONNECT_PASSWORD) == 0;
}

/* The payload in its order (§3.1.3): which flag puts each string there, none for the
 * first. */
const struct ol_mqtt_connect_field ol_mqtt_connect_field[OL_MQTT_CONNECT_FIELDS] = {
    {0, offsetof(struct ol_mqtt_connect, client_id), OL_MQTT_TEXT},
    {OL_MQTT_CONNECT_WILL, offsetof(struct ol_mqtt_connect, will_topic), OL_MQTT_NAME},
    {OL_MQTT_CONNECT_WILL, offsetof(struct ol_mqtt_connect, will_message), OL_MQTT_BYTES},
    {OL_MQTT_CONNECT_USER_NAME, offsetof(struct ol_mqtt_connect, user_name),
     OL_MQTT_TEXT},
    {OL_MQTT_CONNECT_PASSWORD, offsetof(struct ol_mqtt_connect, password), OL_MQTT_BYTES},
};

bool ol_mqtt_connect_has(uint8_t flags, size_t field)
{
    uint8_t flag = ol_mqtt_connect_field[field].flag;
    return flag == 0 || (flags & flag) != 0;
}

bool ol_mqtt_connect_string_is_valid(struct ol_str s, size_t field)
{
    switch (ol_mqtt_connect_field[field].kind) {
    case OL_MQTT_TEXT:
        return ol_mqtt_is_utf8(s);
    case OL_MQTT_NAME:
        return ol_mqtt_is_topic_name(s);
    default:
        return s.len <= STRING_LEN_MAX;
    }
}

static const struct ol_str *get_field(const struct ol_mqtt_connect *c, size_t field)
{
    return (const void *)((const char *)c + ol_mqtt_connect_field[field].offset);
}

/* The length of all that is behind the fixed header, or OL_E_ARG. */
static int32_t body_len(const struct ol_mqtt_connect *c)
{
    size_t len = VARIABLE_LEN;
    if (!ol_mqtt_connect_flags_are_valid(c->flags)) {
        return OL_E_ARG;
    }
    if (c->client_id.len == 0 && (c->flags & OL_MQTT_CONNECT_CLEAN_SESSION) == 0) {
        return OL_E_ARG;
    }
    for (size_t i = 0; i < OL_MQTT_CONNECT_FIELDS; i++) {
        if (!ol_mqtt_connect_has(c->flags, i)) {
            continue;
        }
        struct ol_str s = *get_field(c, i);
        if (!ol_mqtt_connect_string_is_valid(s, i)) {
            return OL_E_ARG;
        }
        len += LENGTH_LEN + s.len;
    }
    return (int32_t)len;
}

int32_t ol_mqtt_connect_encode(struct ol_writer *w, const struct ol_mqtt_connect *connect)
{
    int32_t len = body_len(connect);
    if (len < 0) {
        return len;
    }
    uint8_t *p;
    int32_t rc = ol_mqtt_packet_begin(w, OL_MQTT_FIRST(OL_MQTT_CONNECT), (size_t)len, &p);
    if (rc != OL_OK) {
        return rc;
    }
    p = ol_mqtt_string_put(p, OL_STR("MQTT"));
    *p++ = OL_MQTT_LEVEL_3_1_1;
    *p++ = connect->flags;
    p = ol_mqtt_u16_put(p, connect->keepalive_s);
    for (size_t i = 0; i < OL_MQTT_CONNECT_FIELDS; i++) {
        if (ol_mqtt_connect_has(connect->flags, i)) {
            p = ol_mqtt_string_put(p, *get_field(connect, i));
        }
    }
    return OL_OK;
}
