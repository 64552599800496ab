/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings.h"

#include <string.h>

#define SHOWN_MAX 64 /* bytes of a key or value that a message repeats */

static void put(struct ol_writer *w, const char *text)
{
    ol_writer_str(w, ol_str_from(text));
}

/* What a person wrote, for a terminal: no control characters, not endless. */
static void put_shown(struct ol_writer *w, struct ol_str s)
{
    size_t len = s.len < SHOWN_MAX ? s.len : SHOWN_MAX;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        ol_writer_u8(w, c < ' ' || c == 0x7F ? (uint8_t)'?' : c);
    }
    if (len < s.len) {
        put(w, "...");
    }
}

static void put_choices(struct ol_writer *w, const char *choices)
{
    for (const char *p = choices; *p; p++) {
        if (*p == '|') {
            put(w, ", ");
        } else {
            ol_writer_u8(w, (uint8_t)*p);
        }
    }
}

static void put_choice(struct ol_writer *w, const char *choices, int64_t position)
{
    const char *p = choices;
    for (; position > 0 && p; position--) {
        p = strchr(p, '|');
        p = p ? p + 1 : NULL;
    }
    for (; p && *p && *p != '|'; p++) {
        ol_writer_u8(w, (uint8_t)*p);
    }
}

static void put_range(struct ol_writer *w, const struct ol_setting *setting,
                      const char *unit)
{
    ol_writer_dec_i64(w, setting->min);
    put(w, " to ");
    ol_writer_dec_i64(w, setting->max);
    put(w, unit);
}

void ol_setting_allowed_encode(struct ol_writer *w, const struct ol_setting *setting)
{
    if (setting->allowed) {
        put(w, setting->allowed);
        return;
    }
    switch ((enum ol_setting_type)setting->type) {
    case OL_SETTING_STRING:
    case OL_SETTING_SECRET:
        put_range(w, setting, " characters");
        break;
    case OL_SETTING_NAME:
        put_range(w, setting, " of A-Z a-z 0-9 _ -");
        break;
    case OL_SETTING_FILE:
        put(w, "the path of a file");
        break;
    case OL_SETTING_HOST:
        put(w, "auto, a host name or an IPv4 address, without a port");
        break;
    case OL_SETTING_HOSTS:
        put_range(w, setting, " host names or IPv4 addresses, parted by commas");
        break;
    case OL_SETTING_INT:
        put_range(w, setting, "");
        break;
    case OL_SETTING_DURATION:
        put_range(w, setting, " seconds, or a number with s, m, h or d");
        break;
    case OL_SETTING_DECIMAL:
        put(w, "a decimal number such as 0.001 or -2.5e3");
        break;
    case OL_SETTING_BOOL:
        put(w, "true, false");
        break;
    case OL_SETTING_ENUM:
        put_choices(w, setting->choices);
        break;
    case OL_SETTING_IPV4:
        put(w, "an IPv4 address such as 192.168.1.20");
        break;
    case OL_SETTING_IPV4S:
        put_range(w, setting, " IPv4 addresses, parted by commas");
        break;
    case OL_SETTING_NETMASK:
        put(w, "255.255.255.0 and the like, or its length, 1 to 30");
        break;
    case OL_SETTING_MAC:
        put(w, "a hardware address such as 02:00:00:12:34:56");
        break;
    }
}

static void put_duration(struct ol_writer *w, int64_t seconds)
{
    int64_t unit = seconds % 86400 == 0  ? 86400
                   : seconds % 3600 == 0 ? 3600
                   : seconds % 60 == 0   ? 60
                                         : 1;
    ol_writer_dec_i64(w, seconds / unit);
    put(w, unit == 86400 ? "d" : unit == 3600 ? "h" : unit == 60 ? "m" : "s");
}

void ol_setting_encode(struct ol_writer *w, const struct ol_setting *setting,
                       const struct ol_setting_value *value)
{
    bool has = value->line > 0 || setting->preset;
    switch ((enum ol_setting_type)setting->type) {
    case OL_SETTING_SECRET:
        put(w, value->line > 0 ? "set" : "not set");
        break;
    case OL_SETTING_BOOL:
        put(w, !has ? "" : value->as.number ? "true" : "false");
        break;
    case OL_SETTING_ENUM:
        if (has) {
            put_choice(w, setting->choices, value->as.number);
        }
        break;
    case OL_SETTING_DURATION:
        if (has) {
            put_duration(w, value->as.number);
        }
        break;
    case OL_SETTING_INT:
        if (has) {
            ol_writer_dec_i64(w, value->as.number);
        }
        break;
    default:
        ol_writer_str(w, value->as.text);
        break;
    }
}

/* --- messages ----------------------------------------------------------------------- */

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

static bool is_for(const struct ol_setting *setting, uint8_t where)
{
    return where == OL_SETTING_ANYWHERE || setting->where == OL_SETTING_ANYWHERE ||
           setting->where == where;
}

static const struct ol_setting *nearest(const struct ol_setting *table, size_t count,
                                        struct ol_str name, uint8_t where)
{
    const struct ol_setting *best = NULL;
    uint8_t best_slip = UINT8_MAX;
    for (size_t i = 0; i < count; i++) {
        uint8_t slip = ol_setting_slip(name, ol_str_from(table[i].name));
        if (slip < best_slip && is_for(&table[i], where)) {
            best_slip = slip;
            best = &table[i];
        }
    }
    return best;
}

static void put_names(struct ol_writer *w, const struct ol_setting *table, size_t count,
                      uint8_t where)
{
    const char *mark = "";
    for (size_t i = 0; i < count; i++) {
        if (is_for(&table[i], where)) {
            put(w, mark);
            put(w, table[i].name);
            mark = ", ";
        }
    }
}

