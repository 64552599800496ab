/* SPDX-License-Identifier: MIT */
#include "firmware/app/editor.h"

#include <string.h>

#include "onelink/agent/settings.h"

#define CTRL(letter) ((letter) - '@')
#define ESC          '\x1B'
#define DEL          '\x7F'
#define CLEAR_LINE   "\r\x1B[K"

enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_INSIDE };

/* --- output ------------------------------------------------------------------------- */

static size_t room(const struct app_editor *c)
{
    return APP_OUT_CAP - c->out_len;
}

static void put_byte(struct app_editor *c, char byte)
{
    if (c->out_len < APP_OUT_CAP) {
        c->out[(c->out_head + c->out_len) % APP_OUT_CAP] = byte;
        c->out_len++;
    }
}

static void put(struct app_editor *c, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        put_byte(c, text[i]);
    }
}

static void put_text(struct app_editor *c, const char *text)
{
    put(c, text, strlen(text));
}

const char *app_editor_output(const struct app_editor *c, size_t *len)
{
    size_t straight = APP_OUT_CAP - c->out_head;
    *len = c->out_len < straight ? c->out_len : straight;
    return *len > 0 ? c->out + c->out_head : NULL;
}

void app_editor_output_done(struct app_editor *c, size_t n)
{
    n = n < c->out_len ? n : c->out_len;
    c->out_head = (uint16_t)((c->out_head + n) % APP_OUT_CAP);
    c->out_len = (uint16_t)(c->out_len - n);
}

bool app_editor_has_room(const struct app_editor *c)
{
    return room(c) >= 2 * APP_LINE_CAP;
}

uint16_t app_editor_take_lost(struct app_editor *c)
{
    uint16_t lost = c->lost;
    c->lost = 0;
    return lost;
}

/* --- the line on the screen --------------------------------------------------------- */

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t';
}

static bool is_secret_key(struct ol_str key)
{
    const struct ol_setting *row = ol_setting_find(key);
    return row && row->type == OL_SETTING_SECRET;
}

static struct ol_str skip_blanks(struct ol_str s)
{
    while (s.len > 0 && is_blank(*s.ptr)) {
        s.ptr++;
        s.len--;
    }
    return s;
}

struct ol_str app_take_word(struct ol_str *rest, bool assign)
{
    struct ol_str word = *rest, after;
    size_t end = 0;
    while (end < word.len && !is_blank(word.ptr[end]) &&
           !(assign && word.ptr[end] == '=')) {
        end++;
    }
    after = skip_blanks((struct ol_str){word.ptr + end, word.len - end});
    if (assign && after.len > 0 && *after.ptr == '=') {
        after = skip_blanks((struct ol_str){after.ptr + 1, after.len - 1});
    }
    *rest = after;
    return (struct ol_str){word.ptr, end};
}

size_t app_editor_secret_at(struct ol_str line)
{
    struct ol_str rest = skip_blanks(line);
    if (!ol_str_equal(app_take_word(&rest, true), OL_STR("set")) ||
        !is_secret_key(app_take_word(&rest, true))) {
        return line.len;
    }
    return line.len - rest.len;
}

/* line[from, to) as it may be seen. */
static void put_line(struct app_editor *c, size_t from, size_t to)
{
    size_t secret = app_editor_secret_at((struct ol_str){c->line, c->line_len});
    for (size_t i = from; i < to; i++) {
        put_byte(c, i < secret ? c->line[i] : '*');
    }
}

static void redraw(struct app_editor *c)
{
    put_text(c, CLEAR_LINE APP_PROMPT);
    put_line(c, 0, c->line_len);
    if (c->cursor < c->line_len) { /* back to the cursor, however wide the letters are */
        put_text(c, "\r" APP_PROMPT);
        put_line(c, 0, c->cursor);
    }
}

void app_editor_prompt(struct app_editor *c)
{
    c->line_len = 0;
    c->cursor = 0;
    c->recalled = 0;
    c->is_long = false;
    c->is_prompted = true;
    put_text(c, APP_PROMPT);
}

