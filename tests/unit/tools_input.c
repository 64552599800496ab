/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/command.h"
#include "tools/file.h"
#include "tools/lines.h"
#include "tools/model.h"
#include "tools/source.h"
#include "tools_help.h"

/* --- sources and commands ----------------------------------------------------------- */

static struct ol_settings settings;
static struct ol_settings_property table[2];

static const struct ol_settings_property *property(const char *text)
{
    struct ol_setting_error err;
    ol_settings_init(&settings, table, 2);
    assert_int_equal(ol_settings_input(&settings, ol_str_from(text), &err), OL_OK);
    return &table[0];
}

static struct cli_source source(const char *text)
{
    struct cli_source s;
    struct ol_setting_error err;
    assert_true(cli_source_init(&s, property(text), &err));
    return s;
}

static void test_source_file(void **state)
{
    (void)state;
    char text[256], why[256];
    static struct cli_source_room room;
    struct ol_onenet_value v;
    const char *path = put_file("a", "x 1 45312\nsecond\n", 17, 0644);
    snprintf(text, sizeof(text),
             "property.t.source=file:%s\nproperty.t.field=2\nproperty.t.scale=0.001\n"
             "property.t.offset=-312",
             path);
    struct cli_source s = source(text);
    assert_int_equal(s.kind, CLI_SOURCE_FILE);
    assert_true(cli_source_read(&s, 0, false, &room, &v, why, sizeof(why)));
    check_dec(v.as.dec, "45");
    assert_true(cli_source_read(&s, 0, true, &room, &v, why, sizeof(why)));
    assert_true(v.kind == OL_ONENET_VALUE_STRING);
    assert_true(ol_str_equal(v.as.s, OL_STR("x 1 45312")));
    put_file("a", "no number", 9, 0644);
    assert_false(cli_source_read(&s, 0, false, &room, &v, why, sizeof(why)));
    assert_non_null(strstr(why, "has no number in field 2"));
    unlink(path);
    assert_false(cli_source_read(&s, 0, false, &room, &v, why, sizeof(why)));
    assert_non_null(strstr(why, "No such file"));
    s = source("property.t.source=file:/proc/loadavg");
    assert_true(cli_source_read(&s, 0, false, &room, &v, why, sizeof(why)));
    s = source("property.t.source=file:/tmp");
    assert_false(cli_source_read(&s, 0, false, &room, &v, why, sizeof(why)));
}

static void test_source_long_file(void **state)
{
    (void)state;
    static char big[2 * CLI_SOURCE_TEXT_MAX];
    static struct cli_source_room room;
    char text[256], why[256];
    struct ol_onenet_value v;
    memset(big, 'x', sizeof(big));
    snprintf(text, sizeof(text), "property.t.source=file:%s",
             put_file("b", big, sizeof(big), 0644));
    struct cli_source s = source(text);
    assert_false(cli_source_read(&s, 0, true, &room, &v, why, sizeof(why)));
    assert_non_null(strstr(why, "too long"));
    assert_false(cli_source_read(&s, 0, false, &room, &v, why, sizeof(why)));
}

static void test_source_settings(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"property.t.source=files:/x", "there is no such source"},
        {"property.t.source=file:", "file: without a path"},
        {"property.t.source=sim:", "there is no such simulation"},
        {"property.t.source=stdio\nproperty.t.scale=2",
         "has a meaning for a file: source alone"},
        {"property.t.field=2", "has a meaning for a file: source alone"},
    };
    struct cli_source s;
    struct ol_setting_error err;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_false(cli_source_init(&s, property(rows[i].text), &err));
        assert_int_equal(err.problem, OL_SETTING_REASON);
        assert_string_equal(err.reason, rows[i].reason);
        assert_true(err.line > 0);
    }
    assert_int_equal(source("property.t.source=stdio").kind, CLI_SOURCE_STDIO);
    assert_int_equal(source("property.t.command=keep").kind, CLI_SOURCE_NONE);
}

static void check_file(const char *path, const char *expected)
{
    char buf[64];
    int n = cli_file_peek(path, buf, sizeof(buf) - 1);
    assert_true(n >= 0);
    buf[n] = '\0';
    assert_string_equal(buf, expected);
}

