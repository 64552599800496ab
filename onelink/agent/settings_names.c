/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings_private.h"

#include <string.h>

struct ol_setting_name ol_setting_name_decode(struct ol_str key)
{
    static const struct ol_str prefix = OL_STR_INIT("property.");
    struct ol_setting_name n = {.rows = ol_setting_get((enum ol_setting_key)0),
                                .count = OL_SETTING_KEY_COUNT,
                                .name = key,
                                .is_property = ol_str_has_prefix(key, prefix)};
    if (n.is_property) {
        n.rows = ol_setting_property_get((enum ol_property_key)0);
        n.count = OL_PROPERTY_KEY_COUNT;
        while (n.name.len > 0 && memchr(n.name.ptr, '.', n.name.len)) {
            n.name.ptr++;
            n.name.len--;
        }
        n.identifier.ptr = key.ptr + prefix.len;
        if (n.name.ptr > n.identifier.ptr) {
            n.identifier.len = (size_t)(n.name.ptr - n.identifier.ptr) - 1;
        }
    }
    for (size_t i = 0; i < n.count && !n.row; i++) {
        if (ol_str_equal(n.name, ol_str_from(n.rows[i].name))) {
            n.row = &n.rows[i];
        }
    }
    return n;
}

const struct ol_setting *ol_setting_find(struct ol_str key)
{
    return ol_setting_name_decode(key).row;
}

const struct ol_setting_value *ol_settings_value(const struct ol_settings *s,
                                                 struct ol_str key,
                                                 const struct ol_setting **row)
{
    struct ol_setting_name n = ol_setting_name_decode(key);
    const struct ol_setting_value *values = s->value;
    *row = n.row;
    if (n.is_property) {
        const struct ol_settings_property *p = ol_settings_find(s, n.identifier);
        values = p ? p->value : NULL;
    }
    return n.row && values ? &values[n.row - n.rows] : NULL;
}

/* Levenshtein's distance, by the table's rows. */
uint8_t ol_setting_slip(struct ol_str written, struct ol_str meant)
{
    uint8_t row[OL_SETTINGS_IDENTIFIER_MAX + 1];
    struct ol_str a = written, b = meant;
    if (a.len > OL_SETTINGS_IDENTIFIER_MAX || b.len > OL_SETTINGS_IDENTIFIER_MAX) {
        return UINT8_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = (uint8_t)j;
    }
    for (size_t i = 0; i < a.len; i++) {
        uint8_t diagonal = row[0];
        row[0] = (uint8_t)(i + 1);
        for (size_t j = 0; j < b.len; j++) {
            uint8_t best = (uint8_t)(diagonal + (a.ptr[i] != b.ptr[j]));
            diagonal = row[j + 1];
            best = best < row[j] + 1 ? best : (uint8_t)(row[j] + 1);
            row[j + 1] = best < diagonal + 1 ? best : (uint8_t)(diagonal + 1);
        }
    }
    return row[b.len] < a.len / 3 + 2 ? row[b.len] : UINT8_MAX;
}

bool ol_setting_is_for(const struct ol_setting *setting, uint8_t where)
{
    return where == OL_SETTING_ANYWHERE || setting->where == OL_SETTING_ANYWHERE ||
           setting->where == where;
}

const struct ol_setting *ol_setting_nearest(struct ol_str key, uint8_t where,
                                            size_t *prefix_len)
{
    struct ol_setting_name n = ol_setting_name_decode(key);
    const struct ol_setting *best = NULL;
    uint8_t best_slip = UINT8_MAX;
    for (size_t i = 0; i < n.count; i++) {
        uint8_t slip = ol_setting_slip(n.name, ol_str_from(n.rows[i].name));
        if (slip < best_slip && ol_setting_is_for(&n.rows[i], where)) {
            best_slip = slip;
            best = &n.rows[i];
        }
    }
    *prefix_len = key.len - n.name.len;
    return best;
}
