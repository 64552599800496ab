/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_AGENT_SETTINGS_H
#define ONELINK_AGENT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* The settings of a device: one table (name, type, range, default, help, since which
 * version, secret or not) that feeds the settings file, a serial console and the
 * documentation.
 *
 * Text form, one setting a line:
 *
 *     # a comment
 *     product_id = AbCdEf1234          # a comment behind a value follows a blank
 *     device_key_file = "/etc/my device.key"
 *     property.temp.source = file:/sys/class/thermal/thermal_zone0/temp
 *
 * A value in single or double quotes may hold blanks at its ends, '#' and the other kind
 * of quote; there are no escapes. Line ends are LF or CR LF; a UTF-8 byte-order mark at
 * the beginning is skipped. A setting stands at most once.
 *
 * Values are kept as spans of the text they came from, so secrets exist once, in the
 * caller's buffer, which must outlive the settings and which the caller wipes.
 */

enum ol_setting_type {
    OL_SETTING_STRING,   /* characters named by `allowed`, min..max bytes */
    OL_SETTING_NAME,     /* A-Z a-z 0-9 _ -, min..max bytes */
    OL_SETTING_FILE,     /* path of a file, min..max bytes */
    OL_SETTING_HOST,     /* "auto", a host name or a dotted IPv4 address */
    OL_SETTING_HOSTS,    /* min..max of those (but "auto"), parted by commas */
    OL_SETTING_INT,      /* whole number in min..max */
    OL_SETTING_DURATION, /* seconds in min..max; bare or with s, m, h or d behind */
    OL_SETTING_DECIMAL,  /* JSON number, kept as text: read it with ol_dec_decode */
    OL_SETTING_BOOL,     /* true or false, kept as 1 or 0 */
    OL_SETTING_ENUM,     /* one of `choices`, kept as its position */
    OL_SETTING_SECRET,   /* printable, without blanks, min..max bytes, never shown */
    OL_SETTING_IPV4,     /* address of one host: ol_addr_decode */
    OL_SETTING_IPV4S,    /* min..max of those, parted by commas */
    OL_SETTING_NETMASK,  /* 255.255.255.0 or 24: ol_setting_prefix_decode */
    OL_SETTING_MAC       /* 02:00:00:12:34:56: ol_setting_mac_decode */
};

/* Which programs a setting is for. */
enum ol_setting_where {
    OL_SETTING_ANYWHERE, /* both */
    OL_SETTING_LINUX,    /* `onelink run` */
    OL_SETTING_BOARD     /* the firmware */
};

/* One row of the table. Static storage. */
struct ol_setting {
    const char *name;
    const char *preset;  /* the default in text form; NULL: none */
    const char *choices; /* OL_SETTING_ENUM: "md5|sha1|sha256" */
    uint32_t min;
    uint32_t max;
    uint8_t type;  /* enum ol_setting_type */
    uint8_t where; /* enum ol_setting_where */
};

/* What a row says to people. Static storage. */
struct ol_setting_words {
    const char *help;    /* one sentence */
    const char *allowed; /* where type and range do not say it all; or NULL */
    const char *since;   /* version of onelink that brought it */
};

enum ol_setting_key {
    OL_SETTING_KEY_HOST,
    OL_SETTING_KEY_PORT,
    OL_SETTING_KEY_PRODUCT_ID,
    OL_SETTING_KEY_DEVICE_NAME,
    OL_SETTING_KEY_DEVICE_KEY,
    OL_SETTING_KEY_DEVICE_KEY_FILE,
    OL_SETTING_KEY_PRODUCT_KEY,
    OL_SETTING_KEY_PRODUCT_KEY_FILE,
    OL_SETTING_KEY_TOKEN,
    OL_SETTING_KEY_TOKEN_FILE,
    OL_SETTING_KEY_TOKEN_METHOD,
    OL_SETTING_KEY_TOKEN_LIFE,
    OL_SETTING_KEY_NTP,
    OL_SETTING_KEY_DATE_HOST,
    OL_SETTING_KEY_KEEPALIVE_S,
    OL_SETTING_KEY_REPORT_INTERVAL_S,
    OL_SETTING_KEY_MODEL,
    OL_SETTING_KEY_QUEUE_KB,
    OL_SETTING_KEY_LOG_LEVEL,
    OL_SETTING_KEY_DHCP,
    OL_SETTING_KEY_ADDRESS,
    OL_SETTING_KEY_NETMASK,
    OL_SETTING_KEY_GATEWAY,
    OL_SETTING_KEY_DNS,
    OL_SETTING_KEY_HOSTNAME,
    OL_SETTING_KEY_MAC,
    OL_SETTING_KEY_LANGUAGE,
    OL_SETTING_KEY_LED_PIN,
    OL_SETTING_KEY_SPI_HZ,
    OL_SETTING_KEY_COUNT
};

/* The settings of one property, written property.IDENTIFIER.NAME. */
enum ol_property_key {
    OL_PROPERTY_KEY_TYPE,
    OL_PROPERTY_KEY_SOURCE,
    OL_PROPERTY_KEY_FIELD,
    OL_PROPERTY_KEY_SCALE,
    OL_PROPERTY_KEY_OFFSET,
    OL_PROPERTY_KEY_COMMAND,
    OL_PROPERTY_KEY_COUNT
};

