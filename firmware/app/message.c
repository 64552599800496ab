/* SPDX-License-Identifier: MIT */
#include "firmware/app/message.h"

static const char *const texts[APP_MESSAGE_COUNT][APP_LANGUAGE_COUNT] = {
#define APP_MESSAGE(id, en, zh) [id] = {en, zh},
#include "firmware/app/messages.h"
#undef APP_MESSAGE
};

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

const char *app_message_text(enum app_language language, enum app_message id)
{
    return texts[id][language];
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
        ol_writer_str(w, ol_str_from(texts[arg->number][language]));
        break;
    }
}

void app_message_encode(struct ol_writer *w, enum app_language language,
                        enum app_message id, const struct app_arg *args, size_t count)
{
    for (const char *p = texts[id][language]; *p; p++) {
        if (*p != '%') {
            ol_writer_u8(w, (uint8_t)*p);
            continue;
        }
        size_t n = (size_t)(*++p - '1');
        if (n < count) {
            put_arg(w, language, &args[n]);
        }
    }
}
