/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* gmtime_r */

#include "platform/api/write.h"

#include <stdio.h>
#include <time.h>

void ol_api_write_text(struct ol_json_writer *w, const char *key, struct ol_str value)
{
    ol_json_key(w, ol_str_from(key));
    ol_json_str(w, value);
}

void ol_api_write_int(struct ol_json_writer *w, const char *key, int64_t value)
{
    ol_json_key(w, ol_str_from(key));
    ol_json_int(w, value);
}

void ol_api_write_time(struct ol_json_writer *w, const char *key, int64_t unix_ms)
{
    char text[48] = "";
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;
    if (unix_ms > 0 && gmtime_r(&seconds, &tm) != NULL) {
        size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(text + n, sizeof text - n, ".%03dZ", (int)(unix_ms % 1000));
    }
    ol_api_write_text(w, key, ol_str_from(text));
}
