/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_LINES_H
#define TOOLS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/str.h"

#define CLI_LINE_MAX 65536 /* bytes of one line, without its newline */

/* Lines from a file descriptor, bounded: a line that is too long is told once and left
 * out. Zero-initialise it. */
struct cli_lines {
    char buf[CLI_LINE_MAX + 1];
    size_t len;
    size_t used;     /* bytes of buf that were given out */
    uint64_t number; /* of the line given out last, from 1 */
    bool skipping;   /* the rest of a line that was too long */
    bool ended;
};

/* One read(); call it when the descriptor is readable. Every line of the read before must
 * have been taken. Sets ended at the end of the file and on an error. */
void cli_lines_input(struct cli_lines *l, int fd);

/* The next whole line, or the last one without a newline once ended. *too_long: the line
 * is longer than CLI_LINE_MAX and *line is empty. The span lives until cli_lines_input.
 */
bool cli_lines_next(struct cli_lines *l, struct ol_str *line, bool *too_long);

/* Lines for a file descriptor whose reader may be slow: they wait here, so that the
 * program never does. Zero-initialise it. */
struct cli_outbox {
    char buf[2 * CLI_LINE_MAX];
    size_t len;
    bool broken; /* nobody reads any more */
};

/* Puts a line and a newline in, with control characters replaced by blanks. false: it
 * does not fit or the outbox is broken; nothing was put in. */
bool cli_outbox_put(struct cli_outbox *o, struct ol_str line);

/* Writes what can be written without waiting; call it when the descriptor is writable. */
void cli_outbox_flush(struct cli_outbox *o, int fd);

#endif
