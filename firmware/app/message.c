/* SPDX-License-Identifier: MIT */
#include "firmware/app/message.h"

#include "firmware/app/text.h"
#include "onelink/base/utf8.h"

struct app_arg app_str(struct ol_str s)
{
    return (struct app_arg){.kind = APP_ARG_STR, .str = s};
}

struct app_arg app_text(const char *s)
{
    return app_str(ol_str_from(s));
}

struct app_arg app_number(int64_t n)
{
    return (struct app_arg){.kind = APP_ARG_NUMBER, .number = n};
}

struct app_arg app_tenths(int64_t n)
{
    return (struct app_arg){.kind = APP_ARG_TENTHS, .number = n};
}

struct app_arg app_hex(uint32_t n)
{
    return (struct app_arg){.kind = APP_ARG_HEX, .number = n};
}

struct app_arg app_sub(enum app_message id)
{
    return (struct app_arg){.kind = APP_ARG_MESSAGE, .number = id};
}

static void put_tenths(struct ol_writer *w, int64_t n)
{
    uint32_t magnitude = (uint32_t)(n < 0 ? -n : n);
    if (n < 0) {
        ol_writer_u8(w, '-');
    }
    ol_writer_dec_u64(w, magnitude / 10);
    ol_writer_u8(w, '.');
    ol_writer_u8(w, (uint8_t)('0' + magnitude % 10));
}

static void put_hex(struct ol_writer *w, uint32_t n)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        ol_writer_u8(w, (uint8_t) "0123456789ABCDEF"[n >> shift & 15]);
    }
}

static void put_arg(struct ol_writer *w, enum app_language language,
                    const struct app_arg *arg)
{
    switch (arg->kind) {
    case APP_ARG_STR:
        ol_writer_str(w, arg->str);
        break;
    case APP_ARG_NUMBER:
        ol_writer_dec_i64(w, arg->number);
        break;
    case APP_ARG_TENTHS:
        put_tenths(w, arg->number);
        break;
    case APP_ARG_HEX:
        put_hex(w, (uint32_t)arg->number);
        break;
    case APP_ARG_MESSAGE:
        app_message_encode(w, language, (enum app_message)arg->number, NULL, 0);
        break;
    }
}

void app_message_encode(struct ol_writer *w, enum app_language language,
                        enum app_message id, const struct app_arg *args, size_t count)
{
    struct app_text_reader text;
    uint32_t code;
    app_text_open(&text, language, id);
    while ((code = app_text_next(&text)) != 0) {
        uint8_t utf8[4];
        if (code != '%') {
            ol_writer_bytes(w, utf8, ol_utf8_encode(code, utf8));
            continue;
        }
        size_t n = app_text_next(&text) - '1';
        if (n < count) {
            put_arg(w, language, &args[n]);
        }
    }
}
