/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "onelink/json/arith.h"
#include "tools/backlog.h"
#include "tools/command.h"
#include "tools/credential.h"
#include "tools/decimal.h"
#include "tools/explain.h"
#include "tools/file.h"
#include "tools/lines.h"
#include "tools/log.h"
#include "tools/misfit.h"
#include "tools/model.h"
#include "tools/options.h"
#include "tools/secret.h"
#include "tools/sim.h"
#include "tools/source.h"
#include "tools/trouble.h"

/* --- a folder for files of a test --------------------------------------------------- */

static char folder[64];

static int folder_open(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/onelink-tools-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_close(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "key", "out", "model.json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static const char *put_file(const char *name, const char *text, size_t len, mode_t mode)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

/* --- decimals ----------------------------------------------------------------------- */

static void check_dec(struct ol_dec d, const char *expected)
{
    char text[64];
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    ol_dec_encode(&w, d);
    assert_int_equal(ol_writer_status(&w), OL_OK);
    text[w.len] = '\0';
    assert_string_equal(text, expected);
}

static struct ol_dec dec(const char *text)
{
    struct ol_dec d = {0, 0};
    assert_int_equal(ol_dec_decode(ol_str_from(text), &d), OL_OK);
    return d;
}

static void test_decimal_arithmetic(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *offset, *scale, *result;
    } rows[] = {
        {"45312", "0", "0.001", "45.312"}, /* thermal zone */
        {"27315", "-27315", "0.01", "0"},
        {"1523", "-400", "0.0625", "70.1875"}, /* IIO: (raw + offset) * scale */
        {"0.1", "0.2", "1", "0.3"},            /* not 0.30000000000000004 */
        {"-5", "0.5", "2", "-9"},
        {"900000000000000000", "1", "1", "900000000000000001"},
        {"5e200", "0", "1e100", "5e300"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ol_dec d;
        assert_int_equal(ol_dec_add(dec(rows[i].raw), dec(rows[i].offset), &d), OL_OK);
        assert_int_equal(ol_dec_multiply(d, dec(rows[i].scale), &d), OL_OK);
        check_dec(d, rows[i].result);
    }
}

static void test_decimal_too_long(void **state)
{
    (void)state;
    struct ol_dec d = {7, 7};
    assert_int_equal(ol_dec_multiply(dec("123456789012"), dec("123456789012"), &d),
                     OL_E_NOSPC);
    assert_int_equal(ol_dec_add(dec("123456789012345678"), dec("1e-6"), &d), OL_E_NOSPC);
    assert_int_equal(ol_dec_add(dec("9e300"), dec("1"), &d), OL_E_NOSPC);
    assert_true(d.mantissa == 7 && d.exponent == 7);
}

static void test_decimal_find(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned field;
        const char *result; /* NULL: none */
    } rows[] = {
        {"0.20 0.18 0.12 1/80 11206\n", 1, "0.2"},
        {"0.20 0.18 0.12 1/80 11206\n", 3, "0.12"},
        {"0.20 0.18 0.12 1/80 11206\n", 5, "80"},
        {"0.20 0.18 0.12 1/80 11206\n", 6, "11206"},
        {"0.20 0.18 0.12 1/80 11206\n", 7, NULL},
        {"45312\n", 1, "45312"},
        {"-12", 1, "-12"},
        {"MemTotal:       16309580 kB\n", 1, "16309580"},
        {"temp1: +45.5C (high = +80.0C)", 1, "45.5"},
        {"temp1: +45.5C (high = +80.0C)", 2, "80"},
        {"007", 1, "7"},
        {"-00.50", 1, "-0.5"},
        {".5", 1, "0.5"},
        {"5.", 1, "5"},
        {"1e3", 1, "1000"},
        {"1e", 1, "1"},
        {"2026-11-24", 2, "11"},
        {"eth0 v1.2.3 0x1F 5", 1, "5"},
        {"12_3 4", 1, "4"},
        {"a=1,b=2;c=3", 3, "3"},
        {"", 1, NULL},
        {"none", 1, NULL},
        {"-", 1, NULL},
        {"1234567890123456789012", 1, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ol_dec d;
        bool found = cli_dec_find(ol_str_from(rows[i].text), rows[i].field, &d);
        if (found != (rows[i].result != NULL)) {
            fail_msg("%s, field %u", rows[i].text, rows[i].field);
        }
        if (found) {
            check_dec(d, rows[i].result);
        }
    }
}

/* --- simulation --------------------------------------------------------------------- */

static struct cli_sim sim(const char *text)
{
    struct cli_sim s;
    const char *reason, *allowed;
    assert_true(cli_sim_decode(ol_str_from(text), &s, &reason, &allowed));
    return s;
}

static void check_sim(struct cli_sim *s, ol_ms elapsed, const char *expected)
{
    struct ol_dec d;
    assert_true(cli_sim_next(s, elapsed, &d));
    check_dec(d, expected);
}

static void test_sim(void **state)
{
    (void)state;
    struct cli_sim sine = sim("sine,min=18,max=28,period=60");
    check_sim(&sine, 0, "23");
    check_sim(&sine, 15000, "28");
    check_sim(&sine, 45000, "18");
    check_sim(&sine, 60000, "23");
    check_sim(&sine, UINT64_C(60000) * 1000000, "23");
    sine = sim("sine,min=5,max=5.0");
    check_sim(&sine, 7000, "5");
    struct cli_sim ramp = sim("ramp,min=-1,max=1,period=2");
    check_sim(&ramp, 0, "-1");
    check_sim(&ramp, 1000, "0");
    check_sim(&ramp, 1999, "0.999");
    check_sim(&ramp, 2000, "-1");
    struct cli_sim counter = sim("counter");
    check_sim(&counter, 0, "1");
    check_sim(&counter, 0, "2");
    counter = sim("counter,start=10,step=-0.5");
    check_sim(&counter, 0, "10");
    check_sim(&counter, 0, "9.5");
}

static void test_sim_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"", "there is no such simulation"},
        {"cosine", "there is no such simulation"},
        {"sine,phase=1", "the simulation has no such option"},
        {"sine,min", "the simulation has no such option"},
        {"sine,,", "the simulation has no such option"},
        {"counter,period=1", "the simulation has no such option"},
        {"sine,min=x", "an option of the simulation is not a number"},
        {"ramp,period=0", "the period of the simulation is not above 0"},
        {"ramp,period=-1", "the period of the simulation is not above 0"},
        {"sine,min=50,max=10", "the min of the simulation is above its max"},
        {"ramp,min=1.5", "the min of the simulation is above its max"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cli_sim s;
        const char *reason = NULL, *allowed = NULL;
        assert_false(cli_sim_decode(ol_str_from(rows[i].text), &s, &reason, &allowed));
        assert_string_equal(reason, rows[i].reason);
        assert_non_null(allowed);
    }
}

