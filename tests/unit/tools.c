/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/backlog.h"
#include "tools/credential.h"
#include "tools/explain.h"
#include "tools/log.h"
#include "tools/options.h"
#include "tools/secret.h"
#include "tools/trouble.h"
#include "tools_help.h"

/* --- secrets ------------------------------------------------------------------------ */

static void test_secret(void **state)
{
    (void)state;
    struct cli_secret s;
    char why[256];
    const char *path = put_file("key", "  MDEyMzQ1\r\n", 12, 0600);
    assert_true(cli_secret_read(path, &s, why, sizeof(why)));
    assert_string_equal(s.text, "MDEyMzQ1");
    assert_int_equal(s.len, 8);
    static const mode_t open_modes[] = {0640, 0604, 0644, 0660, 0602, 0601, 0610};
    for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
        assert_int_equal(chmod(path, open_modes[i]), 0);
        assert_false(cli_secret_read(path, &s, why, sizeof(why)));
        assert_non_null(strstr(why, "chmod 600"));
        assert_null(strstr(why, "MDEy"));
        assert_int_equal(s.len, 0);
    }
    put_file("key", " \n\n", 3, 0600);
    assert_false(cli_secret_read(path, &s, why, sizeof(why)));
    assert_non_null(strstr(why, "is empty"));
    static char big[CLI_SECRET_MAX + 2];
    memset(big, 'x', sizeof(big));
    put_file("key", big, CLI_SECRET_MAX, 0600);
    assert_true(cli_secret_read(path, &s, why, sizeof(why)));
    assert_int_equal(s.len, CLI_SECRET_MAX);
    put_file("key", big, CLI_SECRET_MAX + 1, 0600);
    assert_false(cli_secret_read(path, &s, why, sizeof(why)));
    assert_false(cli_secret_read("/nonexistent", &s, why, sizeof(why)));
    for (size_t i = 0; i < sizeof(s.text); i++) {
        assert_int_equal(s.text[i], i < CLI_SECRET_MAX && s.len ? 'x' : 0);
    }
}

/* --- tokens ------------------------------------------------------------------------- */

#define TOKEN(res, et)                                                                   \
    "version=2018-10-31&res=" res "&et=" et                                              \
    "&method=sha256&sign=MDEyMzQ1Njc4OWFiY2RlZg%3D%3D"

static void test_token(void **state)
{
    (void)state;
    static const struct {
        const char *token;
        int64_t now_s;
        const char *reason; /* NULL: fine */
    } rows[] = {
        {TOKEN("products%2Fpid%2Fdevices%2Fboard-1", "2000000000"), 1900000000, NULL},
        {TOKEN("products/pid/devices/board-1", "2000000000"), 1900000000, NULL},
        {TOKEN("products%2Fpid", "2000000000"), 1900000000, NULL},
        {TOKEN("products%2Fpid", "2000000000"), 2000000000, NULL},
        {TOKEN("products%2Fpid", "1000000000"), 0, NULL}, /* no clock */
        {TOKEN("products%2Fpid", "1000000000"), 1900000000,
         "this token expired at 2001-09-09 01:46:40 UTC (this machine's clock says "
         "2030-03-17 17:46:40 UTC); give a new one"},
        {TOKEN("products%2Fpid%2Fdevices%2Fboard-7", "2000000000"), 1900000000,
         "this token is for devices/board-7, not for device_name board-1"},
        {TOKEN("products%2Fother%2Fdevices%2Fboard-1", "2000000000"), 1900000000,
         "this token is for products/other, not for product_id pid"},
        {TOKEN("products%2Fother", "2000000000"), 1900000000,
         "this token is for products/other, not for product_id pid"},
        {TOKEN("userid%2F7", "2000000000"), 1900000000,
         "this token is for userid/7; a device needs one for "
         "products/pid/devices/board-1 "
         "or products/pid"},
        {TOKEN("products%2Fpid%2Fdevice%2Fboard-1", "2000000000"), 1900000000,
         "this token is for products/pid/device/board-1; a device needs one for "
         "products/pid/devices/board-1 or products/pid"},
        {"MDEyMzQ1Njc4OWFiY2RlZg", 1900000000,
         "the token is not name=value pairs parted by &"},
        {"version=2018-10-31&res=products%2Fpid&et=2000000000&method=sha256", 1900000000,
         "the token lacks one of version, res, et, method, sign"},
        {"version=2018-10-31&res=products%2Fpid&et=2000000000&method=md4&sign=MDEy",
         1900000000, "the method is none of md5, sha1, sha256"},
    };
    char why[512];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool ok = cli_token_check(ol_str_from(rows[i].token), OL_STR("pid"),
                                  OL_STR("board-1"), rows[i].now_s, why, sizeof(why));
        assert_int_equal(ok, rows[i].reason == NULL);
        if (rows[i].reason) {
            assert_string_equal(why, rows[i].reason);
        }
    }
}

