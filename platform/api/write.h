/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_WRITE_H
#define PLATFORM_API_WRITE_H

#include "onelink/json/writer.h"

/* Members of an object: a name and a string, an integer, or a time, RFC 3339 in UTC with
 * milliseconds, empty for 0 (never). */
void ol_api_write_text(struct ol_json_writer *w, const char *key, struct ol_str value);
void ol_api_write_int(struct ol_json_writer *w, const char *key, int64_t value);
void ol_api_write_time(struct ol_json_writer *w, const char *key, int64_t unix_ms);

#endif
