/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/agent/settings.h"
#include "tests/fuzz/fuzz.h"

/* Every value that was accepted is accepted again in the form it is shown in. */
static void check_round_trip(const struct ol_settings *s)
{
    for (int i = 0; i < OL_SETTING_KEY_COUNT; i++) {
        const struct ol_setting *setting = ol_setting_get((enum ol_setting_key)i);
        struct ol_settings fresh;
        struct ol_setting_error err;
        char text[2048];
        struct ol_writer w = ol_writer_make(text, sizeof(text));
        if (s->value[i].line == 0) {
            continue;
        }
        ol_setting_encode(&w, setting, &s->value[i]);
        require(ol_writer_status(&w) == OL_OK);
        if (setting->type == OL_SETTING_SECRET) {
            require(w.len == 3 && memcmp(text, "set", 3) == 0);
            continue;
        }
        ol_settings_init(&fresh, NULL, 0);
        require(ol_settings_set(&fresh, ol_str_from(setting->name),
                                ol_str_make(text, w.len), 1, &err) == OL_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ol_settings s;
    struct ol_settings_property properties[4];
    struct ol_setting_error err;
    ol_settings_init(&s, properties, 4);
    int32_t rc = ol_settings_input(&s, ol_str_make(data, size), &err);
    if (rc == OL_OK) {
        check_round_trip(&s);
        rc = ol_settings_check(&s, &err);
    }
    require(s.property_count <= 4);
    if (rc != OL_OK) {
        char message[1024];
        struct ol_writer w = ol_writer_make(message, sizeof(message));
        ol_setting_error_encode(&w, OL_STR("f"), &err);
        require(ol_writer_status(&w) == OL_OK && w.len > 10);
        for (size_t i = 0; i < w.len; i++) {
            require((unsigned char)message[i] >= ' ');
        }
    }
    return 0;
}