static void test_sim_too_long(void **state)
{
    (void)state;
    struct ol_dec d;
    struct cli_sim s = sim("ramp,min=0,max=1e300");
    assert_false(cli_sim_next(&s, 30000, &d));
    s = sim("counter,start=0.000000000000000001,step=1000");
    check_sim(&s, 0, "1e-18");
    assert_false(cli_sim_next(&s, 0, &d));
}

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

/* --- values that do not fit --------------------------------------------------------- */

static const struct ol_onenet_label labels[] = {
    {0, OL_STR_INIT("off")}, {1, OL_STR_INIT("slow")}, {7, OL_STR_INIT("fast")}};
static const struct ol_onenet_field fields[] = {
    {.identifier = OL_STR_INIT("count"),
     .type = OL_ONENET_INT32,
     .has_min = true,
     .has_max = true,
     .max = {1000, 0}},
    {.identifier = OL_STR_INIT("five"),
     .type = OL_ONENET_INT64,
     .has_step = true,
     .step = {5, 0}},
    {.identifier = OL_STR_INIT("temp"),
     .type = OL_ONENET_FLOAT,
     .has_min = true,
     .min = {-405, -1},
     .has_max = true,
     .max = {85, 0},
     .has_step = true,
     .step = {1, -1}},
    {.identifier = OL_STR_INIT("low"),
     .type = OL_ONENET_DOUBLE,
     .has_min = true,
     .min = {1, 0}},
    {.identifier = OL_STR_INIT("high"),
     .type = OL_ONENET_DOUBLE,
     .has_max = true,
     .max = {1, 0}},
    {.identifier = OL_STR_INIT("free"), .type = OL_ONENET_FLOAT},
    {.identifier = OL_STR_INIT("door"), .type = OL_ONENET_BOOL},
    {.identifier = OL_STR_INIT("mode"), .type = OL_ONENET_ENUM, .label_count = 3},
    {.identifier = OL_STR_INIT("note"), .type = OL_ONENET_STRING, .length = 4},
    {.identifier = OL_STR_INIT("text"), .type = OL_ONENET_STRING},
    {.identifier = OL_STR_INIT("since"), .type = OL_ONENET_DATE},
    {.identifier = OL_STR_INIT("list"), .type = OL_ONENET_ARRAY},
};
static const struct ol_onenet_model small = {.fields = fields,
                                             .field_count = 12,
                                             .property_count = 12,
                                             .labels = labels,
                                             .label_count = 3};

/* A value as standard input gives it. */
static struct ol_onenet_value value_of(const char *text)
{
    struct ol_str s = ol_str_from(text);
    if (text[0] == '"') {
        return ol_onenet_value_str(ol_str_make(text + 1, s.len - 2));
    }
    if (text[0] == '{' || text[0] == '[') {
        return ol_onenet_value_json(s);
    }
    return text[0] == 't' ? ol_onenet_value_bool(true) : ol_onenet_value_dec(dec(text));
}

