/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_PROVISION_BOARD_H
#define TOOLS_PROVISION_BOARD_H

#include <stdbool.h>
#include <stddef.h>

#include "onelink/base/str.h"

/* The console of a board at a serial port, a pseudo-terminal or a Unix socket. Every command is
 * followed by one that nobody knows, whose refusal marks the end of the answer, so that log lines
 * in between do no harm. */

#define CLI_BOARD_LINE_MAX   1024
#define CLI_BOARD_ANSWER_MAX 16384

struct cli_board {
    int fd; /* -1: not open */
    unsigned marks;
    char line[CLI_BOARD_LINE_MAX]; /* the line that is coming in */
    size_t line_len;
    int escape;                            /* how far into an escape sequence */
    bool is_cr;                            /* the last byte was a CR */
    char answer[CLI_BOARD_ANSWER_MAX + 1]; /* lines of the last answer, each with a LF */
    size_t answer_len;
};

enum cli_board_result {
    CLI_BOARD_OK,
    CLI_BOARD_REFUSED, /* the first refusal stands in why */
    CLI_BOARD_SILENT,  /* no answer in time */
    CLI_BOARD_GONE     /* unplugged */
};

/* Opens the port, not waiting. false: not there (yet), *why says it. */
bool cli_board_open(struct cli_board *b, const char *path, char *why, size_t cap);
void cli_board_close(struct cli_board *b);

/* Until the console answers, at most timeout_ms. */
enum cli_board_result cli_board_greet(struct cli_board *b, unsigned timeout_ms, char *why,
                                      size_t cap);

/* Types a command, `line` with `rest` behind it, and waits for its end; b->answer has what was
 * said. Neither is repeated in *why. */
enum cli_board_result cli_board_command(struct cli_board *b, const char *line,
                                        struct ol_str rest, unsigned timeout_ms,
                                        char *why, size_t cap);

/* The board was unplugged. Waits so long for news of it. */
bool cli_board_is_gone(struct cli_board *b, unsigned wait_ms);

/* The value of "key = value" in the last answer. false: no such line. */
bool cli_board_find(const struct cli_board *b, struct ol_str key, struct ol_str *value);

#endif
