/* SPDX-License-Identifier: MIT */
#include "platform/core/session.h"

#include <string.h>

/* Longest SUBSCRIBE or UNSUBSCRIBE worth reading: 8 filters of 512 bytes, and some slack
 * so that a ninth filter is told as what it is. */
#define LIST_MAX 8192

/* What a delayed session may keep: one packet and what one input call brought behind it.
 */
#define KEEP_MAX (OL_SESSION_PACKET_MAX + 65536)

#define CONNECT_FLAGS 0xC2 /* docs/protocol.md §1.3 */

void ol_session_init(struct ol_session *s, uint32_t out_max, ol_ms now)
{
    void *user = s->user;
    uint64_t peer = s->peer;
    memset(s, 0, sizeof *s);
    s->user = user;
    s->peer = peer;
    s->out_max = out_max;
    s->uplink_at_ms = now;
    s->state = OL_SESSION_CONNECTING;
}

/* ---- rules that show in the first byte ---- */

static enum ol_reason publish_flags_reason(uint8_t flags)
{
    uint8_t qos = (flags >> 1) & 3;
    if (qos == 3) {
        return OL_REASON_MALFORMED;
    }
    if (qos == 2) {
        return OL_REASON_QOS2;
    }
    if ((flags & 1) != 0) {
        return OL_REASON_RETAIN;
    }
    if (qos == 0 && (flags & 8) != 0) {
        return OL_REASON_DUP_QOS0;
    }
    return OL_REASON_NONE;
}

static enum ol_reason online_type_reason(uint8_t first)
{
    switch (first >> 4) {
    case OL_MQTT_PUBLISH:
        return publish_flags_reason(first & 15);
    case OL_MQTT_SUBSCRIBE:
    case OL_MQTT_UNSUBSCRIBE:
    case OL_MQTT_PINGREQ:
    case OL_MQTT_DISCONNECT:
        return OL_REASON_NONE;
    case OL_MQTT_CONNECT:
        return OL_REASON_SECOND_CONNECT;
    case OL_MQTT_CONNACK:
    case OL_MQTT_SUBACK:
    case OL_MQTT_UNSUBACK:
    case OL_MQTT_PINGRESP:
        return OL_REASON_SERVER_PACKET;
    case OL_MQTT_PUBACK:
        return OL_REASON_PUBACK;
    case OL_MQTT_PUBREC:
    case OL_MQTT_PUBREL:
    case OL_MQTT_PUBCOMP:
        return OL_REASON_QOS2;
    default:
        return OL_REASON_MALFORMED;
    }
}

static enum ol_reason first_byte_reason(const struct ol_session *s, uint8_t first)
{
    if (s->state == OL_SESSION_ONLINE) {
        return online_type_reason(first);
    }
    return first >> 4 == OL_MQTT_CONNECT ? OL_REASON_NONE : OL_REASON_FIRST_PACKET;
}

/* ---- rules that show in the length ---- */

static enum ol_reason length_reason(const struct ol_mqtt_header *h)
{
    switch (h->type) {
    case OL_MQTT_CONNECT:
        return h->len + h->remaining > OL_SESSION_LOGIN_MAX ? OL_REASON_LOGIN_SIZE
                                                            : OL_REASON_NONE;
    case OL_MQTT_PUBLISH:
        return h->len + h->remaining > OL_SESSION_PACKET_MAX ? OL_REASON_PAYLOAD_SIZE
                                                             : OL_REASON_NONE;
    default:
        return h->remaining > LIST_MAX ? OL_REASON_TOO_LONG : OL_REASON_NONE;
    }
}

/* Reads the fixed header as far as it is there and judges it. OL_OK, OL_E_AGAIN, or
 * OL_E_PROTO with out->reason. */
static int32_t header_read(const struct ol_session *s, const uint8_t *data, size_t len,
                           struct ol_session_packet *out)
{
    if (len == 0) {
        return OL_E_AGAIN;
    }
    out->raw = ol_str_make(data, len);
    out->reason = first_byte_reason(s, data[0]);
    if (out->reason != OL_REASON_NONE) {
        return OL_E_PROTO;
    }
    int32_t rc = ol_mqtt_header_decode(data, len, &out->header);
    if (rc == OL_E_AGAIN) {
        return rc;
    }
    out->reason = rc == OL_OK ? length_reason(&out->header) : OL_REASON_MALFORMED;
    return out->reason == OL_REASON_NONE ? OL_OK : OL_E_PROTO;
}

/* ---- rules that show in the body ---- */

/* The fixed part of a CONNECT, looked at apart from the codec so that the log can tell
 * which field is wrong. */