static void test_misfit(void **state)
{
    (void)state;
    static const struct {
        const char *identifier, *value, *sentence;
    } rows[] = {
        {"count", "5000", "count = 5000 is out of range; allowed: 0 to 1000"},
        {"count", "-0.6", "count = -0.6 is out of range; allowed: 0 to 1000"},
        {"count", "\"a\"",
         "count = \"a\" is of another type; allowed: a number, 0 to 1000"},
        {"five", "1e19",
         "five = 10000000000000000000 is out of range; allowed: -9223372036854775808 to "
         "9223372036854775807"},
        {"temp", "99", "temp = 99 is out of range; allowed: -40.5 to 85"},
        {"low", "0.5", "low = 0.5 is out of range; allowed: 1 or more"},
        {"high", "1.5", "high = 1.5 is out of range; allowed: 1 or less"},
        {"free", "\"x\"",
         "free = \"x\" is of another type; allowed: a number, what the type can hold"},
        {"door", "2", "door = 2 is out of range; allowed: true, false, 1, 0"},
        {"mode", "2", "mode = 2 is not one of the values; allowed: 0, 1, 7"},
        {"note", "\"abcde\"",
         "note = \"abcde\" is too long; allowed: a string of at most 4 characters"},
        {"note", "5",
         "note = 5 is of another type; allowed: a string of at most 4 characters"},
        {"text", "true", "text = true is of another type; allowed: a string"},
        {"since", "-1",
         "since = -1 is out of range; allowed: a whole number that is not negative"},
        {"list", "{\"a\":1}",
         "list = {\"a\":1} is of another type; allowed: what the model says"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int32_t index = ol_onenet_property_find(&small, ol_str_from(rows[i].identifier));
        struct ol_onenet_value in = value_of(rows[i].value), out;
        char text[512];
        struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
        enum ol_onenet_value_error error =
            ol_onenet_value_convert(&small, &fields[index], &in, &out);
        cli_misfit_encode(&w, &small, &fields[index], &in, error);
        assert_int_equal(ol_writer_status(&w), OL_OK);
        text[w.len] = '\0';
        assert_string_equal(text, rows[i].sentence);
    }
}

/* A long value is cut before a character, not in it. */
static void test_misfit_long(void **state)
{
    (void)state;
    char long_text[200], text[512];
    memset(long_text, 'x', sizeof(long_text));
    memcpy(long_text + 63, "\xE6\xB8\xA9", 3);
    struct ol_onenet_value in =
        ol_onenet_value_str(ol_str_make(long_text, sizeof(long_text)));
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    cli_misfit_encode(&w, &small, &fields[9], &in, OL_ONENET_VALUE_LENGTH);
    text[w.len] = '\0';
    long_text[63] = '\0';
    char expected[512];
    snprintf(expected, sizeof(expected),
             "text = \"%s...\" is too long; allowed: what one report has room for",
             long_text);
    assert_string_equal(text, expected);
}

static void test_rounding(void **state)
{
    (void)state;
    static const struct {
        const char *identifier, *value, *sentence; /* NULL: nothing to say */
    } rows[] = {
        {"count", "5.5", "count takes whole numbers: 5.5 was reported as 6"},
        {"count", "5.0", NULL},
        {"count", "5", NULL},
        {"count", "5000", NULL},
        {"five", "7", "five takes steps of 5: 7 was reported as 5"},
        {"five", "12.6", "five takes whole numbers: 12.6 was reported as 15"},
        {"five", "10", NULL},
        {"temp", "5.55", NULL},
        {"door", "1", NULL},
        {"count", "true", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int32_t index = ol_onenet_property_find(&small, ol_str_from(rows[i].identifier));
        struct ol_onenet_value in = value_of(rows[i].value);
        char text[512];
        struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
        bool told = cli_misfit_rounding_encode(&w, &small, &fields[index], &in);
        text[w.len] = '\0';
        assert_int_equal(told, rows[i].sentence != NULL);
        assert_string_equal(text, rows[i].sentence ? rows[i].sentence : "");
    }
}

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
        cmocka_unit_test(test_decimal_arithmetic),
        cmocka_unit_test(test_decimal_too_long),
        cmocka_unit_test(test_decimal_find),
        cmocka_unit_test(test_sim),
        cmocka_unit_test(test_sim_wrong),
        cmocka_unit_test(test_sim_too_long),
        cmocka_unit_test(test_source_file),
        cmocka_unit_test(test_source_long_file),
        cmocka_unit_test(test_source_settings),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_lines_every_split),
        cmocka_unit_test(test_lines_too_long),
        cmocka_unit_test(test_outbox),
        cmocka_unit_test(test_model_from_settings),
        cmocka_unit_test(test_model_file),
        cmocka_unit_test(test_misfit),
        cmocka_unit_test(test_misfit_long),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_backlog),
        cmocka_unit_test(test_backlog_offline),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_options_short_help),
        cmocka_unit_test(test_log_wrap),
        cmocka_unit_test(test_log_time),
        cmocka_unit_test(test_explanations),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("tools", tests, folder_open, folder_close);
}