/* "no such setting" with the nearest name or all of them. */
static void put_unknown(struct ol_writer *w, struct ol_str key, uint8_t where)
{
    const struct ol_setting *table = ol_setting_get((enum ol_setting_key)0);
    size_t count = OL_SETTING_KEY_COUNT;
    struct ol_str name = key;
    bool property = ol_str_has_prefix(key, OL_STR("property."));
    if (property) {
        table = ol_setting_property_get((enum ol_property_key)0);
        count = OL_PROPERTY_KEY_COUNT;
        while (name.len > 0 && memchr(name.ptr, '.', name.len)) {
            name.ptr++;
            name.len--;
        }
    }
    const struct ol_setting *hint = nearest(table, count, name, where);
    put(w, "no such setting");
    if (hint) {
        put(w, ", did you mean ");
        ol_writer_bytes(w, key.ptr, (size_t)(name.ptr - key.ptr));
        put(w, hint->name);
        put(w, "?");
        return;
    }
    put(w, "; allowed: ");
    put_names(w, table, count, where);
    put(w, property ? "" : ", property.IDENTIFIER.NAME");
}

/* Problems that a fixed sentence tells whole. */
static const char *sentence(enum ol_setting_problem problem)
{
    switch (problem) {
    case OL_SETTING_ENCODING:
        return "the file is UTF-16; allowed: UTF-8";
    case OL_SETTING_CONTROL:
        return "a control character in the line; allowed: printable text and tabs";
    case OL_SETTING_NO_EQUALS:
        return "not a setting; allowed: key = value, # comment, empty line";
    case OL_SETTING_QUOTE:
        return "quotes do not enclose the whole value; allowed: one pair of \" or ' "
               "around it";
    case OL_SETTING_HASH:
        return "'#' inside a value without quotes; allowed: quotes around the value, or "
               "a blank before a comment";
    case OL_SETTING_IDENTIFIER:
        return "no property is named so; allowed: property.IDENTIFIER.NAME with an "
               "identifier of 1 to 64 of A-Z a-z 0-9 _ -";
    case OL_SETTING_PROPERTIES:
        return "one property too many for this program; allowed: fewer properties";
    case OL_SETTING_CREDENTIAL:
        return "no key and no token is set; allowed: one of device_key, device_key_file, "
               "product_key, product_key_file, token, token_file";
    default:
        return NULL;
    }
}

/* The word for what is wrong with one value. */
static const char *fault(enum ol_setting_problem problem, uint8_t type)
{
    switch (problem) {
    case OL_SETTING_EMPTY:
        return "has no value";
    case OL_SETTING_NUMBER:
        return type == OL_SETTING_INT ? "is not a whole number" : "is not a number";
    case OL_SETTING_RANGE:
        return "is out of range";
    case OL_SETTING_CHOICE:
        return "is not one of the choices";
    case OL_SETTING_LENGTH:
        return "is too short or too long";
    case OL_SETTING_MISSING:
        return "is missing";
    default:
        return type == OL_SETTING_HOST || type == OL_SETTING_HOSTS ? "is not a host"
               : type == OL_SETTING_IPV4 || type == OL_SETTING_IPV4S
                   ? "is not the address of a host"
               : type == OL_SETTING_NETMASK ? "is not a network mask"
               : type == OL_SETTING_MAC     ? "is not a hardware address"
                                            : "has a character that is not allowed";
    }
}

static void put_other(struct ol_writer *w, const struct ol_setting_error *err)
{
    if (err->problem == OL_SETTING_TWICE) {
        put(w, "set a second time, first in line ");
        ol_writer_dec_u64(w, err->other_line);
        put(w, "; allowed: once");
        return;
    }
    put(w, "cannot stand together with ");
    put(w, err->other->name);
    put(w, " in line ");
    ol_writer_dec_u64(w, err->other_line);
    put(w, "; allowed: one of them");
}

static void put_value_fault(struct ol_writer *w, const struct ol_setting_error *err)
{
    const struct ol_setting *setting = err->setting;
    bool reason = err->problem == OL_SETTING_REASON;
    if (err->value.len > 0 && !reason) {
        put(w, "\"");
        put_shown(w, err->value);
        put(w, "\" ");
    }
    put(w, reason ? err->reason : fault(err->problem, setting ? setting->type : 0));
    if (err->allowed) {
        put(w, err->allowed[0] != '\0' ? "; allowed: " : "");
        put(w, err->allowed);
    } else if (setting) {
        put(w, "; allowed: ");
        ol_setting_allowed_encode(w, setting);
    }
}

void ol_setting_error_encode(struct ol_writer *w, struct ol_str file,
                             const struct ol_setting_error *err)
{
    const char *text = sentence(err->problem);
    ol_writer_str(w, file);
    if (err->line > 0) {
        put(w, ":");
        ol_writer_dec_u64(w, err->line);
    }
    put(w, ": ");
    if (err->key.len > 0) {
        put_shown(w, err->key);
        put(w, ": ");
    }
    if (text) {
        put(w, text);
    } else if (err->problem == OL_SETTING_UNKNOWN) {
        put_unknown(w, err->key, err->where);
    } else if (err->problem == OL_SETTING_ELSEWHERE) {
        put(w,
            err->where == OL_SETTING_LINUX
                ? "a setting of boards, which this program has no use for; leave it out"
                : "a setting of onelink run, which a board has no use for; leave it out");
    } else if (err->problem == OL_SETTING_TWICE || err->problem == OL_SETTING_CONFLICT) {
        put_other(w, err);
    } else {
        put_value_fault(w, err);
    }
}
