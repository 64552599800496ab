/* SPDX-License-Identifier: MIT */
#include "tools/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 4096

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
    time_t at = now.tv_sec + (time_t)((now.tv_nsec / 1000000 + wait_ms + 500) / 1000);
    localtime_r(&at, &tm);
    if (strftime(out, 9, "%H:%M:%S", &tm) == 0) {
        out[0] = '\0';
    }
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
    fprintf(stderr, "\033[2m%s\033[0m %s%s%s\033[0m\n", time, colour,
            arrow ? arrows[arrow] : "   ", text);
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
