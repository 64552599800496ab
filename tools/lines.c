/* SPDX-License-Identifier: MIT */
#include "tools/lines.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

void cli_lines_input(struct cli_lines *l, int fd)
{
    memmove(l->buf, l->buf + l->used, l->len - l->used);
    l->len -= l->used;
    l->used = 0;
    if (l->len == sizeof(l->buf)) {
        return; /* cli_lines_next gives it out as too long */
    }
    ssize_t n = read(fd, l->buf + l->len, sizeof(l->buf) - l->len);
    if (n > 0) {
        l->len += (size_t)n;
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        l->ended = true;
    }
}

static void take(struct cli_lines *l, size_t line_len, size_t all, struct ol_str *line)
{
    *line = ol_str_make(l->buf + l->used, line_len);
    l->used += all;
    l->number += !l->skipping;
}

bool cli_lines_next(struct cli_lines *l, struct ol_str *line, bool *too_long)
{
    *too_long = false;
    for (;;) {
        size_t left = l->len - l->used;
        const char *lf = left > 0 ? memchr(l->buf + l->used, '\n', left) : NULL;
        if (lf) {
            size_t len = (size_t)(lf - (l->buf + l->used));
            take(l, len, len + 1, line);
            if (!l->skipping) {
                return true;
            }
            l->skipping = false;
            continue;
        }
        if (left == sizeof(l->buf)) {
            bool first = !l->skipping;
            take(l, 0, left, line);
            l->skipping = true;
            if (first) {
                *too_long = true;
                return true;
            }
            continue;
        }
        if (!l->ended || left == 0) {
            return false;
        }
        take(l, left, left, line);
        return !l->skipping;
    }
}

bool cli_outbox_put(struct cli_outbox *o, struct ol_str line)
{
    if (o->broken || line.len >= sizeof(o->buf) - o->len) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        o->buf[o->len++] = (unsigned char)c < ' ' ? ' ' : c;
    }
    o->buf[o->len++] = '\n';
    return true;
}

void cli_outbox_flush(struct cli_outbox *o, int fd)
{
    /* A pipe that is writable has room for PIPE_BUF bytes, so this does not block. */
    size_t len = o->len < PIPE_BUF ? o->len : PIPE_BUF;
    ssize_t n = len > 0 ? write(fd, o->buf, len) : 0;
    if (n > 0) {
        o->len -= (size_t)n;
        memmove(o->buf, o->buf + n, o->len);
    } else if (n < 0 && errno != EINTR && errno != EAGAIN) {
        o->broken = true;
        o->len = 0;
    }
}
