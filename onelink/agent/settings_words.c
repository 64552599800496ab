/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings.h"

#include <string.h>

/* What `onelink run` says of settings. A file of its own, because a program with words of its own
 * for people (the firmware, in two languages) does without. */

#define SHOWN_MAX 64 /* bytes of a key or value that a message repeats */

/* In the order of the table. */
static const struct ol_setting_words words[] = {
#define OL_SETTING_ROW(key, name, type, where, min, max, preset, choices, since,         \
                       allowed, help)                                                    \
    [OL_SETTING_KEY_##key] = {(help), (allowed), (since)},
#define OL_PROPERTY_ROW(key, name, type, where, min, max, preset, choices, since,        \
                        allowed, help)                                                   \
    [OL_SETTING_KEY_COUNT + OL_PROPERTY_KEY_##key] = {(help), (allowed), (since)},
#include "onelink/agent/settings_rows.h"
};

const struct ol_setting_words *ol_setting_words_get(const struct ol_setting *setting)
{
    return &words[setting - ol_setting_get((enum ol_setting_key)0)];
}

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

static void put_range(struct ol_writer *w, const struct ol_setting *setting,
                      const char *unit)
{
    ol_writer_dec_u64(w, setting->min);
    put(w, " to ");
    ol_writer_dec_u64(w, setting->max);
    put(w, unit);
}

void ol_setting_allowed_encode(struct ol_writer *w, const struct ol_setting *setting)
{
    const char *allowed = ol_setting_words_get(setting)->allowed;
    if (allowed) {
        put(w, allowed);
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

/* --- messages ----------------------------------------------------------------------- */

static void put_names(struct ol_writer *w, const struct ol_setting *table, size_t count,
                      uint8_t where)
{
    const char *mark = "";
    for (size_t i = 0; i < count; i++) {
        if (ol_setting_is_for(&table[i], where)) {
            put(w, mark);
            put(w, table[i].name);
            mark = ", ";
        }
    }
}

/* "no such setting" with the nearest name or all of them. */
static void put_unknown(struct ol_writer *w, struct ol_str key, uint8_t where)
{
    size_t prefix_len;
    bool property = ol_str_has_prefix(key, OL_STR("property."));
    const struct ol_setting *hint = ol_setting_nearest(key, where, &prefix_len);
    put(w, "no such setting");
    if (hint) {
        put(w, ", did you mean ");
        ol_writer_bytes(w, key.ptr, prefix_len);
        put(w, hint->name);
        put(w, "?");
        return;
    }
    put(w, "; allowed: ");
    if (property) {
        put_names(w, ol_setting_property_get((enum ol_property_key)0),
                  OL_PROPERTY_KEY_COUNT, where);
    } else {
        put_names(w, ol_setting_get((enum ol_setting_key)0), OL_SETTING_KEY_COUNT, where);
        put(w, ", property.IDENTIFIER.NAME");
    }
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
