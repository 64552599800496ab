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

static bool is_encodable(const struct ol_mqtt_connect *c)
{
    if (!ol_mqtt_connect_flags_are_valid(c->flags) || !ol_mqtt_is_utf8(c->client_id)) {
        return false;
    }
    if (c->client_id.len == 0 && (c->flags & OL_MQTT_CONNECT_CLEAN_SESSION) == 0) {
        return false;
    }
    if ((c->flags & OL_MQTT_CONNECT_WILL) != 0 &&
        (!ol_mqtt_is_topic_name(c->will_topic) || c->will_message.len > STRING_LEN_MAX)) {
        return false;
    }
    if ((c->flags & OL_MQTT_CONNECT_USER_NAME) != 0 && !ol_mqtt_is_utf8(c->user_name)) {
        return false;
    }
    return (c->flags & OL_MQTT_CONNECT_PASSWORD) == 0 ||
           c->password.len <= STRING_LEN_MAX;
}

/* The payload strings that are on the wire, in their order (§3.1.3). */
static size_t payload_strings(const struct ol_mqtt_connect *c, struct ol_str out[5])
{
    size_t n = 0;
    out[n++] = c->client_id;
    if ((c->flags & OL_MQTT_CONNECT_WILL) != 0) {
        out[n++] = c->will_topic;
        out[n++] = c->will_message;
    }
    if ((c->flags & OL_MQTT_CONNECT_USER_NAME) != 0) {
        out[n++] = c->user_name;
    }
    if ((c->flags & OL_MQTT_CONNECT_PASSWORD) != 0) {
        out[n++] = c->password;
    }
    return n;
}

int32_t ol_mqtt_connect_encode(struct ol_writer *w, const struct ol_mqtt_connect *connect)
{
    if (!is_encodable(connect)) {
        return OL_E_ARG;
    }
    struct ol_str strings[5];
    size_t count = payload_strings(connect, strings);
    size_t remaining = VARIABLE_LEN;
    for (size_t i = 0; i < count; i++) {
        remaining += LENGTH_LEN + strings[i].len;
    }
    int32_t rc = ol_mqtt_packet_begin(w, OL_MQTT_FIRST(OL_MQTT_CONNECT), remaining);
    if (rc != OL_OK) {
        return rc;
    }
    ol_mqtt_string_put(w, OL_STR("MQTT"));
    ol_writer_u8(w, OL_MQTT_LEVEL_3_1_1);
    ol_writer_u8(w, connect->flags);
    ol_writer_u16(w, connect->keepalive_s);
    for (size_t i = 0; i < count; i++) {
        ol_mqtt_string_put(w, strings[i]);
    }
    return OL_OK;
}