void app_editor_say(struct app_editor *c, struct ol_str line)
{
    size_t needed = line.len + 2;
    if (c->is_prompted) {
        needed += 2u * c->line_len + 16;
    }
    if (room(c) < needed) {
        c->lost = (uint16_t)(c->lost + (c->lost < UINT16_MAX));
        return;
    }
    if (c->is_prompted) {
        put_text(c, CLEAR_LINE);
    }
    put(c, line.ptr, line.len);
    put_text(c, "\r\n");
    if (c->is_prompted) {
        redraw(c);
    }
}

/* --- history ------------------------------------------------------------------------ */

/* The line `back` lines ago; empty when there is none. */
static struct ol_str history_get(const struct app_editor *c, unsigned back)
{
    size_t end = c->history_len;
    for (; end > 0; back--) {
        size_t from = end - 1; /* its NUL */
        while (from > 0 && c->history[from - 1] != '\0') {
            from--;
        }
        if (back == 1) {
            return (struct ol_str){c->history + from, end - 1 - from};
        }
        end = from;
    }
    return (struct ol_str){NULL, 0};
}

static void history_add(struct app_editor *c, struct ol_str line)
{
    if (line.len == 0 || line.len >= APP_HISTORY_CAP ||
        app_editor_secret_at(line) < line.len || ol_str_equal(history_get(c, 1), line)) {
        return;
    }
    while (c->history_len + line.len + 1 > APP_HISTORY_CAP) {
        size_t oldest = strlen(c->history) + 1;
        c->history_len = (uint16_t)(c->history_len - oldest);
        memmove(c->history, c->history + oldest, c->history_len);
    }
    memcpy(c->history + c->history_len, line.ptr, line.len);
    c->history[c->history_len + line.len] = '\0';
    c->history_len = (uint16_t)(c->history_len + line.len + 1);
}

static void recall(struct app_editor *c, unsigned back)
{
    struct ol_str line = {NULL, 0};
    if (back > 0) {
        line = history_get(c, back);
        if (line.len == 0) {
            return;
        }
        memcpy(c->line, line.ptr, line.len);
    }
    c->recalled = (uint8_t)back;
    c->is_long = false;
    c->line_len = (uint16_t)line.len;
    c->cursor = c->line_len;
    redraw(c);
}

/* --- editing ------------------------------------------------------------------------ */

static bool is_inside(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80; /* of a UTF-8 character */
}

static size_t left_of(const struct app_editor *c, size_t at)
{
    while (at > 0 && is_inside(c->line[--at])) {
    }
    return at;
}

static size_t right_of(const struct app_editor *c, size_t at)
{
    for (at += at < c->line_len; at < c->line_len && is_inside(c->line[at]); at++) {
    }
    return at;
}

static void move_to(struct app_editor *c, size_t at)
{
    c->cursor = (uint16_t)at;
    redraw(c);
}

static void cut(struct app_editor *c, size_t from, size_t to)
{
    memmove(c->line + from, c->line + to, c->line_len - to);
    c->line_len = (uint16_t)(c->line_len - (to - from));
    c->is_long = c->is_long && c->line_len > 0;
    move_to(c, from);
}

static void insert(struct app_editor *c, char byte)
{
    if (c->line_len >= APP_LINE_CAP) {
        c->is_long = true;
        put_byte(c, '\a');
        return;
    }
    memmove(c->line + c->cursor + 1, c->line + c->cursor, c->line_len - c->cursor);
    c->line[c->cursor++] = byte;
    c->line_len++;
    if (c->cursor == c->line_len) {
        put_line(c, c->cursor - 1u, c->cursor);
    } else {
        redraw(c);
    }
}

