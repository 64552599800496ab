/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "firmware/app/editor.h"
#include "firmware/app/message.h"
#include "firmware/app/private.h"
#include "firmware/app/source.h"
#include "firmware/app/text.h"
#include "onelink/agent/cause.h"
#include "onelink/base/utf8.h"
#include "tests/support/rng.h"

/* --- messages ----------------------------------------------------------------------- */

static const char *const texts[APP_MESSAGE_COUNT][APP_LANGUAGE_COUNT] = {
#define APP_MESSAGE(id, en, zh) [id] = {en, zh},
#include "firmware/app/messages.h"
#undef APP_MESSAGE
};

/* Which of %1 .. %6 a text has, a bit each. */
static unsigned places(const char *text)
{
    unsigned found = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '%') {
            p++;
            assert_in_range(*p, '1', '0' + APP_ARGS_MAX);
            found |= 1u << (*p - '1');
        }
    }
    return found;
}

static void every_message_is_there_in_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < APP_MESSAGE_COUNT; i++) {
        const char *en = texts[i][APP_LANGUAGE_EN], *zh = texts[i][APP_LANGUAGE_ZH];
        if (!en || !zh || en[0] == '\0' || zh[0] == '\0') {
            fail_msg("message %d lacks a language", i);
        }
        assert_true(ol_utf8_is_valid(ol_str_from(zh)));
        for (const char *p = en; *p; p++) {
            assert_in_range(*p, ' ', '~');
        }
        if (places(en) != places(zh)) {
            fail_msg("\"%s\" and \"%s\" have different arguments", en, zh);
        }
    }
}

/* A sentence of letters is another one in Chinese; what is the same is for machines. */
static void chinese_is_chinese(void **state)
{
    (void)state;
    unsigned same = 0;
    for (int i = 0; i < APP_MESSAGE_COUNT; i++) {
        same += strcmp(texts[i][APP_LANGUAGE_EN], texts[i][APP_LANGUAGE_ZH]) == 0;
    }
    assert_in_range(same, 0, 10);
}

/* Packed and unpacked, a text is what it was, to the byte. */
static void every_text_unpacks_to_itself(void **state)
{
    (void)state;
    for (unsigned i = 0; i < APP_MESSAGE_COUNT; i++) {
        for (unsigned language = 0; language < APP_LANGUAGE_COUNT; language++) {
            char text[512];
            struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
            struct app_text_reader reader;
            uint32_t code;
            app_text_open(&reader, language, i);
            while ((code = app_text_next(&reader)) != 0) {
                uint8_t utf8[4];
                ol_writer_bytes(&w, utf8, ol_utf8_encode(code, utf8));
            }
            assert_false(w.over);
            text[w.len] = '\0';
            assert_string_equal(text, texts[i][language]);
        }
    }
}

static const char *filled(enum app_message id, const struct app_arg *args, size_t count)
{
    static char text[256];
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    app_message_encode(&w, APP_LANGUAGE_EN, id, args, count);
    text[w.len] = '\0';
    return text;
}

static void arguments_are_filled_in(void **state)
{
    (void)state;
    const struct app_arg args[] = {app_text("host"), app_tenths(25), app_number(-7)};
    assert_string_equal(filled(MSG_BACKOFF, args, 3),
                        "host; next try in 2.5 s; values that wait: -7");
    assert_string_equal(filled(MSG_BACKOFF, args, 1),
                        "host; next try in  s; values that wait: ");
    const struct app_arg crash[] = {app_hex(0x10001A2C), app_hex(0), app_count(3)};
    assert_string_equal(filled(MSG_RESET_CRASH, crash, 3),
                        "started after a crash at 10001A2C, called from 00000000; 3 "
                        "starts in a row that failed");
    const struct app_arg sub[] = {app_sub(MSG_CAUSE_DNS), app_tenths(5), app_count(0)};
    assert_string_equal(filled(MSG_BACKOFF, sub, 3),
                        "the name server does not answer; next try in 0.5 s; values "
                        "that wait: 0");
    const uint64_t wide = UINT64_MAX;
    const struct ol_str span = OL_STR_INIT("span");
    const struct app_arg others[] = {app_wide(&wide), app_number(INT32_MIN),
                                     app_str(&span)};
    assert_string_equal(filled(MSG_REFUSED, others, 3),
                        "<- reply 18446744073709551615: -2147483648 span");
    const struct app_arg most[] = {app_count(UINT32_MAX)};
    assert_string_equal(filled(MSG_LOST, most, 1), "(4294967295 lines were lost)");
}

