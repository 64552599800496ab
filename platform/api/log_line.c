/* SPDX-License-Identifier: MIT */
#include "platform/api/log_line.h"

#include "onelink/base/utf8.h"
#include "platform/api/write.h"

/* What strangers sent need not be text. */
static void write_if_text(struct ol_json_writer *w, const char *key, struct ol_str value)
{
    if (value.len > 0 && ol_utf8_is_valid(value)) {
        ol_api_write_text(w, key, value);
    }
}

static void write_hex(struct ol_json_writer *w, const char *key, struct ol_str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * OL_MSGLOG_RAW_MAX];
    size_t len = bytes.len < OL_MSGLOG_RAW_MAX ? bytes.len : OL_MSGLOG_RAW_MAX;
    for (size_t i = 0; i < len; i++) {
        unsigned char b = (unsigned char)bytes.ptr[i];
        hex[2 * i] = digits[b >> 4];
        hex[2 * i + 1] = digits[b & 15];
    }
    ol_api_write_text(w, key, ol_str_make(hex, 2 * len));
}

static void write_packet(struct ol_json_writer *w, const struct ol_api_log_line *l)
{
    const struct ol_msglog *line = l->line;
    ol_api_write_text(w, "packet", ol_str_from(l->packet));
    write_if_text(w, "topic", line->topic);
    if (line->topic.len > 0) {
        ol_api_write_int(w, "qos", line->qos);
    }
    ol_api_write_int(w, "length", line->length);
    write_if_text(w, "payload", line->body);
    if (line->raw.len > 0) {
        write_hex(w, "bytes", line->raw);
        ol_api_write_int(w, "bytes_length", line->raw_len);
    }
}

void ol_api_log_line_write(struct ol_json_writer *w, const struct ol_api_log_line *l)
{
    const struct ol_msglog *line = l->line;
    ol_json_object_begin(w);
    ol_api_write_int(w, "seq", l->seq);
    ol_api_write_int(w, "time", line->time_ms);
    ol_api_write_text(w, "direction", ol_str_from(l->direction));
    ol_api_write_text(w, "verdict", ol_str_from(l->verdict));
    if (line->packet != 0) {
        write_packet(w, l);
    } else if (line->verdict == OL_MSGLOG_CLOSED) {
        ol_api_write_int(w, "pings", line->length);
    }
    if (line->code != 0) {
        ol_api_write_int(w, "code", line->code);
    }
    write_if_text(w, "reason", line->reason);
    if (line->ours) {
        ol_json_key(w, OL_STR("ours"));
        ol_json_bool(w, true);
    }
    write_if_text(w, "product_id", line->product_id);
    write_if_text(w, "device_name", line->device_name);
    write_if_text(w, "peer", line->peer);
    ol_json_object_end(w);
}