static size_t word_left(const struct app_editor *c)
{
    size_t at = c->cursor;
    while (at > 0 && c->line[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && c->line[at - 1] != ' ') {
        at--;
    }
    return at;
}

enum place { BEGIN, WORD, LEFT, HERE, RIGHT, END };

static size_t place_of(const struct app_editor *c, enum place place)
{
    switch (place) {
    case BEGIN:
        return 0;
    case WORD:
        return word_left(c);
    case LEFT:
        return left_of(c, c->cursor);
    case HERE:
        break;
    case RIGHT:
        return right_of(c, c->cursor);
    case END:
        return c->line_len;
    }
    return c->cursor;
}

/* Keys that move the cursor (from and to are the same place) or cut what lies between two places:
 * control characters, and the last letters of escape sequences. */
static void move_or_cut(struct app_editor *c, char key)
{
    static const struct {
        char key;
        uint8_t from;
        uint8_t to;
    } keys[] = {
        {CTRL('A'), BEGIN, BEGIN}, {CTRL('E'), END, END},  {CTRL('H'), LEFT, HERE},
        {DEL, LEFT, HERE},         {CTRL('K'), HERE, END}, {CTRL('U'), BEGIN, HERE},
        {CTRL('W'), WORD, HERE},   {'C', RIGHT, RIGHT},    {'D', LEFT, LEFT},
        {'F', END, END},           {'H', BEGIN, BEGIN},    {'X', HERE, RIGHT}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].key == key) {
            size_t from = place_of(c, (enum place)keys[i].from);
            if (keys[i].from == keys[i].to) {
                move_to(c, from);
            } else {
                cut(c, from, place_of(c, (enum place)keys[i].to));
            }
        }
    }
}

static void control(struct app_editor *c, char byte)
{
    switch (byte) {
    case CTRL('C'):
        put_text(c, "^C\r\n");
        app_editor_prompt(c);
        break;
    case '\t':
        insert(c, ' ');
        break;
    case ESC:
        c->escape = ESCAPE_BEGUN;
        c->escape_arg = 0;
        break;
    default:
        move_or_cut(c, byte);
        break;
    }
}

static void cursor_key(struct app_editor *c, char final)
{
    if (final == '~') { /* VT220: 1 home, 3 delete, 4 end; 7, 8 of rxvt */
        final = c->escape_arg == 1 || c->escape_arg == 7   ? 'H'
                : c->escape_arg == 4 || c->escape_arg == 8 ? 'F'
                : c->escape_arg == 3                       ? 'X'
                                                           : '~';
    }
    if (final == 'A') {
        recall(c, c->recalled + 1u);
    } else if (final == 'B' && c->recalled > 0) {
        recall(c, c->recalled - 1u);
    } else if (final > ' ' && final != DEL) {
        move_or_cut(c, final);
    }
}

static void escape(struct app_editor *c, char byte)
{
    if (c->escape == ESCAPE_BEGUN) {
        c->escape = byte == '[' || byte == 'O' ? ESCAPE_INSIDE : ESCAPE_NONE;
        return;
    }
    if (byte >= '0' && byte <= '9') {
        c->escape_arg = (uint8_t)(c->escape_arg * 10 + (byte - '0'));
        return;
    }
    if (byte == ';') { /* a modifier follows: the key counts without it */
        return;
    }
    c->escape = ESCAPE_NONE;
    cursor_key(c, byte);
}

static enum app_typed end_line(struct app_editor *c)
{
    put_text(c, "\r\n");
    c->is_prompted = false;
    if (c->is_long) {
        return APP_TYPED_LONG;
    }
    history_add(c, app_editor_line(c));
    return APP_TYPED_LINE;
}

struct ol_str app_editor_line(const struct app_editor *c)
{
    struct ol_str line = skip_blanks((struct ol_str){c->line, c->line_len});
    while (line.len > 0 && is_blank(line.ptr[line.len - 1])) {
        line.len--;
    }
    return line;
}

enum app_typed app_editor_input(struct app_editor *c, char byte)
{
    char last = c->last;
    c->last = byte;
    if (byte == '\r' || (byte == '\n' && last != '\r')) {
        c->escape = ESCAPE_NONE;
        return end_line(c);
    }
    if (byte == '\n' || byte == '\0') {
        return APP_TYPED_NOTHING;
    }
    if (c->escape != ESCAPE_NONE && byte != ESC) {
        escape(c, byte);
    } else if ((unsigned char)byte < ' ' || byte == DEL) {
        control(c, byte);
    } else {
        insert(c, byte);
    }
    return APP_TYPED_NOTHING;
}

void app_editor_init(struct app_editor *c)
{
    memset(c, 0, sizeof(*c));
}