/* Positions in the choices of token_method, of a property's type and of language;
 * those of log_level are enum ol_log_level. */
enum ol_setting_method {
    OL_SETTING_METHOD_MD5,
    OL_SETTING_METHOD_SHA1,
    OL_SETTING_METHOD_SHA256
};
enum ol_setting_property_type {
    OL_SETTING_PROPERTY_INT32,
    OL_SETTING_PROPERTY_INT64,
    OL_SETTING_PROPERTY_FLOAT,
    OL_SETTING_PROPERTY_DOUBLE,
    OL_SETTING_PROPERTY_BOOL,
    OL_SETTING_PROPERTY_ENUM,
    OL_SETTING_PROPERTY_STRING
};

enum ol_setting_language { OL_SETTING_LANGUAGE_EN, OL_SETTING_LANGUAGE_ZH };

/* A value. Text types use `text`, the others `number`. */
struct ol_setting_value {
    union {
        struct ol_str text;
        uint32_t number;
    } as;
    uint16_t line; /* where it was set; 0: not set, the default is in force */
};

#define OL_SETTINGS_IDENTIFIER_MAX 64

struct ol_settings_property {
    struct ol_str identifier; /* span of the text */
    struct ol_setting_value value[OL_PROPERTY_KEY_COUNT];
};

struct ol_settings {
    struct ol_settings_property *properties; /* the caller's table */
    uint16_t property_cap;
    uint16_t property_count;
    uint8_t where; /* enum ol_setting_where: set it after init to refuse settings that are
                      not for this program, and to have its own checked */
    struct ol_setting_value value[OL_SETTING_KEY_COUNT];
};

enum ol_setting_problem {
    OL_SETTING_OK,
    OL_SETTING_ENCODING,   /* the text is UTF-16 */
    OL_SETTING_CONTROL,    /* a control character in the line */
    OL_SETTING_NO_EQUALS,  /* not of the form key = value */
    OL_SETTING_UNKNOWN,    /* no such setting */
    OL_SETTING_TWICE,      /* set before, in line `other_line` */
    OL_SETTING_QUOTE,      /* quote not closed, or text behind the closing quote */
    OL_SETTING_HASH,       /* '#' inside a value without quotes */
    OL_SETTING_EMPTY,      /* no value */
    OL_SETTING_NUMBER,     /* not a number of this kind */
    OL_SETTING_RANGE,      /* outside min..max */
    OL_SETTING_CHOICE,     /* not one of the choices */
    OL_SETTING_LENGTH,     /* too short or too long */
    OL_SETTING_CHARACTER,  /* has a character that is not allowed */
    OL_SETTING_IDENTIFIER, /* property.IDENTIFIER with an identifier that cannot be one */
    OL_SETTING_PROPERTIES, /* more properties than the table holds */
    OL_SETTING_MISSING,    /* needed and not set */
    OL_SETTING_CREDENTIAL, /* no key and no token */
    OL_SETTING_CONFLICT,   /* excludes `other`, which is set in line `other_line` */
    OL_SETTING_ELSEWHERE,  /* a setting of the other kind of program */
    OL_SETTING_REASON      /* `reason` says it: for checks that a program adds */
};

/* What is wrong, for a message. Spans point into the settings text or the call's
 * arguments. */
struct ol_setting_error {
    enum ol_setting_problem problem;
    uint8_t where; /* of the settings */
    uint16_t line; /* from 1; 0: no line is to blame */
    uint16_t other_line;
    const struct ol_setting *setting; /* NULL: not known */
    const struct ol_setting *other;
    struct ol_str key;   /* as written */
    struct ol_str value; /* empty when there is none to show or it is a secret */
    const char *reason;  /* OL_SETTING_REASON: no capital, no full stop */
    const char *allowed; /* OL_SETTING_REASON; NULL: what the table says; "": nothing,
                            because the reason says what to do */
};

/* The table row of a key; never NULL for keys below the COUNT. */
const struct ol_setting *ol_setting_get(enum ol_setting_key key);
const struct ol_setting *ol_setting_property_get(enum ol_property_key key);

/* The table row of a key as written, property.IDENTIFIER.NAME included, whatever program it is
 * for; NULL: none has this name. */
const struct ol_setting *ol_setting_find(struct ol_str key);

/* The row, of those for a program (enum ol_setting_where), whose name may have been meant by a
 * key that ol_setting_find does not know; key[0..*prefix_len) stands before the name. NULL: none
 * is near. */
const struct ol_setting *ol_setting_nearest(struct ol_str key, uint8_t where,
                                            size_t *prefix_len);

/* The setting is for programs of this kind (enum ol_setting_where). */
bool ol_setting_is_for(const struct ol_setting *setting, uint8_t where);

/* The words of a row of the table; never NULL. */
const struct ol_setting_words *ol_setting_words_get(const struct ol_setting *setting);

