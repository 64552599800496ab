/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_LOG_LINE_H
#define PLATFORM_API_LOG_LINE_H

#include "onelink/json/writer.h"
#include "platform/api/backend.h"

/* Writes a line of the message log as one JSON object: seq, time (Unix ms), direction,
 * verdict; of a packet its name, topic, qos, length, payload (where it is text) and bytes
 * (hex, at most OL_MSGLOG_RAW_MAX of bytes_length); code, reason, ours, and of strangers
 * what they called themselves and their address. */
void ol_api_log_line_write(struct ol_json_writer *w, const struct ol_api_log_line *l);

#endif