static enum ol_reason connect_fixed_reason(const uint8_t *body, size_t len)
{
    if (len < 10) {
        return OL_REASON_MALFORMED;
    }
    if (memcmp(body, "\0\4MQTT", 6) != 0) {
        return OL_REASON_PROTOCOL_NAME;
    }
    if (body[6] != OL_MQTT_LEVEL_3_1_1) {
        return OL_REASON_PROTOCOL_LEVEL;
    }
    if (body[7] != CONNECT_FLAGS) {
        return OL_REASON_CONNECT_FLAGS;
    }
    int keep_alive_s = body[8] * 256 + body[9];
    if (keep_alive_s < OL_SESSION_KEEP_ALIVE_MIN_S ||
        keep_alive_s > OL_SESSION_KEEP_ALIVE_MAX_S) {
        return OL_REASON_KEEP_ALIVE;
    }
    return OL_REASON_NONE;
}

static enum ol_reason connect_reason(const uint8_t *body, size_t len,
                                     struct ol_mqtt_connect *out)
{
    enum ol_reason reason = connect_fixed_reason(body, len);
    if (reason != OL_REASON_NONE) {
        return reason;
    }
    if (ol_mqtt_connect_decode(body, len, out) != OL_OK ||
        !ol_mqtt_is_utf8(out->password)) {
        return OL_REASON_MALFORMED;
    }
    if (out->client_id.len == 0 || out->user_name.len == 0 || out->password.len == 0) {
        return OL_REASON_EMPTY_FIELD;
    }
    return OL_REASON_NONE;
}

static enum ol_reason publish_reason(const struct ol_mqtt_header *h, const uint8_t *body,
                                     struct ol_mqtt_publish *out)
{
    if (ol_mqtt_publish_decode(h, body, h->remaining, out) != OL_OK) {
        return OL_REASON_MALFORMED;
    }
    if (out->payload.len > OL_SESSION_PAYLOAD_MAX) {
        return OL_REASON_PAYLOAD_SIZE;
    }
    return OL_REASON_NONE;
}

static enum ol_reason body_reason(const uint8_t *body, struct ol_session_packet *out)
{
    const struct ol_mqtt_header *h = &out->header;
    switch (h->type) {
    case OL_MQTT_CONNECT:
        return connect_reason(body, h->remaining, &out->connect);
    case OL_MQTT_PUBLISH:
        return publish_reason(h, body, &out->publish);
    case OL_MQTT_SUBSCRIBE:
    case OL_MQTT_UNSUBSCRIBE:
        if (ol_mqtt_subscribe_decode(h->type, body, h->remaining, &out->subscribe) !=
            OL_OK) {
            return OL_REASON_MALFORMED;
        }
        return out->subscribe.count > OL_SESSION_PACKET_FILTERS_MAX
                   ? OL_REASON_FILTER_COUNT
                   : OL_REASON_NONE;
    default: /* PINGREQ, DISCONNECT: the header is all */
        return OL_REASON_NONE;
    }
}

static int32_t packet_read(const uint8_t *data, struct ol_session_packet *out)
{
    out->raw = ol_str_make(data, out->header.len + out->header.remaining);
    out->reason = body_reason(data + out->header.len, out);
    return out->reason == OL_REASON_NONE ? OL_OK : OL_E_PROTO;
}

/* ---- input ---- */

static size_t kept_len(const struct ol_session *s)
{
    return s->in.len - s->in_pos;
}

static int32_t keep_some(struct ol_session *s, struct ol_mem *mem,
                         struct ol_session_feed *feed, size_t n)
{
    if (s->in_pos > 0) {
        memmove(s->in.data, s->in.data + s->in_pos, kept_len(s));
        s->in.len -= s->in_pos;
        s->in_pos = 0;
    }
    if (ol_bytes_add(&s->in, mem, feed->data, n, KEEP_MAX) != OL_OK) {
        return OL_E_NOSPC;
    }
    feed->data += n;
    feed->len -= n;
    return OL_OK;
}

/* Reads a packet whose beginning is kept, with as many bytes of feed as it lacks. */
static int32_t next_kept(struct ol_session *s, struct ol_mem *mem,
                         struct ol_session_feed *feed, struct ol_session_packet *out)
{
    for (;;) {
        const uint8_t *data = s->in.data + s->in_pos;
        int32_t rc = header_read(s, data, kept_len(s), out);
        if (rc == OL_E_PROTO) {
            return rc;
        }
        size_t total =
            rc == OL_OK ? out->header.len + out->header.remaining : kept_len(s) + 1;
        if (kept_len(s) >= total) {
            s->in_pos += (uint32_t)total;
            return packet_read(data, out);
        }
        if (feed->len == 0) {
            return OL_E_AGAIN;
        }
        size_t lacking = total - kept_len(s);
        rc = keep_some(s, mem, feed, lacking < feed->len ? lacking : feed->len);
        if (rc != OL_OK) {
            return rc;
        }
    }
}

