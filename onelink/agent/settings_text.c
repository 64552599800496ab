/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings_private.h"

static void put(struct ol_writer *w, const char *text)
{
    ol_writer_str(w, ol_str_from(text));
}

static void put_choice(struct ol_writer *w, const char *choices, uint32_t position)
{
    for (const char *p = choices; *p != '\0'; p++) {
        if (*p == '|') {
            position--;
        } else if (position == 0) {
            ol_writer_u8(w, (uint8_t)*p);
        }
    }
}

static void put_duration(struct ol_writer *w, uint32_t seconds)
{
    char unit = 's';
    if (seconds % 60 == 0) {
        seconds /= 60;
        unit = 'm';
        if (seconds % 60 == 0) {
            seconds /= 60;
            unit = 'h';
            if (seconds % 24 == 0) {
                seconds /= 24;
                unit = 'd';
            }
        }
    }
    ol_writer_dec_u64(w, seconds);
    ol_writer_u8(w, (uint8_t)unit);
}

void ol_setting_encode(struct ol_writer *w, const struct ol_setting *setting,
                       const struct ol_setting_value *value)
{
    if (setting->type == OL_SETTING_SECRET) {
        put(w, value->line > 0 ? "set" : "not set");
        return;
    }
    if (value->line == 0 && !setting->preset) {
        return;
    }
    switch ((enum ol_setting_type)setting->type) {
    case OL_SETTING_BOOL:
        put_choice(w, OL_SETTING_BOOLS, value->as.number);
        break;
    case OL_SETTING_ENUM:
        put_choice(w, setting->choices, value->as.number);
        break;
    case OL_SETTING_DURATION:
        put_duration(w, value->as.number);
        break;
    case OL_SETTING_INT:
        ol_writer_dec_u64(w, value->as.number);
        break;
    default:
        ol_writer_str(w, value->as.text);
        break;
    }
}