static void test_command(void **state)
{
    (void)state;
    char text[256], path[128], why[256];
    struct cli_command c;
    struct ol_setting_error err;
    assert_true(cli_command_init(&c, property("property.t.field=1"), &err));
    assert_int_equal(c.kind, CLI_COMMAND_KEEP);
    assert_true(cli_command_init(&c, property("property.t.command=stdout"), &err));
    assert_int_equal(c.kind, CLI_COMMAND_STDOUT);
    assert_false(cli_command_init(&c, property("property.t.command=file:"), &err));
    assert_false(cli_command_init(&c, property("property.t.command=exec:rm"), &err));
    assert_string_equal(err.reason, "there is no such command");
    snprintf(path, sizeof(path), "%s/out", folder);
    snprintf(text, sizeof(text), "property.t.command=file:%s", path);
    assert_true(cli_command_init(&c, property(text), &err));
    assert_true(cli_command_check(&c, why, sizeof(why)));
    struct ol_onenet_value v = ol_onenet_value_bool(true);
    assert_true(cli_command_write(&c, &v, why, sizeof(why)));
    check_file(path, "1\n");
    v = ol_onenet_value_dec(dec("-23.5"));
    assert_true(cli_command_write(&c, &v, why, sizeof(why)));
    check_file(path, "-23.5\n");
    v = ol_onenet_value_str(OL_STR("a\\u00e9b"));
    v.escaped = true;
    assert_true(cli_command_write(&c, &v, why, sizeof(why)));
    check_file(path, "a\xC3\xA9"
                     "b\n");
    v = ol_onenet_value_bool(false);
    assert_true(cli_command_write(&c, &v, why, sizeof(why)));
    check_file(path, "0\n");
    snprintf(text, sizeof(text), "property.t.command=file:%s/none/out", folder);
    assert_true(cli_command_init(&c, property(text), &err));
    assert_false(cli_command_check(&c, why, sizeof(why)));
    assert_false(cli_command_write(&c, &v, why, sizeof(why)));
    assert_non_null(strstr(why, "No such file"));
}

/* --- lines -------------------------------------------------------------------------- */

static struct cli_lines lines;
static struct cli_outbox outbox;

static void test_lines_every_split(void **state)
{
    (void)state;
    static const char text[] = "one\n\ntwo\r\nthree";
    static const char *const expected[] = {"one", "", "two\r", "three"};
    for (size_t split = 0; split <= strlen(text); split++) {
        int fds[2];
        size_t seen = 0;
        struct ol_str line;
        bool too_long;
        memset(&lines, 0, sizeof(lines));
        assert_int_equal(pipe(fds), 0);
        for (int part = 0; part < 3; part++) {
            size_t from = part == 0 ? 0 : split, to = part == 0 ? split : strlen(text);
            if (part < 2 && to > from) {
                assert_int_equal(write(fds[1], text + from, to - from), to - from);
                cli_lines_input(&lines, fds[0]);
            } else if (part == 2) {
                close(fds[1]);
                cli_lines_input(&lines, fds[0]);
            }
            while (cli_lines_next(&lines, &line, &too_long)) {
                assert_true(seen < 4 && !too_long);
                assert_true(ol_str_equal(line, ol_str_from(expected[seen])));
                assert_int_equal(lines.number, ++seen);
            }
        }
        assert_true(lines.ended);
        assert_int_equal(seen, 4);
        close(fds[0]);
    }
}

static void test_lines_too_long(void **state)
{
    (void)state;
    char path[128];
    static char text[3 * CLI_LINE_MAX + 16];
    static const size_t lengths[] = {CLI_LINE_MAX, CLI_LINE_MAX + 1,
                                     2 * CLI_LINE_MAX + 5};
    for (size_t i = 0; i < 3; i++) {
        struct ol_str line = {NULL, 0};
        bool too_long = false;
        size_t count = 0;
        memset(text, 'x', lengths[i]);
        memcpy(text + lengths[i], "\nok", 3);
        snprintf(path, sizeof(path), "%s", put_file("a", text, lengths[i] + 3, 0644));
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        memset(&lines, 0, sizeof(lines));
        while (!lines.ended) {
            cli_lines_input(&lines, fileno(f));
            while (cli_lines_next(&lines, &line, &too_long)) {
                count++;
                assert_int_equal(lines.number, count);
                assert_int_equal(too_long, count == 1 && lengths[i] > CLI_LINE_MAX);
                assert_int_equal(line.len, count == 2 ? 2 : too_long ? 0 : CLI_LINE_MAX);
            }
        }
        assert_int_equal(count, 2);
        fclose(f);
    }
}

