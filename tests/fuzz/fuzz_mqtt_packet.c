/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

#include "onelink/mqtt/topic.h"
#include "tests/unit/mqtt_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The checks of the unit tests (mqtt_check.h) on any bytes, and topic matching of any two
 * spans. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[1024];
    (void)mqtt_check(data, size, text, sizeof text);
    struct ol_str first = ol_str_make(data, size / 2);
    struct ol_str second = ol_str_make(data + size / 2, size - size / 2);
    if (ol_mqtt_topic_matches(first, second) && ol_mqtt_is_topic_filter(first)) {
        /* What matches a name without "#" has as many levels as the name. */
        size_t levels = 0;
        bool has_hash = false;
        for (size_t i = 0; i < first.len; i++) {
            levels += first.ptr[i] == '/';
            has_hash = has_hash || first.ptr[i] == '#';
        }
        for (size_t i = 0; i < second.len; i++) {
            levels -= second.ptr[i] == '/';
        }
        if (!has_hash && levels != 0) {
            __builtin_trap();
        }
    }
    return 0;
}