/* Causes and hints are found by their number. */
static void causes_and_hints_stand_in_order(void **state)
{
    (void)state;
    assert_int_equal(MSG_FAULT_EMPTY - MSG_FAULT_ENCODING,
                     OL_SETTING_EMPTY - OL_SETTING_ENCODING);
    assert_int_equal(MSG_FAULT_CHARACTER - MSG_FAULT_ENCODING,
                     OL_SETTING_CHARACTER - OL_SETTING_ENCODING);
    assert_int_equal(MSG_FAULT_ELSEWHERE - MSG_FAULT_ENCODING,
                     OL_SETTING_ELSEWHERE - OL_SETTING_ENCODING);
    assert_int_equal(OL_SETTING_REASON - OL_SETTING_ELSEWHERE, 1);
    assert_int_equal(MSG_RESET_CRASH - MSG_RESET_POWER,
                     APP_RESET_CRASH - APP_RESET_POWER);
    assert_int_equal(MSG_RESET_WATCHDOG - MSG_RESET_POWER,
                     APP_RESET_WATCHDOG - APP_RESET_POWER);
    assert_int_equal(MSG_CAUSE_LOCAL - MSG_CAUSE_NONE, OL_AGENT_CAUSE_LOCAL);
    assert_int_equal(MSG_CAUSE_TWIN - MSG_CAUSE_NONE, OL_AGENT_CAUSE_TWIN);
    assert_int_equal(MSG_CAUSE_REJECTED - MSG_CAUSE_NONE, OL_AGENT_CAUSE_REJECTED);
    assert_int_equal(MSG_HINT_UNPUBLISHED - MSG_HINT_NAME, OL_AGENT_HINT_UNPUBLISHED);
    assert_int_equal(MSG_HINT_EXPIRED - MSG_HINT_NAME, OL_AGENT_HINT_EXPIRED);
}

/* Every day that 32 bits of seconds reach, against the C library. */
static void dates_are_the_calendars(void **state)
{
    (void)state;
    for (uint32_t day = 0; day < UINT32_MAX / 86400; day++) {
        char text[APP_DATE_CAP], expected[64];
        time_t t = (time_t)day * 86400 + day % 86400;
        struct tm tm;
        assert_non_null(gmtime_r(&t, &tm));
        assert_int_equal(
            strftime(expected, sizeof(expected), "%Y-%m-%d %H:%M:%S UTC", &tm),
            APP_DATE_CAP - 1);
        assert_string_equal(app_date_encode(text, (int64_t)t * 1000 + 999), expected);
    }
}

/* --- editor ------------------------------------------------------------------------- */

#define UP    "\x1B[A"
#define DOWN  "\x1B[B"
#define RIGHT "\x1B[C"
#define LEFT  "\x1B[D"

static struct app_editor e;
static char line[APP_LINE_CAP + 1];
static char screen[65536];

static void drain(void)
{
    size_t len, at = strlen(screen);
    const char *out;
    while ((out = app_editor_output(&e, &len)) != NULL) {
        if (at + len < sizeof(screen)) {
            memcpy(screen + at, out, len);
            at += len;
        }
        app_editor_output_done(&e, len);
    }
    screen[at] = '\0';
}

/* Types, and gives the last line that was ended ("(none)", "(long)"). */
static const char *type_bytes(const char *text, size_t len)
{
    strcpy(line, "(none)");
    screen[0] = '\0';
    for (size_t i = 0; i < len; i++) {
        enum app_typed typed = app_editor_input(&e, text[i]);
        if (typed == APP_TYPED_LINE) {
            struct ol_str s = app_editor_line(&e);
            memcpy(line, s.ptr, s.len);
            line[s.len] = '\0';
        } else if (typed == APP_TYPED_LONG) {
            strcpy(line, "(long)");
        }
        if (typed != APP_TYPED_NOTHING) {
            app_editor_prompt(&e);
        }
        drain();
    }
    return line;
}

static const char *type(const char *text)
{
    return type_bytes(text, strlen(text));
}

static int begin(void **state)
{
    (void)state;
    app_editor_init(&e);
    app_editor_prompt(&e);
    return 0;
}