int32_t ol_session_next(struct ol_session *s, struct ol_mem *mem,
                        struct ol_session_feed *feed, struct ol_session_packet *out)
{
    if (kept_len(s) > 0) {
        return next_kept(s, mem, feed, out);
    }
    ol_session_drop_input(s, mem);
    if (feed->len == 0) {
        return OL_E_AGAIN;
    }
    int32_t rc = header_read(s, feed->data, feed->len, out);
    if (rc == OL_E_PROTO) {
        return rc;
    }
    if (rc == OL_E_AGAIN || out->header.len + out->header.remaining > feed->len) {
        rc = keep_some(s, mem, feed, feed->len);
        return rc == OL_OK ? OL_E_AGAIN : rc;
    }
    const uint8_t *data = feed->data;
    feed->data += out->header.len + out->header.remaining;
    feed->len -= out->header.len + out->header.remaining;
    return packet_read(data, out);
}

void ol_session_unread(struct ol_session *s, struct ol_session_feed *feed,
                       const struct ol_session_packet *packet)
{
    if (s->in_pos > 0) {
        s->in_pos -= (uint32_t)packet->raw.len;
        return;
    }
    feed->data -= packet->raw.len;
    feed->len += packet->raw.len;
}

int32_t ol_session_keep(struct ol_session *s, struct ol_mem *mem,
                        struct ol_session_feed *feed)
{
    return feed->len == 0 ? OL_OK : keep_some(s, mem, feed, feed->len);
}

void ol_session_drop_input(struct ol_session *s, struct ol_mem *mem)
{
    if (s->in.cap > 0) {
        ol_bytes_reset(&s->in, mem);
    }
    s->in_pos = 0;
}

/* ---- output ---- */

/* Moves what is not sent yet to the beginning of the buffer. */
static void compact_output(struct ol_session *s)
{
    memmove(s->out.data, s->out.data + s->out_pos, s->out.len - s->out_pos);
    s->out.len -= s->out_pos;
    s->out_released -= s->out_pos;
    s->out_pos = 0;
}

bool ol_session_write(struct ol_session *s, struct ol_mem *mem, size_t cap,
                      struct ol_writer *w)
{
    /* A client that never quite catches up must not let the buffer creep. */
    if (s->out_pos > 0 && cap > s->out.cap - s->out.len) {
        compact_output(s);
    }
    uint8_t *room = ol_bytes_room(&s->out, mem, cap, s->out_max);
    *w = ol_writer_make(room, room == NULL ? 0 : cap);
    return room != NULL;
}

void ol_session_write_done(struct ol_session *s, const struct ol_writer *w)
{
    s->out.len += (uint32_t)w->len;
    if (!ol_link_is_listed(&s->held)) {
        s->out_released = s->out.len;
    }
}

void ol_session_release(struct ol_session *s)
{
    s->out_released = s->out.len;
}

const uint8_t *ol_session_output(const struct ol_session *s, size_t *len)
{
    *len = s->out_released - s->out_pos;
    return *len == 0 ? NULL : s->out.data + s->out_pos;
}

static void drop_output(struct ol_session *s, struct ol_mem *mem)
{
    ol_bytes_reset(&s->out, mem);
    s->out_pos = 0;
    s->out_released = 0;
}

void ol_session_output_done(struct ol_session *s, struct ol_mem *mem, size_t n)
{
    size_t waiting = s->out_released - s->out_pos;
    s->out_pos += (uint32_t)(n < waiting ? n : waiting);
    if (s->out_pos < s->out.len) {
        return;
    }
    drop_output(s, mem);
    if (s->state == OL_SESSION_CLOSING) {
        s->state = OL_SESSION_CLOSED;
    }
}

/* ---- end ---- */

void ol_session_close(struct ol_session *s, struct ol_mem *mem, enum ol_reason reason,
                      bool flush)
{
    if (s->state == OL_SESSION_CLOSED) {
        return;
    }
    if (s->state != OL_SESSION_CLOSING) {
        s->reason = (uint8_t)reason;
    }
    if (!flush) {
        drop_output(s, mem);
    }
    s->pause_until_ms = 0;
    s->state = s->out_pos < s->out.len ? OL_SESSION_CLOSING : OL_SESSION_CLOSED;
}

void ol_session_reset(struct ol_session *s, struct ol_mem *mem)
{
    ol_session_drop_input(s, mem);
    drop_output(s, mem);
    ol_mem_free(mem, s->filters.data, s->filters.cap);
    s->filters = (struct ol_bytes){NULL, 0, 0};
}

bool ol_session_is_closed(const struct ol_session *s)
{
    return s->state == OL_SESSION_CLOSED;
}

bool ol_session_is_reading(const struct ol_session *s)
{
    return s->state <= OL_SESSION_ONLINE && s->pause_until_ms == 0;
}

struct ol_str ol_session_product(const struct ol_session *s)
{
    return ol_str_make(s->prefix + 5, s->product_len);
}

struct ol_str ol_session_device(const struct ol_session *s)
{
    if (s->prefix_len == 0) {
        return ol_str_make(NULL, 0);
    }
    size_t at = 5 + (size_t)s->product_len + 1;
    return ol_str_make(s->prefix + at, s->prefix_len - 1 - at);
}
