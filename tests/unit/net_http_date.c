/* SPDX-License-Identifier: MIT */
#include "onelink/net/http_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/support/battery.h"

#define DAY    "Sun, 16 Nov 2025 08:49:37 GMT"
#define DAY_S  INT64_C(1763282977)
#define FIELDS "Server: x\r\nDate: " DAY "\r\n\r\n"
#define USUAL  "HTTP/1.1 200 OK\r\n" FIELDS
#define UNSET  INT64_C(-1)
#define HEAD   "HTTP/1.1 200 OK\r\n"

static int32_t scan(const char *answer, int64_t *unix_s)
{
    struct ol_http_date s;

    *unix_s = UNSET;
    ol_http_date_init(&s);
    return ol_http_date_input(&s, answer, strlen(answer), unix_s);
}

static void expect(const char *answer, int32_t status)
{
    int64_t unix_s;

    if (scan(answer, &unix_s) != status || unix_s != (status == OL_OK ? DAY_S : UNSET)) {
        fail_msg("%s: not %d", answer, (int)status);
    }
}

/* RFC 9112 3.2, RFC 9110 9.3.2, 7.2. */
static void test_request(void **state)
{
    static const char expected[] = "HEAD / HTTP/1.1\r\nHost: www.example.com\r\n"
                                   "Connection: close\r\nUser-Agent: onelink\r\n\r\n";
    char buf[OL_HTTP_DATE_REQUEST_MAX];
    char name[253];
    struct ol_writer w = ol_writer_make(buf, sizeof buf);

    (void)state;
    assert_int_equal(ol_http_date_request_encode(&w, OL_STR("www.example.com")), OL_OK);
    assert_int_equal(w.len, sizeof expected - 1);
    assert_memory_equal(buf, expected, w.len);
    memset(name, 'a', sizeof name);
    w = ol_writer_make(buf, sizeof buf);
    assert_int_equal(ol_http_date_request_encode(&w, ol_str_make(name, sizeof name)),
                     OL_OK);
    assert_int_equal(w.len, sizeof buf);
    w = ol_writer_make(buf, sizeof buf - 1);
    assert_int_equal(ol_http_date_request_encode(&w, ol_str_make(name, sizeof name)),
                     OL_E_NOSPC);
}

/* A name cannot carry fields of its own. */
static void test_request_refuses(void **state)
{
    static const char *const names[] = {"", "a b", "a\r\nX: y", "a\x7F", "\xC3\xA4"};
    char buf[OL_HTTP_DATE_REQUEST_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ol_writer w = ol_writer_make(buf, sizeof buf);
        assert_int_equal(ol_http_date_request_encode(&w, ol_str_from(names[i])),
                         OL_E_ARG);
        assert_int_equal(w.len, 0);
    }
}

/* RFC 9112 4, RFC 9110 15: any status has a date. */
static void test_status_lines(void **state)
{
    (void)state;
    expect(USUAL, OL_OK);
    expect("HTTP/1.0 404 Not Found\r\n" FIELDS, OL_OK);
    expect("HTTP/1.1 301 \r\n" FIELDS, OL_OK);
    expect("HTTP/1.1 500\r\n" FIELDS, OL_OK);
    expect("HTTP/2.0 200 OK\r\n" FIELDS, OL_E_PROTO);
    expect("HTTP/1.x 200 OK\r\n" FIELDS, OL_E_PROTO);
    expect("HTTP/1.1  200 OK\r\n" FIELDS, OL_E_PROTO);
    expect("HTTP/1.1 20 OK\r\n" FIELDS, OL_E_PROTO);
    expect("HTTP/1.1 2000 OK\r\n" FIELDS, OL_E_PROTO);
    expect("HTTP/1.1 20\r\n" FIELDS, OL_E_PROTO);
    expect("http/1.1 200 OK\r\n" FIELDS, OL_E_PROTO);
    expect("\r\nHTTP/1.1 200 OK\r\n" FIELDS, OL_E_PROTO);
    expect("SSH-2.0-x\r\n", OL_E_PROTO);
    expect(FIELDS, OL_E_PROTO);
}

/* RFC 9110 15.2: answers before the final one. */
static void test_interim(void **state)
{
    (void)state;
    expect("HTTP/1.1 100 Continue\r\n\r\n" USUAL, OL_OK);
    expect("HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 C\r\n\r\n" USUAL, OL_OK);
    expect("HTTP/1.1 100 Continue\r\n\r\n" FIELDS, OL_E_PROTO);
    expect("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" USUAL, OL_E_PROTO);
}

