/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings.h"

#define DAY_S        86400u
#define PATH_LEN_MAX 1024

#define ROW(name_, type_, where_, min_, max_, preset_, choices_)                         \
    {                                                                                    \
        .name = (name_), .preset = (preset_), .choices = (choices_), .min = (min_),      \
        .max = (max_), .type = OL_SETTING_##type_, .where = OL_SETTING_##where_          \
    }

/* Those of properties behind the others. */
static const struct ol_setting rows[OL_SETTING_KEY_COUNT + OL_PROPERTY_KEY_COUNT] = {
#define OL_SETTING_ROW(key, name, type, where, min, max, preset, choices, since,         \
                       allowed, help)                                                    \
    [OL_SETTING_KEY_##key] = ROW(name, type, where, min, max, preset, choices),
#define OL_PROPERTY_ROW(key, name, type, where, min, max, preset, choices, since,        \
                        allowed, help)                                                   \
    [OL_SETTING_KEY_COUNT + OL_PROPERTY_KEY_##key] =                                     \
        ROW(name, type, where, min, max, preset, choices),
#include "onelink/agent/settings_rows.h"
};

const struct ol_setting *ol_setting_get(enum ol_setting_key key)
{
    return &rows[key];
}

const struct ol_setting *ol_setting_property_get(enum ol_property_key key)
{
    return &rows[OL_SETTING_KEY_COUNT + (unsigned)key];
}