static void test_outbox(void **state)
{
    (void)state;
    int fds[2];
    char buf[64];
    memset(&outbox, 0, sizeof(outbox));
    assert_int_equal(pipe(fds), 0);
    assert_true(cli_outbox_put(&outbox, OL_STR("{\"a\":\n1}")));
    assert_true(cli_outbox_put(&outbox, OL_STR("{}")));
    cli_outbox_flush(&outbox, fds[1]);
    ssize_t n = read(fds[0], buf, sizeof(buf));
    assert_int_equal(n, 12);
    assert_memory_equal(buf, "{\"a\": 1}\n{}\n", 12);
    static char big[sizeof(outbox.buf)];
    memset(big, 'x', sizeof(big));
    assert_false(cli_outbox_put(&outbox, ol_str_make(big, sizeof(big))));
    assert_true(cli_outbox_put(&outbox, ol_str_make(big, sizeof(big) - 1)));
    assert_false(cli_outbox_put(&outbox, OL_STR("")));
    close(fds[0]);
    cli_outbox_flush(&outbox, fds[1]);
    assert_true(outbox.broken && outbox.len == 0);
    assert_false(cli_outbox_put(&outbox, OL_STR("")));
    close(fds[1]);
}

/* --- model -------------------------------------------------------------------------- */

static void test_model_from_settings(void **state)
{
    (void)state;
    struct cli_model m;
    struct ol_setting_error err;
    property("property.t.type=float\nproperty.l.type=bool\nproperty.l.command=keep");
    assert_true(cli_model_make(&settings, &m, &err));
    assert_int_equal(m.model.property_count, 2);
    assert_int_equal(m.model.fields[0].type, OL_ONENET_FLOAT);
    assert_false(m.model.fields[0].writable);
    assert_int_equal(m.model.fields[1].type, OL_ONENET_BOOL);
    assert_true(m.model.fields[1].writable);
    assert_int_equal(ol_onenet_property_find(&m.model, OL_STR("l")), 1);
    assert_true(ol_str_equal(cli_model_nearest(&m.model, OL_STR("l1")), OL_STR("l")));
    assert_int_equal(cli_model_nearest(&m.model, OL_STR("humi")).len, 0);
    cli_model_free(&m);
    property("property.t.source=stdio");
    assert_false(cli_model_make(&settings, &m, &err));
    assert_int_equal(err.problem, OL_SETTING_MISSING);
    assert_true(ol_str_equal(err.key, OL_STR("t")));
}

static void test_model_file(void **state)
{
    (void)state;
    struct cli_model m;
    char why[512];
    static const char wrong[] =
        "{\"properties\":[{\"identifier\":\"t\",\"accessMode\":\"r\","
        "\"dataType\":{\"type\":\"float\",\"specs\":{\"min\":\"5\",\"max\":\"1\"}}}]}";
    static const char right[] =
        "\xEF\xBB\xBF{\"properties\":[{\"identifier\":\"t\",\"accessMode\":\"rw\","
        "\"dataType\":{\"type\":\"float\",\"specs\":{\"min\":\"1\",\"max\":\"5\"}}}]}";
    const char *path = put_file("model.json", wrong, strlen(wrong), 0644);
    assert_false(cli_model_load(path, &m, why, sizeof(why)));
    assert_non_null(strstr(why, "model.json: properties[0].dataType.specs"));
    put_file("model.json", "{\n\"properties\": [\n  oops\n]}", 26, 0644);
    assert_false(cli_model_load(path, &m, why, sizeof(why)));
    assert_non_null(strstr(why, "the text is not JSON (line 3, byte 20)"));
    put_file("model.json", "{\"properties\":\n7}", 17, 0644);
    assert_false(cli_model_load(path, &m, why, sizeof(why)));
    assert_non_null(strstr(why, "model.json: properties: an array is needed here and a "
                                "number is there (line 2, byte 15)"));
    put_file("model.json", right, strlen(right), 0644);
    assert_true(cli_model_load(path, &m, why, sizeof(why)));
    assert_int_equal(m.model.property_count, 1);
    assert_true(m.model.fields[0].writable);
    cli_model_free(&m);
    assert_false(cli_model_load("/nonexistent", &m, why, sizeof(why)));
    assert_non_null(strstr(why, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_file),
        cmocka_unit_test(test_source_long_file),
        cmocka_unit_test(test_source_settings),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_lines_every_split),
        cmocka_unit_test(test_lines_too_long),
        cmocka_unit_test(test_outbox),
        cmocka_unit_test(test_model_from_settings),
        cmocka_unit_test(test_model_file),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("tools: input", tests, folder_open, folder_close);
}
