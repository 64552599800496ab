/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/app/private.h"
#include "tests/unit/firmware_rig.h"

/* A line of the log may hold what the platform sent. Control characters of ASCII were shown as '?',
 * those of the second half (U+0080 to U+009F, where U+009B begins an escape sequence) and bytes
 * that are no UTF-8 went to the terminal, which may obey them. Found by reading. */

static struct rig r;

static void log_of(const char *text)
{
    rig_clear(&r);
    app_line_log_begin(&r.app);
    ol_writer_str(&r.app.said, ol_str_from(text));
    app_line_log(&r.app, OL_LOG_ERROR);
    rig_run(&r, 50);
}

static void expect(const char *text, const char *shown)
{
    log_of(text);
    assert_non_null(strstr(rig_said(&r), shown));
}

static void test_harmless(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    expect("a\xC2\x9B"
           "2Jb",
           " a?2Jb\r\n");
    expect("a\xC2\x80-\xC2\x9F-\xC2\xA0z", " a?-?-\xC2\xA0z\r\n");
    expect("a\x9B"
           "2Jb",
           " a?2Jb\r\n");
    expect("a\xE4\xBD\xA0\xE5\xA5\xBD\xF0\x9F\x98\x80z\x1Bq",
           " a\xE4\xBD\xA0\xE5\xA5\xBD\xF0\x9F\x98\x80z?q\r\n");
    expect("a\xC0\x9B\xED\xA0\x80\xFFz", "z\r\n");
    for (const char *p = rig_said(&r); *p; p++) {
        assert_true((unsigned char)*p < 0x80);
    }
    rig_close(&r);
}

/* Where a line is cut, no half of a character is left over. */
static void test_cut(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    for (size_t from = 0; from < 3; from++) {
        char text[APP_LINE_CAP + 1] = {0};
        memset(text, 'x', sizeof(text) - 1);
        memcpy(text + APP_LINE_CAP - 2 - from, "\xE4\xBD\xA0",
               2 + from < 3 ? 2 + from : 3);
        log_of(text);
        for (const char *p = rig_said(&r); (p = strchr(p, '\xE4')) != NULL; p++) {
            assert_memory_equal(p, "\xE4\xBD\xA0", 3);
        }
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
