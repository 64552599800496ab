/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/topic.h"

static bool begins_with_wildcard(struct ol_str filter)
{
    return filter.len > 0 && (filter.ptr[0] == '+' || filter.ptr[0] == '#');
}

bool ol_mqtt_topic_matches(struct ol_str filter, struct ol_str name)
{
    if (name.len > 0 && name.ptr[0] == '$' && begins_with_wildcard(filter)) {
        return false; /* MQTT-4.7.2-1 */
    }
    size_t n = 0;
    for (size_t f = 0; f < filter.len; f++) {
        char c = filter.ptr[f];
        if (c == '#') {
            return true;
        }
        if (c == '+') {
            while (n < name.len && name.ptr[n] != '/') {
                n++;
            }
            continue;
        }
        if (n == name.len) {
            /* "a/#" matches its parent "a" as well (§4.7.1.2). */
            return c == '/' && f + 2 == filter.len && filter.ptr[f + 1] == '#';
        }
        if (name.ptr[n] != c) {
            return false;
        }
        n++;
    }
    return n == name.len;
}
