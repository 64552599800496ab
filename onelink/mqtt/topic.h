/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_MQTT_TOPIC_H
#define ONELINK_MQTT_TOPIC_H

#include <stdbool.h>

#include "onelink/base/str.h"

/* Strings, topic names and topic filters of MQTT 3.1.1 (§1.5.3, §4.7). */

/* text is well-formed UTF-8 (no surrogates, no overlong form, nothing above U+10FFFF)
 * without U+0000 and of at most 65,535 bytes [MQTT-1.5.3-1, MQTT-1.5.3-2]. The empty
 * string is. */
bool ol_mqtt_is_utf8(struct ol_str text);

/* text may be the topic of a PUBLISH: a valid string, not empty, without '+' and '#'
 * [MQTT-3.3.2-2, MQTT-4.7.3-1]. */
bool ol_mqtt_is_topic_name(struct ol_str text);

/* text may be subscribed to: a valid string, not empty, '#' only as the whole last level,
 * '+' only as a whole level [MQTT-4.7.1-2, MQTT-4.7.1-3]. */
bool ol_mqtt_is_topic_filter(struct ol_str text);

/* name is matched by filter. A filter that begins with a wildcard does not match a name
 * that begins with '$' [MQTT-4.7.2-1]; "a/#" matches "a" too (§4.7.1.2). Both must have
 * passed the checks above, otherwise the answer means nothing (but stays inside both
 * spans). */
bool ol_mqtt_topic_matches(struct ol_str filter, struct ol_str name);

#endif
