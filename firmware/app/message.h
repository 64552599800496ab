/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_MESSAGE_H
#define FIRMWARE_APP_MESSAGE_H

#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/str.h"

/* Everything that the firmware says to a person, in every language it knows. The texts are in
 * messages.h; %1 .. %6 in them stand for the arguments. */

enum app_language { APP_LANGUAGE_EN, APP_LANGUAGE_ZH, APP_LANGUAGE_COUNT };

enum app_message {
#define APP_MESSAGE(id, en, zh) id,
#include "firmware/app/messages.h"
#undef APP_MESSAGE
    APP_MESSAGE_COUNT
};

#define APP_ARGS_MAX 6

enum app_arg_kind {
    APP_ARG_TEXT,
    APP_ARG_SPAN,
    APP_ARG_COUNT,
    APP_ARG_NUMBER,
    APP_ARG_TENTHS,
    APP_ARG_HEX,
    APP_ARG_HEX_BYTE,
    APP_ARG_WIDE,
    APP_ARG_MESSAGE
};

struct app_arg {
    union {
        const char *text;
        const struct ol_str *span;
        uint32_t number;
        const uint64_t *wide;
    } as;
    uint32_t kind; /* enum app_arg_kind */
};

/* Arguments; what they point to is read when the message is written. A NUL-terminated text, a
 * span. */
static inline struct app_arg app_text(const char *s)
{
    return (struct app_arg){.as.text = s, .kind = APP_ARG_TEXT};
}

static inline struct app_arg app_str(const struct ol_str *s)
{
    return (struct app_arg){.as.span = s, .kind = APP_ARG_SPAN};
}

/* How many of something; a number that may be below zero; one of tenths ("2.5"). */
static inline struct app_arg app_count(uint32_t n)
{
    return (struct app_arg){.as.number = n, .kind = APP_ARG_COUNT};
}

static inline struct app_arg app_number(int32_t n)
{
    return (struct app_arg){.as.number = (uint32_t)n, .kind = APP_ARG_NUMBER};
}

static inline struct app_arg app_tenths(uint32_t n)
{
    return (struct app_arg){.as.number = n, .kind = APP_ARG_TENTHS};
}

/* Eight or two digits of hexadecimal; a number of 64 bits. */
static inline struct app_arg app_hex(uint32_t n)
{
    return (struct app_arg){.as.number = n, .kind = APP_ARG_HEX};
}

static inline struct app_arg app_hex_byte(uint8_t n)
{
    return (struct app_arg){.as.number = n, .kind = APP_ARG_HEX_BYTE};
}

static inline struct app_arg app_wide(const uint64_t *n)
{
    return (struct app_arg){.as.wide = n, .kind = APP_ARG_WIDE};
}

/* Another message. */
static inline struct app_arg app_sub(enum app_message id)
{
    return (struct app_arg){.as.number = id, .kind = APP_ARG_MESSAGE};
}

/* Writes a message with args[0..count) filled in. A %n without an argument writes nothing. */
void app_message_encode(struct ol_writer *w, enum app_language language,
                        enum app_message id, const struct app_arg *args, size_t count);

#endif
