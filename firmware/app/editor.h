/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_EDITOR_H
#define FIRMWARE_APP_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "onelink/base/str.h"

/* One serial console: what is typed becomes lines, what is said goes into a ring until the port
 * takes it. An engine: bytes in, lines out, bytes out.
 *
 * Editing: left, right, home, end, delete, backspace, Ctrl-A, -E, -K, -U, -W; up and down go
 * through the last lines; Ctrl-C drops the line. CR, LF, CR LF and CR NUL end a line. UTF-8 is
 * edited by characters. What follows `set device_key` and the like is shown as '*' and is not
 * kept in the history.
 *
 * For programs: the prompt "> " stands at the beginning of a line, and an answer that begins
 * with "! " is a refusal. */

#define APP_LINE_CAP    320u /* bytes of a line at most */
#define APP_OUT_CAP     768u /* bytes that wait for the port */
#define APP_HISTORY_CAP 160u
#define APP_PROMPT      "> "

/* All members are private. */
struct app_editor {
    uint16_t line_len;
    uint16_t cursor;
    uint16_t history_len;
    uint16_t out_head;
    uint16_t out_len;
    uint16_t lost;      /* lines for which there was no room */
    uint8_t escape;     /* how far into an escape sequence */
    uint8_t escape_arg; /* its number */
    uint8_t recalled;   /* lines back in the history; 0: a new line */
    char last;          /* the last byte typed */
    bool is_prompted;   /* prompt and line stand on the screen */
    bool is_long;       /* bytes of this line did not fit */
    char line[APP_LINE_CAP];
    char history[APP_HISTORY_CAP]; /* lines with a NUL behind each, oldest first */
    char out[APP_OUT_CAP];
};

enum app_typed {
    APP_TYPED_NOTHING, /* goes on */
    APP_TYPED_LINE,    /* app_editor_line has it, until app_editor_prompt */
    APP_TYPED_LONG     /* a line that did not fit was ended; it is dropped */
};

void app_editor_init(struct app_editor *c);

/* One byte was typed. */
enum app_typed app_editor_input(struct app_editor *c, char byte);

/* The line that was ended, without blanks at its ends. */
struct ol_str app_editor_line(const struct app_editor *c);

/* Begins a new line: shows the prompt. */
void app_editor_prompt(struct app_editor *c);

/* Says a line. It goes above what is being typed. A line for which there is no room is dropped
 * and counted. */
void app_editor_say(struct app_editor *c, struct ol_str line);

/* There is room to say a line of APP_LINE_CAP bytes and to show the line being typed. */
bool app_editor_has_room(const struct app_editor *c);

/* Lines dropped since the last call. */
uint16_t app_editor_take_lost(struct app_editor *c);

/* Bytes for the port, *len of them; NULL when there are none. app_editor_output_done: the port
 * took n of them. */
const char *app_editor_output(const struct app_editor *c, size_t *len);
void app_editor_output_done(struct app_editor *c, size_t n);

/* The first word of a line that does not begin with blanks; *rest is the line, and then what follows
 * the word and the blanks behind it. A '=' between key and value is taken as a blank where `assign`
 * says so. */
struct ol_str app_take_word(struct ol_str *rest, bool assign);

/* Where in a line that is being typed a secret begins; its length when there is none. */
size_t app_editor_secret_at(struct ol_str line);

#endif
