/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings.h"

#include <string.h>

_Static_assert((int)OL_SETTING_KEY_COUNT != (int)OL_PROPERTY_KEY_COUNT,
               "the count tells the kinds apart");

/* The rows that a key may name, and the part of the key that names one of them. */
struct kind {
    const struct ol_setting *rows;
    size_t count;
    struct ol_str name;
};

static struct kind kind_of(struct ol_str key)
{
    struct kind k = {ol_setting_get((enum ol_setting_key)0), OL_SETTING_KEY_COUNT, key};
    if (ol_str_has_prefix(key, OL_STR("property."))) {
        k.rows = ol_setting_property_get((enum ol_property_key)0);
        k.count = OL_PROPERTY_KEY_COUNT;
        while (k.name.len > 0 && memchr(k.name.ptr, '.', k.name.len)) {
            k.name.ptr++;
            k.name.len--;
        }
    }
    return k;
}

static const struct ol_setting *row_of(const struct kind *k)
{
    for (size_t i = 0; i < k->count; i++) {
        if (ol_str_equal(k->name, ol_str_from(k->rows[i].name))) {
            return &k->rows[i];
        }
    }
    return NULL;
}

const struct ol_setting *ol_setting_find(struct ol_str key)
{
    struct kind k = kind_of(key);
    return row_of(&k);
}

const struct ol_setting_value *ol_settings_value(const struct ol_settings *s,
                                                 struct ol_str key,
                                                 const struct ol_setting **row)
{
    const size_t prefix_len = sizeof("property.") - 1;
    struct kind k = kind_of(key);
    *row = row_of(&k);
    if (!*row || k.count == OL_SETTING_KEY_COUNT) {
        return *row ? &s->value[*row - k.rows] : NULL;
    }
    struct ol_str identifier = {key.ptr + prefix_len, 0};
    if (k.name.ptr > identifier.ptr) {
        identifier.len = (size_t)(k.name.ptr - identifier.ptr) - 1;
    }
    struct ol_settings_property *p = ol_settings_find(s, identifier);
    return p ? &p->value[*row - k.rows] : NULL;
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
    struct kind k = kind_of(key);
    const struct ol_setting *best = NULL;
    uint8_t best_slip = UINT8_MAX;
    for (size_t i = 0; i < k.count; i++) {
        uint8_t slip = ol_setting_slip(k.name, ol_str_from(k.rows[i].name));
        if (slip < best_slip && ol_setting_is_for(&k.rows[i], where)) {
            best_slip = slip;
            best = &k.rows[i];
        }
    }
    *prefix_len = key.len - k.name.len;
    return best;
}
