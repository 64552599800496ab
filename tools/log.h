/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_LOG_H
#define TOOLS_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/log.h"

/* The log on standard error: "2026-11-24T05:40:01.123Z info  text" a line, or, on a
 * terminal, a short local time and colours, long lines broken. Control characters come
 * out as '?', so that nothing from the network can drive the terminal. */

/* Direction of a message between device and platform, shown as an arrow. */
enum cli_arrow { CLI_ARROW_NONE, CLI_ARROW_UP, CLI_ARROW_DOWN };

struct cli_log {
    enum ol_log_level level; /* lines below it are left out */
    bool terminal;
};

/* Standard error's log with everything from info up. */
void cli_log_init(struct cli_log *log);

/* One line, at most 4 KiB of it. */
__attribute__((format(printf, 3, 4))) void
cli_log_line(const struct cli_log *log, enum ol_log_level level, const char *format, ...);

/* One message at level info, with its arrow. */
__attribute__((format(printf, 3, 4))) void
cli_log_message(const struct cli_log *log, enum cli_arrow arrow, const char *format, ...);

/* "05:40:09": the local time in wait_ms from now, cut to the second as all times of
 * the log are. out has room for 9 bytes. */
void cli_log_time_encode(char out[9], unsigned wait_ms);

/* "s" behind a word that stands with this number, "" for 1. */
const char *cli_plural(uint64_t count);

/* Breaks a text: newlines in the place of blanks, so that no line is wider than width
 * columns unless a word is. */
void cli_log_wrap(char *text, unsigned width);

#endif
