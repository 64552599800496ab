/* SPDX-License-Identifier: MIT */
#include "tools/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 4096

#define MARGIN      12 /* columns of time and arrow on a terminal */
#define COLUMNS_MAX 100
#define COLUMNS_MIN 40 /* in a narrower window words stay where they are */

static const char *const words[] = {"error", "warn ", "info ", "debug"};
static const char *const colours[] = {"\033[31m", "\033[33m", "", "\033[2m"};
static const char *const arrows[] = {"", "-> ", "<- "};
static const char *const arrow_colours[] = {"", "\033[36m", "\033[32m"};

void cli_log_init(struct cli_log *log)
{
    log->level = OL_LOG_INFO;
    log->terminal = isatty(STDERR_FILENO) == 1;
}

void cli_log_time_encode(char out[9], unsigned wait_ms)
{
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t at = now.tv_sec + (time_t)((now.tv_nsec / 1000000 + wait_ms) / 1000);
    localtime_r(&at, &tm);
    if (strftime(out, 9, "%H:%M:%S", &tm) == 0) {
        out[0] = '\0';
    }
}

const char *cli_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void put_time(const struct cli_log *log, char *out, size_t cap)
{
    struct timespec now;
    struct tm tm;
    char date[24];
    clock_gettime(CLOCK_REALTIME, &now);
    if (log->terminal) {
        cli_log_time_encode(out, 0);
        return;
    }
    gmtime_r(&now.tv_sec, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, cap, "%s.%03dZ", date, (int)(now.tv_nsec / 1000000));
}

/* Columns that the character beginning with this byte takes: none in the middle of
 * one, two for Chinese. */
static unsigned columns_of(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte & 0xC0) == 0x80 ? 0 : byte >= 0xE3 ? 2 : 1;
}

void cli_log_wrap(char *text, unsigned width)
{
    char *blank = NULL;
    unsigned column = 0;
    for (char *p = text; *p; p++) {
        column += columns_of(*p);
        if (*p == ' ' && p > text && p[-1] != ' ') {
            blank = p;
        }
        if (column <= width || !blank) {
            continue;
        }
        *blank = '\n';
        column = 0;
        for (const char *q = blank + 1; q <= p; q++) {
            column += columns_of(*q);
        }
        blank = NULL;
    }
}

static void print_wrapped(char *text)
{
    struct winsize window;
    unsigned columns = COLUMNS_MAX;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 &&
        window.ws_col < COLUMNS_MAX) {
        columns = window.ws_col < COLUMNS_MIN ? COLUMNS_MAX : window.ws_col;
    }
    cli_log_wrap(text, columns - MARGIN);
    for (char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        fprintf(stderr, "%.*s\n%*s", (int)(end - text), text, MARGIN, "");
    }
    fputs(text, stderr);
}

static void print(const struct cli_log *log, enum ol_log_level level,
                  enum cli_arrow arrow, const char *format, va_list ap)
{
    char text[LINE_MAX_LEN], time[32];
    if (level > log->level) {
        return;
    }
    vsnprintf(text, sizeof(text), format, ap);
    for (char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < ' ' || c == 0x7F) {
            *p = '?';
        }
    }
    put_time(log, time, sizeof(time));
    if (!log->terminal) {
        fprintf(stderr, "%s %s %s%s\n", time, words[level], arrows[arrow], text);
        return;
    }
    const char *colour = arrow ? arrow_colours[arrow] : colours[level];
    fprintf(stderr, "\033[2m%s\033[0m %s%s", time, colour, arrow ? arrows[arrow] : "   ");
    print_wrapped(text);
    fputs("\033[0m\n", stderr);
}

void cli_log_line(const struct cli_log *log, enum ol_log_level level, const char *format,
                  ...)
{
    va_list ap;
    va_start(ap, format);
    print(log, level, CLI_ARROW_NONE, format, ap);
    va_end(ap);
}

void cli_log_message(const struct cli_log *log, enum cli_arrow arrow, const char *format,
                     ...)
{
    va_list ap;
    va_start(ap, format);
    print(log, OL_LOG_INFO, arrow, format, ap);
    va_end(ap);
}