/* RFC 9112 5, 5.1, 2.2, RFC 9110 5.1, 5.5. */
static void test_fields(void **state)
{

    (void)state;
    expect(HEAD "DATE:" DAY "\r\n", OL_OK);
    expect(HEAD "dAtE: \t " DAY " \t\r\n", OL_OK);
    expect("HTTP/1.1 200 OK\nServer: x\nDate: " DAY "\n", OL_OK);
    expect(HEAD "Date: " DAY "\r\nDate: x\r\n", OL_OK);
    expect(HEAD "Dat: " DAY "\r\nDated: " DAY "\r\nX-Date: " DAY "\r\n\r\n", OL_E_PROTO);
    expect(HEAD "Date : " DAY "\r\n\r\n", OL_E_PROTO);
    expect(HEAD "X: a\r\n Date: " DAY "\r\n\r\n", OL_E_PROTO);
    expect(HEAD "Dat\x1A: " DAY "\r\n\r\n", OL_E_PROTO);
    expect(HEAD "Dat\r\ne: x\r\nDate: " DAY "\r\n", OL_OK);
    expect(HEAD "Date: " DAY "x\r\n", OL_E_PROTO);
    expect(HEAD "Date: " DAY " x\r\n", OL_E_PROTO);
    expect(HEAD "Date: \r\n", OL_E_PROTO);
    expect(HEAD "X: a\rb\r\n" FIELDS, OL_E_PROTO);
    expect(HEAD "X: a\r\r\n" FIELDS, OL_E_PROTO);
    expect(HEAD "\r\n" FIELDS, OL_E_PROTO);
    expect(HEAD "Server: x\r\n", OL_E_AGAIN);
    expect(HEAD "Date: " DAY "\r", OL_E_AGAIN);
    expect("", OL_E_AGAIN);
}

static void expect_day(const char *text, int64_t seconds)
{
    char answer[120];
    int64_t unix_s;

    (void)snprintf(answer, sizeof answer, HEAD "Date: %s\r\n", text);
    int32_t rc = scan(answer, &unix_s);
    if (rc != (seconds == UNSET ? OL_E_PROTO : OL_OK) || unix_s != seconds) {
        fail_msg("%s: %d, %lld", text, (int)rc, (long long)unix_s);
    }
}