/* --- what is told and what waits ---------------------------------------------------- */

static void test_trouble(void **state)
{
    (void)state;
    struct cli_trouble t = {0};
    const ol_ms begin = (UINT64_C(1) << 32) - 5000;
    unsigned told = 0;
    assert_int_equal(cli_trouble_end(&t), 0);
    for (ol_ms now = begin; now < begin + 180000; now += 5000) {
        bool tell = cli_trouble_add(&t, now);
        assert_int_equal(tell, (now - begin) % 60000 == 0);
        told += tell;
    }
    assert_int_equal(told, 3);
    assert_int_equal(cli_trouble_end(&t), 36);
    assert_true(cli_trouble_add(&t, begin + 180000)); /* a new one is told at once */
}

static void test_backlog(void **state)
{
    (void)state;
    static struct cli_backlog b;
    memset(&b, 0, sizeof(b));
    /* Two properties share reports: 11 reports are one too many, not 11 values. */
    for (uint32_t i = 1; i <= 10; i++) {
        cli_backlog_add(&b, 0);
        cli_backlog_add(&b, 99);
        assert_int_equal(cli_backlog_step(&b, 2 * i, true), CLI_BACKLOG_SAME);
        assert_int_equal(b.reports, i);
    }
    cli_backlog_add(&b, 99);
    assert_int_equal(cli_backlog_step(&b, 21, true), CLI_BACKLOG_GROWS);
    cli_backlog_add(&b, 99);
    assert_int_equal(cli_backlog_step(&b, 22, true), CLI_BACKLOG_SAME);
    for (uint32_t i = 12; i > 6; i--) {
        assert_int_equal(cli_backlog_step(&b, 22, true), CLI_BACKLOG_SAME);
        cli_backlog_take(&b, 99);
    }
    assert_int_equal(cli_backlog_step(&b, 16, true), CLI_BACKLOG_SAME);
    cli_backlog_drop(&b, 0);
    cli_backlog_take(&b, 99);
    assert_int_equal(cli_backlog_step(&b, 5, true), CLI_BACKLOG_SHRINKS);
    /* The agent knows that nothing waits. */
    assert_int_equal(cli_backlog_step(&b, 0, true), CLI_BACKLOG_SAME);
    assert_int_equal(b.waiting[99], 0);
    cli_backlog_take(&b, 99); /* a value of a command */
    assert_int_equal(b.waiting[99], 0);
}

/* What gathered while offline is not what grows. */
static void test_backlog_offline(void **state)
{
    (void)state;
    static struct cli_backlog b;
    memset(&b, 0, sizeof(b));
    for (uint32_t i = 1; i <= 50; i++) {
        cli_backlog_add(&b, 3);
        assert_int_equal(cli_backlog_step(&b, i, false), CLI_BACKLOG_SAME);
    }
    assert_int_equal(cli_backlog_step(&b, 50, true), CLI_BACKLOG_SAME);
    for (uint32_t i = 50; i > 20; i--) {
        cli_backlog_take(&b, 3);
        assert_int_equal(cli_backlog_step(&b, i - 1, true), CLI_BACKLOG_SAME);
    }
    for (uint32_t i = 21; i <= 30; i++) {
        cli_backlog_add(&b, 3);
        assert_int_equal(cli_backlog_step(&b, i, true), CLI_BACKLOG_SAME);
    }
    cli_backlog_add(&b, 3);
    assert_int_equal(cli_backlog_step(&b, 31, true), CLI_BACKLOG_GROWS);
    assert_int_equal(cli_backlog_step(&b, 31, false), CLI_BACKLOG_SAME);
    assert_int_equal(cli_backlog_step(&b, 31, true), CLI_BACKLOG_SAME);
}