/* All settings at their defaults. properties[0..cap) receives the property settings. */
void ol_settings_init(struct ol_settings *s, struct ol_settings_property *properties,
                      uint16_t cap);

/* One setting: key and value as written, without blanks or quotes around them; line is
 * from 1 and goes into messages. key and value must outlive s. OL_OK; OL_E_ARG: *err says
 * what is wrong, s is unchanged; OL_E_NOSPC: the same, the table of properties is full.
 */
OL_MUST int32_t ol_settings_set(struct ol_settings *s, struct ol_str key,
                                struct ol_str value, uint16_t line,
                                struct ol_setting_error *err);

/* One line of a settings text, without its LF. Empty lines and comments are OL_OK. Errors
 * as ol_settings_set. text must outlive s. */
OL_MUST int32_t ol_settings_input_line(struct ol_settings *s, struct ol_str text,
                                       uint16_t line, struct ol_setting_error *err);

/* A whole settings text, up to the first wrong line. Errors as ol_settings_set. Lines are
 * counted up to 65535, above that every line has this number. text must outlive s. */
OL_MUST int32_t ol_settings_input(struct ol_settings *s, struct ol_str text,
                                  struct ol_setting_error *err);

/* How far a settings text is read. All zero at first. */
struct ol_settings_cursor {
    size_t pos;
    uint16_t line;
};

/* The same for a caller that tells of every wrong line: reads from *cursor to the next
 * wrong line, behind which the cursor stands then. OL_OK: that was the end of the
 * text. */
OL_MUST int32_t ol_settings_input_next(struct ol_settings *s, struct ol_str text,
                                       struct ol_settings_cursor *cursor,
                                       struct ol_setting_error *err);

/* What no single line can say: product and device are there, exactly one key or token; on a
 * board without DHCP an address.
 * OL_OK, or OL_E_ARG and *err. */
OL_MUST int32_t ol_settings_check(const struct ol_settings *s,
                                  struct ol_setting_error *err);

/* The same for a caller that tells of everything: *next is 0 at first, and each call
 * gives the next problem. OL_OK: there is none any more. */
OL_MUST int32_t ol_settings_check_next(const struct ol_settings *s, uint8_t *next,
                                       struct ol_setting_error *err);

/* The value of a text type; empty when it is not set and has no default. */
static inline struct ol_str ol_settings_text(const struct ol_settings *s,
                                             enum ol_setting_key key)
{
    return s->value[key].as.text;
}

/* The value of a number, duration, bool or enum. */
static inline uint32_t ol_settings_number(const struct ol_settings *s,
                                          enum ol_setting_key key)
{
    return s->value[key].as.number;
}

/* It was set, not left at its default. */
static inline bool ol_settings_is_set(const struct ol_settings *s,
                                      enum ol_setting_key key)
{
    return s->value[key].line > 0;
}

/* The value that a key as written has, property.IDENTIFIER.NAME included, and *row, its row of the
 * table, whatever program that is for. NULL: there is no such setting (*row is NULL), or no such
 * property. */
const struct ol_setting_value *ol_settings_value(const struct ol_settings *s,
                                                 struct ol_str key,
                                                 const struct ol_setting **row);

/* The property with this identifier, or NULL. */
struct ol_settings_property *ol_settings_find(const struct ol_settings *s,
                                              struct ol_str identifier);

/* "255.255.255.0" or "24", one to 30 leading ones: how many. OL_E_ARG when text is no
 * such thing. */
OL_MUST int32_t ol_setting_prefix_decode(struct ol_str text, uint8_t *prefix_len);

/* Six bytes in hexadecimal, parted by ':' or '-'; the address of one interface, so neither
 * all zero nor of a group. OL_E_ARG when text is no such thing. */
OL_MUST int32_t ol_setting_mac_decode(struct ol_str text, uint8_t mac[6]);

/* The next member of a list that was accepted (OL_SETTING_HOSTS, OL_SETTING_IPV4S); *rest is
 * the list at first. The empty span at its end. */
struct ol_str ol_setting_list_next(struct ol_str *rest);

/* Writes a value in text form, "set" or "not set" for a secret, nothing for a text that
 * is not set. Text is written as it is, without quotes. */
void ol_setting_encode(struct ol_writer *w, const struct ol_setting *setting,
                       const struct ol_setting_value *value);

/* Writes what a setting allows: "1 to 65535", "md5, sha1, sha256". */
void ol_setting_allowed_encode(struct ol_writer *w, const struct ol_setting *setting);

/* How many characters of a name have to be changed, added or left out to get the one
 * that may have been meant; UINT8_MAX where that is too many for a slip of the pen.
 * For "did you mean ...?". */
uint8_t ol_setting_slip(struct ol_str written, struct ol_str meant);

/* Writes one sentence "FILE:LINE: key: what is wrong; allowed: ..." without a newline.
 * file is the name of the settings file. Values of secrets never appear; control
 * characters come out as '?'. 512 bytes hold it when file and value are below 64. */
void ol_setting_error_encode(struct ol_writer *w, struct ol_str file,
                             const struct ol_setting_error *err);

#endif