static void lines_end_as_terminals_end_them(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        size_t len;
        const char *line;
    } rows[] = {{"a\r", 2, "a"},           {"b\n", 2, "b"},   {"c\r\n", 3, "c"},
                {"d\r\0", 3, "d"},         {"\n", 1, ""},     {"e\n\r", 3, ""},
                {"  f g \t \r", 9, "f g"}, {"h", 1, "(none)"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin(NULL);
        assert_string_equal(type_bytes(rows[i].typed, rows[i].len), rows[i].line);
    }
}

static void editing(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *line;
    } rows[] = {
        {"hlp" LEFT LEFT "e\r", "help"},
        {"helpp\b\r", "help"},
        {"helpp\x7F\r", "help"},
        {"elp\x1B[Hh\r", "help"},
        {"elp\x01h\x05!\r", "help!"},
        {"elp\x1B[1~h\x1B[4~!\r", "help!"},
        {"elp\x1BOHh\x1BOF!\r", "help!"},
        {"xhelp\x01\x1B[3~\r", "help"},
        {"help me\x17you\r", "help you"},
        {"help me" LEFT LEFT "\x0B\r", "help"},
        {"xx help" LEFT LEFT LEFT LEFT "\x15\r", "help"},
        {"junk\x03help\r", "help"},
        {"help" LEFT LEFT LEFT LEFT LEFT LEFT "x\r", "xhelp"},
        {"help" RIGHT RIGHT "x\r", "helpx"},
        {"\b\b\x1B[3~help\r", "help"},
        {"he\x1B[1;5Clp\r", "help"},      /* Ctrl-right counts as right */
        {"he\x1B[99999999xlp\r", "help"}, /* unknown keys do nothing */
        {"he\x1B\x1B[Dx\r", "hxe"},
        {"he\x02\x0C\x1Dlp\r", "help"},
        {"set\ta\r", "set a"},
        {"\xE4\xBD\xA0\xE5\xA5\xBD" LEFT "x\r", "\xE4\xBD\xA0x\xE5\xA5\xBD"},
        {"\xE4\xBD\xA0\xE5\xA5\xBD\b\r", "\xE4\xBD\xA0"},
        {"\xE4\xBD\xA0\xE5\xA5\xBD\x01\x1B[3~\r", "\xE5\xA5\xBD"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin(NULL);
        if (strcmp(type(rows[i].typed), rows[i].line) != 0) {
            fail_msg("row %u: \"%s\" instead of \"%s\"", (unsigned)i, line, rows[i].line);
        }
    }
}

static void history(void **state)
{
    (void)state;
    type("one\rtwo\rtwo\r\r");
    assert_string_equal(type(UP "\r"), "two");
    assert_string_equal(type(UP UP "\r"), "one");
    type("three\r");
    assert_string_equal(type(UP UP UP DOWN "!\r"),
                        "one!"); /* three, one, two, then down */
    assert_string_equal(type(UP DOWN "new\r"), "new");
    assert_string_equal(type(UP UP UP UP UP UP UP UP UP UP UP UP "\r"), "one");
}

static void history_forgets_the_oldest(void **state)
{
    (void)state;
    char text[64];
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "a command of some length, number %d\r", i);
        type(text);
    }
    assert_string_equal(type(UP "\r"), "a command of some length, number 99");
    assert_string_equal(type(UP UP "\r"), "a command of some length, number 98");
    for (int i = 0; i < 300; i++) {
        text[0] = '\0';
        assert_string_equal(type(UP), "(none)");
    }
    assert_non_null(strstr(type("\r"), "a command"));
}

static void a_secret_is_neither_shown_nor_kept(void **state)
{
    (void)state;
    static const char *const typed[] = {
        "set device_key S3cret+/=\r", "set  product_key=S3cret\r",
        "  set token   S3cret\r", "set device_key S3cret" LEFT LEFT "S3cret" LEFT "\r",
        "set device_key S3cret\x01\x05\b\b\r"};
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        begin(NULL);
        type("status\r");
        type(typed[i]);
        assert_null(strstr(screen, "3c"));
        assert_null(strstr(screen, "cret"));
        assert_non_null(strstr(screen, "***"));
        assert_string_equal(type(UP "\r"), "status");
        assert_null(strstr(screen, "cret"));
    }
    begin(NULL);
    type("set device_name S3cret\r"); /* no secret */
    assert_non_null(strstr(screen, "S3cret"));
}

