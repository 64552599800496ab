/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"
#include "onelink/base/utf8.h"

/* Seconds since the start, to a thousandth: the board has no time of day at first. */
static void put_time(struct ol_writer *w, ol_ms now)
{
    uint32_t s = (uint32_t)(now / 1000), ms = (uint32_t)now - s * 1000;
    ol_writer_dec_u64(w, s);
    size_t point = w->len;
    ol_writer_dec_u64(w, 1000 + ms); /* three digits behind one that is written over */
    w->buf[point] = '.';
    ol_writer_u8(w, ' ');
}

void app_line_begin(struct app *app)
{
    app->said = ol_writer_make(app->line, sizeof(app->line));
}

void app_line_refuse(struct app *app)
{
    app_line_begin(app);
    ol_writer_str(&app->said, OL_STR("! "));
}

void app_line_log_begin(struct app *app)
{
    app_line_begin(app);
    put_time(&app->said, app->now);
}

void app_line_put(struct app *app, enum app_message id, const struct app_arg *args,
                  size_t count)
{
    app_message_encode(&app->said, app->language, id, args, count);
}

/* Nothing that a terminal would obey (U+0080 to U+009F among it), nothing but UTF-8, and no half
 * of a character where the line was cut. Returns the length. */
static size_t make_harmless(struct app *app, size_t len)
{
    size_t out = 0;
    int32_t n;
    for (size_t in = 0; in < len; in += (size_t)n) {
        const char *from = app->line + in;
        unsigned char c = (unsigned char)*from;
        n = ol_utf8_len(from, len - in);
        if (n == OL_E_AGAIN) {
            break;
        }
        bool is_shown = n > 2 ||
                        (n == 2 && (c != 0xC2 || (unsigned char)from[1] >= 0xA0)) ||
                        (n == 1 && c >= ' ' && c != 0x7F);
        n = n < 1 ? 1 : n;
        if (is_shown) {
            memmove(app->line + out, from, (size_t)n);
            out += (size_t)n;
        } else {
            app->line[out++] = '?';
        }
    }
    return out;
}

static void send(struct app *app, unsigned terminal, struct ol_str line)
{
    struct app_terminal *t = &app->terminals[terminal];
    if (t->is_open) {
        if (!app_editor_has_room(&t->editor)) {
            app_write_out(app, terminal);
        }
        app_editor_say(&t->editor, line);
    }
}

void app_line_say(struct app *app)
{
    send(app, app->console, ol_str_make(app->line, make_harmless(app, app->said.len)));
}

void app_line_log(struct app *app, enum ol_log_level level)
{
    if (level <= app->level) {
        size_t len = make_harmless(app, app->said.len);
        for (unsigned i = 0; i < APP_CONSOLE_COUNT; i++) {
            send(app, i, ol_str_make(app->line, len));
        }
    }
}

/* Of any level: the callers below have looked at it. */
static void log_line(struct app *app, enum app_message id, const struct app_arg *args,
                     size_t count)
{
    app_line_log_begin(app);
    app_line_put(app, id, args, count);
    app_line_log(app, OL_LOG_ERROR);
}

void app_log_error(struct app *app, enum app_message id, const struct app_arg *args,
                   size_t count)
{
    log_line(app, id, args, count);
}

void app_log_warn(struct app *app, enum app_message id, const struct app_arg *args,
                  size_t count)
{
    if (app->level >= OL_LOG_WARN) {
        log_line(app, id, args, count);
    }
}

void app_log_info(struct app *app, enum app_message id, const struct app_arg *args,
                  size_t count)
{
    if (app->level >= OL_LOG_INFO) {
        log_line(app, id, args, count);
    }
}

void app_log_debug(struct app *app, enum app_message id, const struct app_arg *args,
                   size_t count)
{
    if (app->level >= OL_LOG_DEBUG) {
        log_line(app, id, args, count);
    }
}

void app_answer(struct app *app, enum app_message id, const struct app_arg *args,
                size_t count)
{
    app_line_begin(app);
    app_line_put(app, id, args, count);
    app_line_say(app);
}
