/* SPDX-License-Identifier: MIT */
#include "onelink/net/http_date.h"

#include <stdbool.h>
#include <string.h>

enum { PART_STATUS, PART_NAME, PART_VALUE, PART_SKIPPED };

/* In patterns '0' stands for any digit and '?' for any character. */
static const char status_pattern[] = "HTTP/1.0 000";
static const char date_pattern[] = "???, 00 ??? 0000 00:00:00 GMT";

#define STATUS_LEN       (sizeof status_pattern - 1)
#define STATUS_CLASS_AT  9
#define YEAR_MIN         2024
#define DAYS_BEFORE_1970 719162 /* since the year 1 */

_Static_assert(sizeof date_pattern - 1 == OL_HTTP_DATE_LEN, "the pattern is whole");

int32_t ol_http_date_request_encode(struct ol_writer *w, struct ol_str host)
{
    if (host.len == 0) {
        return OL_E_ARG;
    }
    for (size_t i = 0; i < host.len; i++) {
        if (host.ptr[i] <= ' ' || host.ptr[i] > '~') {
            return OL_E_ARG;
        }
    }
    ol_writer_str(w, OL_STR("HEAD / HTTP/1.1\r\nHost: "));
    ol_writer_str(w, host);
    ol_writer_str(w, OL_STR("\r\nConnection: close\r\nUser-Agent: onelink\r\n\r\n"));
    return ol_writer_status(w);
}

void ol_http_date_init(struct ol_http_date *s)
{
    memset(s, 0, sizeof *s);
}

/* ---- IMF-fixdate, RFC 9110 5.6.7 ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool matches(char c, char pattern)
{
    return pattern == '?' || (pattern == '0' ? is_digit(c) : c == pattern);
}

static uint32_t number(const char *text, unsigned digits)
{
    uint32_t n = 0;

    while (digits-- > 0) {
        n = n * 10 + (uint32_t)(*text++ - '0');
    }
    return n;
}

/* Which of the three-letter names, count when none. */
static OL_NOINLINE uint32_t find_name(const char *text, const char *names, uint32_t count)
{
    uint32_t i = 0;

    while (i < count && memcmp(text, names + (size_t)3 * i, 3) != 0) {
        i++;
    }
    return i;
}

/* Days of the calendar before a year, from the year 1 on. */
static OL_NOINLINE uint32_t days_before(uint32_t year)
{
    uint32_t past = year - 1;
    uint32_t centuries = past / 100;

    return past * 365 + past / 4 - centuries + centuries / 4;
}

/* Days from 1970-01-01 to a day, month from 0. false: there is no such day. */
static bool count_days(uint32_t year, uint32_t month, uint32_t day, uint32_t *out)
{
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t first = days_before(year);
    uint32_t leap_day = days_before(year + 1) - first - 365;
    uint32_t days = first - DAYS_BEFORE_1970;

    if (month >= 12 || day == 0 || day > lengths[month] + (month == 1 ? leap_day : 0)) {
        return false;
    }
    for (uint32_t i = 0; i < month; i++) {
        days += lengths[i];
    }
    *out = days + (month > 1 ? leap_day : 0) + day - 1;
    return true;
}

static OL_NOINLINE int32_t decode_date(const char *text, int64_t *unix_s)
{
    for (size_t i = 0; i < OL_HTTP_DATE_LEN; i++) {
        if (!matches(text[i], date_pattern[i])) {
            return OL_E_PROTO;
        }
    }
    uint32_t year = number(text + 12, 4);
    uint32_t month = find_name(text + 8, "JanFebMarAprMayJunJulAugSepOctNovDec", 12);
    uint32_t hour = number(text + 17, 2);
    uint32_t minute = number(text + 20, 2);
    uint32_t second = number(text + 23, 2);
    uint32_t days = 0;
    /* 60 is a leap second. */
    if (year < YEAR_MIN || hour > 23 || minute > 59 || second > 60 ||
        !count_days(year, month, number(text + 5, 2), &days)) {
        return OL_E_PROTO;
    }
    /* 1970-01-01 was the fifth day of a week. */
    if (find_name(text, "SunMonTueWedThuFriSat", 7) != (days + 4) % 7) {
        return OL_E_PROTO;
    }
    *unix_s = (int64_t)days * 86400 + hour * 3600 + minute * 60 + second;
    return OL_OK;
}

/* ---- The answer, RFC 9112 2.1 ---- */

static void begin_part(struct ol_http_date *s, uint8_t part)
{
    s->part = part;
    s->len = 0;
}

static int32_t end_line(struct ol_http_date *s, int64_t *unix_s)
{
    if (s->part == PART_VALUE) {
        return s->len == OL_HTTP_DATE_LEN ? decode_date(s->text, unix_s) : OL_E_PROTO;
    }
    if (s->part == PART_STATUS && s->len < STATUS_LEN) {
        return OL_E_PROTO;
    }
    if (s->part == PART_NAME && s->len == 0) {
        /* The empty line after the fields. */
        begin_part(s, PART_STATUS);
        return s->is_interim ? OL_E_AGAIN : OL_E_PROTO;
    }
    begin_part(s, PART_NAME);
    return OL_E_AGAIN;
}

static int32_t take_status(struct ol_http_date *s, char c)
{
    if (s->len == STATUS_LEN) {
        begin_part(s, PART_SKIPPED);
        return c == ' ' ? OL_E_AGAIN : OL_E_PROTO;
    }
    if (!matches(c, status_pattern[s->len])) {
        return OL_E_PROTO;
    }
    if (s->len == STATUS_CLASS_AT) {
        s->is_interim = c == '1';
    }
    s->len++;
    return OL_E_AGAIN;
}

static void take_name(struct ol_http_date *s, char c)
{
    static const char name[] = "date:";
    char lower = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;

    if (lower != name[s->len]) {
        begin_part(s, PART_SKIPPED);
    } else if (++s->len == sizeof name - 1) {
        begin_part(s, PART_VALUE);
    }
}

static int32_t take_value(struct ol_http_date *s, char c)
{
    bool is_edge = s->len == 0 || s->len == OL_HTTP_DATE_LEN;

    if (is_edge && (c == ' ' || c == '\t')) {
        return OL_E_AGAIN;
    }
    if (s->len == OL_HTTP_DATE_LEN) {
        return OL_E_PROTO;
    }
    s->text[s->len++] = c;
    return OL_E_AGAIN;
}

static int32_t take(struct ol_http_date *s, char c, int64_t *unix_s)
{
    if (c == '\n') {
        s->has_cr = false;
        return end_line(s, unix_s);
    }
    if (s->has_cr) {
        return OL_E_PROTO;
    }
    if (c == '\r') {
        s->has_cr = true;
        return OL_E_AGAIN;
    }
    switch (s->part) {
    case PART_STATUS:
        return take_status(s, c);
    case PART_NAME:
        take_name(s, c);
        return OL_E_AGAIN;
    case PART_VALUE:
        return take_value(s, c);
    default:
        return OL_E_AGAIN;
    }
}

int32_t ol_http_date_input(struct ol_http_date *s, const void *data, size_t len,
                           int64_t *unix_s)
{
    const char *p = data;

    for (size_t i = 0; i < len; i++) {
        if (s->taken == OL_HTTP_DATE_SECTION_MAX) {
            return OL_E_PROTO;
        }
        s->taken++;
        int32_t rc = take(s, p[i], unix_s);
        if (rc != OL_E_AGAIN) {
            return rc;
        }
    }
    return OL_E_AGAIN;
}
