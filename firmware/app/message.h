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
    APP_ARG_STR,
    APP_ARG_NUMBER,
    APP_ARG_TENTHS,
    APP_ARG_HEX,
    APP_ARG_MESSAGE
};

struct app_arg {
    enum app_arg_kind kind;
    struct ol_str str;
    int64_t number;
};

/* Arguments: a span, a literal or NUL-terminated text, a number, a number of tenths ("2.5"), a
 * number as eight digits of hexadecimal, another message. */
struct app_arg app_str(struct ol_str s);
struct app_arg app_text(const char *s);
struct app_arg app_number(int64_t n);
struct app_arg app_tenths(int64_t n);
struct app_arg app_hex(uint32_t n);
struct app_arg app_sub(enum app_message id);

/* Writes a message with args[0..count) filled in. A %n without an argument writes nothing. */
void app_message_encode(struct ol_writer *w, enum app_language language,
                        enum app_message id, const struct app_arg *args, size_t count);

#endif
