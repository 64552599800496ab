/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/topic.h"

/* The wildcard at text[at] stands where it may: '+' fills a level, '#' fills the last
 * one. */
static bool wildcard_is_valid(struct ol_str text, size_t at)
{
    bool begins_level = at == 0 || text.ptr[at - 1] == '/';
    bool is_last = at + 1 == text.len;
    bool ends_level = is_last || (text.ptr[at] == '+' && text.ptr[at + 1] == '/');
    return begins_level && ends_level;
}

bool ol_mqtt_is_topic_filter(struct ol_str text)
{
    if (text.len == 0 || !ol_mqtt_is_utf8(text)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c == '+' || c == '#') && !wildcard_is_valid(text, i)) {
            return false;
        }
    }
    return true;
}