static void a_log_line_goes_above_a_secret_being_typed(void **state)
{
    (void)state;
    type("set device_key S3cret");
    app_editor_say(&e, OL_STR("12.3 online"));
    drain();
    assert_non_null(strstr(screen, "\r\x1B[K12.3 online\r\n"));
    assert_non_null(strstr(screen, "> set device_key ******"));
    assert_null(strstr(screen, "S3"));
    assert_string_equal(type("\r"), "set device_key S3cret");
}

static void a_line_that_is_too_long_is_dropped(void **state)
{
    (void)state;
    char text[APP_LINE_CAP + 2];
    memset(text, 'x', sizeof(text));
    text[APP_LINE_CAP] = '\r';
    assert_int_equal(strlen(type_bytes(text, APP_LINE_CAP + 1)), APP_LINE_CAP);
    text[APP_LINE_CAP] = 'x';
    text[APP_LINE_CAP + 1] = '\r';
    assert_string_equal(type_bytes(text, APP_LINE_CAP + 2), "(long)");
    assert_string_equal(type("help\r"), "help");
    assert_string_equal(type_bytes(text, APP_LINE_CAP + 1), "(none)");
    assert_string_equal(type("\x03"
                             "help\r"),
                        "help"); /* Ctrl-C forgets it */
}

static void lines_without_room_are_counted(void **state)
{
    (void)state;
    static const char text[] = "twenty bytes of text";
    unsigned said = 0;
    for (; app_editor_take_lost(&e) == 0 && said < 1000; said++) {
        app_editor_say(&e, OL_STR(text));
    }
    assert_in_range(said, 15, 40);
    app_editor_say(&e, OL_STR(text));
    app_editor_say(&e, OL_STR(text));
    assert_int_equal(app_editor_take_lost(&e), 2);
    assert_false(app_editor_has_room(&e));
    drain();
    assert_true(app_editor_has_room(&e));
    assert_string_equal(type("help\r"), "help");
}

/* Whatever is typed, the editor holds and stays usable. */
static void any_bytes(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        UP,     DOWN,         LEFT,           RIGHT, "\x1B[3~", "\r",
        "\x03", "set token ", "\xE4\xBD\xA0", "\b",  "\x1B["};
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_firmware_text", 7));
    for (int i = 0; i < 200000; i++) {
        uint64_t pick = ol_rng_u64(&rng);
        char byte = (char)(pick >> 8);
        if (pick % 3 == 0) {
            type(pieces[(pick >> 16) % (sizeof(pieces) / sizeof(pieces[0]))]);
        } else if (pick % 50 == 1) {
            app_editor_say(&e, OL_STR("a line"));
        } else {
            type_bytes(&byte, 1);
        }
        assert_true(e.cursor <= e.line_len && e.line_len <= APP_LINE_CAP);
        assert_true(e.history_len <= APP_HISTORY_CAP);
    }
    type("\x03\r");
    assert_string_equal(type("help\r"), "help");
}

/* --- sources ------------------------------------------------------------------------ */

static void chip_temperature_is_the_datasheets(void **state)
{
    (void)state;
    assert_int_equal(app_chip_temperature(876), 271);  /* 0.7057 V */
    assert_int_equal(app_chip_temperature(891), 201);  /* 0.7178 V */
    assert_int_equal(app_chip_temperature(700), 1095); /* 0.5640 V */
    assert_int_equal(app_chip_temperature(0), 4372);
    assert_int_equal(app_chip_temperature(4095), -14798);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_there_in_both_languages),
        cmocka_unit_test(chinese_is_chinese),
        cmocka_unit_test(every_text_unpacks_to_itself),
        cmocka_unit_test(arguments_are_filled_in),
        cmocka_unit_test(causes_and_hints_stand_in_order),
        cmocka_unit_test(dates_are_the_calendars),
        cmocka_unit_test_setup(lines_end_as_terminals_end_them, begin),
        cmocka_unit_test_setup(editing, begin),
        cmocka_unit_test_setup(history, begin),
        cmocka_unit_test_setup(history_forgets_the_oldest, begin),
        cmocka_unit_test_setup(a_secret_is_neither_shown_nor_kept, begin),
        cmocka_unit_test_setup(a_log_line_goes_above_a_secret_being_typed, begin),
        cmocka_unit_test_setup(a_line_that_is_too_long_is_dropped, begin),
        cmocka_unit_test_setup(lines_without_room_are_counted, begin),
        cmocka_unit_test_setup(any_bytes, begin),
        cmocka_unit_test(chip_temperature_is_the_datasheets),
    };
    return cmocka_run_group_tests_name("firmware_text", tests, NULL, NULL);
}