/* RFC 9110 5.6.7. The seconds are those of date -u -d. */
static void test_dates(void **state)
{
    (void)state;
    expect_day("Mon, 01 Jan 2024 00:00:00 GMT", 1704067200);
    expect_day("Thu, 29 Feb 2024 23:59:59 GMT", 1709251199);
    expect_day("Fri, 01 Mar 2024 00:00:00 GMT", 1709251200);
    expect_day("Tue, 31 Dec 2024 23:59:60 GMT", 1735689600);
    expect_day("Sun, 28 Feb 2100 12:00:00 GMT", 4107499200);
    expect_day("Mon, 01 Mar 2100 12:00:00 GMT", 4107585600);
    expect_day("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799);
}

static void test_dates_refused(void **state)
{
    static const char *const texts[] = {
        "Sun, 31 Dec 2023 23:59:59 GMT",  /* before this was written */
        "Sun, 06 Nov 1994 08:49:37 GMT",  /* the RFC's example */
        "Sunday, 06-Nov-94 08:49:37 GMT", /* obsolete: RFC 850 */
        "Sun Nov 16 08:49:37 2025",       /* obsolete: asctime */
        "Mon, 16 Nov 2025 08:49:37 GMT",  /* it was a Sunday */
        "sun, 16 Nov 2025 08:49:37 GMT",  /* case matters, RFC 9110 5.6.7 */
        "Sun, 16 nov 2025 08:49:37 GMT",  "Sun, 16 Nov 2025 08:49:37 UTC",
        "Sun, 16 Nov 2025 08:49:37 +00",  "Sun, 16 Nov 2025 24:00:00 GMT",
        "Sun, 16 Nov 2025 08:60:00 GMT",  "Sun, 16 Nov 2025 08:49:61 GMT",
        "Sun, 00 Nov 2025 08:49:37 GMT",  "Mon, 31 Nov 2025 08:49:37 GMT",
        "Sat, 29 Feb 2025 08:49:37 GMT",  "Mon, 29 Feb 2100 12:00:00 GMT",
        "Sun, 1  Nov 2025 08:49:37 GMT",  "Sun, 16 Nov 2025 08:49:37 GM"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect_day(texts[i], UNSET);
    }
}

/* Each day until 2110, against the C library. */
static void test_calendar(void **state)
{
    (void)state;
    for (int64_t day = 19723; day < 51200; day++) {
        char text[40];
        time_t t = (time_t)(day * 86400 + day % 86400);
        const struct tm *tm = gmtime(&t);
        assert_non_null(tm);
        assert_true(strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", tm) > 0);
        expect_day(text, (int64_t)t);
    }
}

static void test_limit(void **state)
{
    static char answer[OL_HTTP_DATE_SECTION_MAX + 1];
    static const char head[] = HEAD "X: ";
    static const char tail[] = "\r\nDate: " DAY "\r\n";
    struct ol_http_date s;
    int64_t unix_s = UNSET;

    (void)state;
    for (size_t over = 0; over < 2; over++) {
        size_t len = OL_HTTP_DATE_SECTION_MAX + over;
        memset(answer, 'x', sizeof answer);
        memcpy(answer, head, sizeof head - 1);
        memcpy(answer + len - (sizeof tail - 1), tail, sizeof tail - 1);
        ol_http_date_init(&s);
        assert_int_equal(ol_http_date_input(&s, answer, len, &unix_s),
                         over ? OL_E_PROTO : OL_OK);
    }
    /* Without an end, byte by byte. */
    int32_t rc = OL_E_AGAIN;
    size_t n = 0;
    ol_http_date_init(&s);
    assert_int_equal(ol_http_date_input(&s, head, sizeof head - 1, &unix_s), OL_E_AGAIN);
    for (; rc == OL_E_AGAIN; n++) {
        rc = ol_http_date_input(&s, "x", 1, &unix_s);
    }
    assert_int_equal(rc, OL_E_PROTO);
    assert_int_equal(n + sizeof head - 1, OL_HTTP_DATE_SECTION_MAX + 1);
}

/* ---- Batteries ---- */

static const char usual[] = "HTTP/1.1 100 Continue\r\n\r\n" HEAD "Date: " DAY "\r\n";

static void check_split(void *ctx, const uint8_t *head, size_t head_len,
                        const uint8_t *tail, size_t tail_len)
{
    struct ol_http_date s;
    int64_t unix_s = UNSET;

    (void)ctx;
    ol_http_date_init(&s);
    int32_t rc = ol_http_date_input(&s, head, head_len, &unix_s);
    if (tail_len > 0) {
        assert_int_equal(rc, OL_E_AGAIN);
        rc = ol_http_date_input(&s, tail, tail_len, &unix_s);
    }
    assert_int_equal(rc, OL_OK);
    assert_true(unix_s == DAY_S);
}

static void test_splits(void **state)
{
    (void)state;
    ol_battery_splits(usual, sizeof usual - 1, check_split, NULL);
}

static void check_truncated(void *ctx, const uint8_t *data, size_t len)
{
    struct ol_http_date s;
    int64_t unix_s = UNSET;

    (void)ctx;
    ol_http_date_init(&s);
    int32_t rc = ol_http_date_input(&s, data, len, &unix_s);
    assert_int_equal(rc, len == sizeof usual - 1 ? OL_OK : OL_E_AGAIN);
}

static void test_truncations(void **state)
{
    (void)state;
    ol_battery_truncations(usual, sizeof usual - 1, check_truncated, NULL);
}

/* A flipped bit may make another date of it, but one of the calendar, with its day of the week:
 * within the day, or whole weeks away. */
static void check_flipped(void *ctx, const uint8_t *data, size_t len)
{
    struct ol_http_date s;
    int64_t unix_s = UNSET;
    unsigned *same = ctx;

    ol_http_date_init(&s);
    int32_t rc = ol_http_date_input(&s, data, len, &unix_s);
    if (rc == OL_OK) {
        int64_t days = unix_s / 86400 - DAY_S / 86400;
        assert_true(days % 7 == 0 && unix_s >= INT64_C(1704067200));
        *same += unix_s == DAY_S;
        return;
    }
    assert_true(unix_s == UNSET);
    assert_true(rc == OL_E_PROTO || rc == OL_E_AGAIN);
}

static void test_bit_flips(void **state)
{
    unsigned same = 0;

    (void)state;
    ol_battery_bit_flips(usual, sizeof usual - 1, check_flipped, &same);
    /* In a reason phrase, a version's or a status' digit, or the case of "Date". */
    assert_in_range(same, 80, 160);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),       cmocka_unit_test(test_request_refuses),
        cmocka_unit_test(test_status_lines),  cmocka_unit_test(test_interim),
        cmocka_unit_test(test_fields),        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_dates_refused), cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_limit),         cmocka_unit_test(test_splits),
        cmocka_unit_test(test_truncations),   cmocka_unit_test(test_bit_flips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
