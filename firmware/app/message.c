/* SPDX-License-Identifier: MIT */
#include "firmware/app/message.h"

#include "firmware/app/text.h"
#include "onelink/base/utf8.h"

static void put_hex(struct ol_writer *w, uint32_t n, int digits)
{
    for (int shift = 4 * digits - 4; shift >= 0; shift -= 4) {
        ol_writer_u8(w, (uint8_t) "0123456789ABCDEF"[n >> shift & 15]);
    }
}

static void put_arg(struct ol_writer *w, enum app_language language,
                    const struct app_arg *arg)
{
    uint32_t n = arg->as.number;
    switch ((enum app_arg_kind)arg->kind) {
    case APP_ARG_TEXT:
        ol_writer_str(w, ol_str_from(arg->as.text));
        break;
    case APP_ARG_SPAN:
        ol_writer_str(w, *arg->as.span);
        break;
    case APP_ARG_COUNT:
        ol_writer_dec_u64(w, n);
        break;
    case APP_ARG_NUMBER:
        ol_writer_dec_i64(w, (int32_t)n);
        break;
    case APP_ARG_TENTHS:
        ol_writer_dec_u64(w, n / 10);
        ol_writer_u8(w, '.');
        ol_writer_u8(w, (uint8_t)('0' + n % 10));
        break;
    case APP_ARG_HEX:
        put_hex(w, n, 8);
        break;
    case APP_ARG_HEX_BYTE:
        put_hex(w, n, 2);
        break;
    case APP_ARG_WIDE:
        ol_writer_dec_u64(w, *arg->as.wide);
        break;
    case APP_ARG_MESSAGE:
        app_message_encode(w, language, (enum app_message)n, NULL, 0);
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