/* --- options ------------------------------------------------------------------------ */

static void test_options(void **state)
{
    (void)state;
    char *value = NULL;
    bool flag = false;
    const struct cli_option options[] = {{.name = "value", .value = &value},
                                         {.name = "flag", .flag = &flag}};
    char a[] = "--value", b[] = "x=y", c[] = "--flag", d[] = "--value=x=y", e[] = "--val",
         f[] = "word", g[] = "--flag=1", h[] = "--";
    assert_true(cli_options_parse("t", 3, (char *[]){a, b, c}, options, 2));
    assert_string_equal(value, "x=y");
    assert_true(flag);
    value = NULL;
    assert_true(cli_options_parse("t", 1, (char *[]){d}, options, 2));
    assert_string_equal(value, "x=y");
    assert_false(cli_options_parse("t", 1, (char *[]){d}, options, 2)); /* twice */
    value = NULL;
    assert_false(cli_options_parse("t", 1, (char *[]){a}, options, 2));
    assert_false(cli_options_parse("t", 1, (char *[]){e}, options, 2));
    assert_false(cli_options_parse("t", 1, (char *[]){f}, options, 2));
    assert_false(cli_options_parse("t", 1, (char *[]){g}, options, 2));
    assert_false(cli_options_parse("t", 1, (char *[]){h}, options, 2));
}

static void test_options_short_help(void **state)
{
    (void)state;
    bool help = false;
    char h[] = "-h";
    const struct cli_option options[] = {{.name = "help", .flag = &help}};
    assert_true(cli_options_parse("t", 1, (char *[]){h}, options, 1));
    assert_true(help);
}

/* --- log ---------------------------------------------------------------------------- */

static void test_log_wrap(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned width;
        const char *result;
    } rows[] = {
        {"", 10, ""},
        {"one two", 10, "one two"},
        {"one two three", 7, "one two\nthree"},
        {"one two three", 8, "one two\nthree"},
        {"one two three", 6, "one\ntwo\nthree"},
        {"  1. two three", 8, "  1. two\nthree"},
        {"    abcdef gh", 6, "    abcdef\ngh"},
        {"abcdefghijk l", 5, "abcdefghijk\nl"},
        {"a b", 1, "a\nb"},
        {"caf\xC3\xA9 au lait", 7, "caf\xC3\xA9 au\nlait"},
        {"\xE6\xB8\xA9\xE5\xBA\xA6 x", 5, "\xE6\xB8\xA9\xE5\xBA\xA6\nx"},
        {"\xE6\xB8\xA9\xE5\xBA\xA6 x", 6, "\xE6\xB8\xA9\xE5\xBA\xA6 x"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "%s", rows[i].text);
        cli_log_wrap(text, rows[i].width);
        assert_string_equal(text, rows[i].result);
    }
}

/* Cut, never rounded up: in 0 ms it is the second that the log itself would show. */
static void test_log_time(void **state)
{
    (void)state;
    struct timespec before, after;
    char now[9], later[9];
    do {
        clock_gettime(CLOCK_REALTIME, &before);
        cli_log_time_encode(now, 0);
        cli_log_time_encode(later, (unsigned)(999 - before.tv_nsec / 1000000));
        clock_gettime(CLOCK_REALTIME, &after);
    } while (after.tv_nsec / 1000000 != before.tv_nsec / 1000000);
    assert_string_equal(now, later);
}

static void test_explanations(void **state)
{
    (void)state;
    for (int cause = OL_AGENT_CAUSE_LINK; cause <= OL_AGENT_CAUSE_LOCAL; cause++) {
        const char *text = cli_explain_cause((enum ol_agent_cause)cause);
        bool told_otherwise =
            cause == OL_AGENT_CAUSE_TLS || cause == OL_AGENT_CAUSE_REJECTED;
        assert_int_equal(text[0] == '\0', told_otherwise);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_backlog),
        cmocka_unit_test(test_backlog_offline),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_options_short_help),
        cmocka_unit_test(test_log_wrap),
        cmocka_unit_test(test_log_time),
        cmocka_unit_test(test_explanations),
    };
    return cmocka_run_group_tests_name("tools", tests, folder_open, folder_close);
}
