/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/json/number.h"
#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/support/vectors.h"

#define PROPERTIES 4

struct fixture {
    struct ol_settings settings;
    struct ol_settings_property properties[PROPERTIES];
    struct ol_setting_error err;
    char message[1024];
};

static int32_t input(struct fixture *f, struct ol_str text)
{
    memset(f, 0, sizeof(*f));
    ol_settings_init(&f->settings, f->properties, PROPERTIES);
    return ol_settings_input(&f->settings, text, &f->err);
}

static const char *message(struct fixture *f)
{
    struct ol_writer w = ol_writer_make(f->message, sizeof(f->message) - 1);
    ol_setting_error_encode(&w, OL_STR("t.conf"), &f->err);
    assert_int_equal(ol_writer_status(&w), OL_OK);
    f->message[w.len] = '\0';
    return f->message;
}

/* The value of "key" or "property.id.name" in text form. */
static const char *shown(struct fixture *f, const char *key)
{
    struct ol_writer w = ol_writer_make(f->message, sizeof(f->message) - 1);
    char identifier[80];
    const char *dot = strrchr(key, '.');
    if (dot) {
        const char *from = key + strlen("property.");
        memcpy(identifier, from, (size_t)(dot - from));
        struct ol_settings_property *p =
            ol_settings_find(&f->settings, ol_str_make(identifier, (size_t)(dot - from)));
        assert_non_null(p);
        for (int i = 0; i < OL_PROPERTY_KEY_COUNT; i++) {
            const struct ol_setting *s = ol_setting_property_get((enum ol_property_key)i);
            if (strcmp(s->name, dot + 1) == 0) {
                ol_setting_encode(&w, s, &p->value[i]);
            }
        }
    } else {
        for (int i = 0; i < OL_SETTING_KEY_COUNT; i++) {
            const struct ol_setting *s = ol_setting_get((enum ol_setting_key)i);
            if (strcmp(s->name, key) == 0) {
                ol_setting_encode(&w, s, &f->settings.value[i]);
            }
        }
    }
    assert_int_equal(ol_writer_status(&w), OL_OK);
    f->message[w.len] = '\0';
    return f->message;
}

/* "\n" in a vector parts lines. */
static size_t unescape(char *text, size_t len)
{
    size_t out = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\' && i + 1 < len && text[i + 1] == 'n') {
            text[out++] = '\n';
            i++;
        } else {
            text[out++] = text[i];
        }
    }
    return out;
}

static void test_vectors(void **state)
{
    (void)state;
    static struct fixture f;
    struct ol_vectors v = ol_vectors_open("settings/lines.tsv");
    struct ol_vector row;
    struct ol_guard guard = ol_guard_open(2048);
    unsigned rows = 0;
    while (ol_vectors_next(&v, &row)) {
        char text[1024], expected[1024];
        size_t len = ol_vectors_bytes(row.field[1], text, sizeof(text));
        len = unescape(text, len);
        const char *at = (const char *)ol_guard_put(&guard, text, len);
        int32_t rc = input(&f, ol_str_make(at, len));
        memcpy(expected, row.field[3].ptr, row.field[3].len);
        expected[row.field[3].len] = '\0';
        if (ol_str_equal(row.field[2], OL_STR("ok"))) {
            char *equals = strchr(expected, '=');
            if (rc != OL_OK) {
                fail_msg("line %u, %s: %s", row.line, row.field[0].ptr, message(&f));
            }
            *equals = '\0';
            assert_string_equal(shown(&f, expected), equals + 1);
        } else {
            if (rc == OL_OK) {
                fail_msg("line %u, %s: accepted", row.line, row.field[0].ptr);
            }
            assert_string_equal(message(&f), expected);
        }
        rows++;
    }
    assert_true(rows > 80);
    ol_guard_close(&guard);
    ol_vectors_close(&v);
}

static const char good[] = "# a device\n"
                           "host = 127.0.0.1\nport = 1884\nproduct_id = AbCdEf1234\n"
                           "device_name = \"dev-1\" # quoted\n"
                           "device_key = MDEyMzQ1Njc4OWFiY2RlZg==\n"
                           "token_method = sha1\ntoken_life = 48h\nkeepalive_s = 60\n"
                           "property.temp.type = float\r\n"
                           "property.temp.source = sim:sine,min=18,max=28\n"
                           "property.temp.scale = 0.001\n"
                           "property.led.type = bool\nproperty.led.command = keep\n";

static void test_typical(void **state)
{
    (void)state;
    static struct fixture f;
    struct ol_dec scale;
    assert_int_equal(input(&f, ol_str_from(good)), OL_OK);
    assert_int_equal(ol_settings_check(&f.settings, &f.err), OL_OK);
    assert_int_equal(ol_settings_number(&f.settings, OL_SETTING_KEY_PORT), 1884);
    assert_int_equal(ol_settings_number(&f.settings, OL_SETTING_KEY_TOKEN_METHOD),
                     OL_SETTING_METHOD_SHA1);
    assert_int_equal(ol_settings_number(&f.settings, OL_SETTING_KEY_TOKEN_LIFE), 172800);
    assert_int_equal(ol_settings_number(&f.settings, OL_SETTING_KEY_REPORT_INTERVAL_S),
                     10);
    assert_true(ol_settings_is_set(&f.settings, OL_SETTING_KEY_PORT));
    assert_false(ol_settings_is_set(&f.settings, OL_SETTING_KEY_MODEL));
    assert_int_equal(ol_settings_text(&f.settings, OL_SETTING_KEY_MODEL).len, 0);
    assert_true(ol_str_equal(ol_settings_text(&f.settings, OL_SETTING_KEY_DEVICE_KEY),
                             OL_STR("MDEyMzQ1Njc4OWFiY2RlZg==")));
    assert_int_equal(f.settings.property_count, 2);
    struct ol_settings_property *temp = ol_settings_find(&f.settings, OL_STR("temp"));
    assert_non_null(temp);
    assert_int_equal(temp->value[OL_PROPERTY_KEY_TYPE].as.number,
                     OL_SETTING_PROPERTY_FLOAT);
    assert_int_equal(ol_dec_decode(temp->value[OL_PROPERTY_KEY_SCALE].as.text, &scale),
                     OL_OK);
    assert_true(scale.mantissa == 1 && scale.exponent == -3);
    assert_null(ol_settings_find(&f.settings, OL_STR("tem")));
}

static void check_message(const char *text, const char *expected)
{
    static struct fixture f;
    assert_int_equal(input(&f, ol_str_from(text)), OL_OK);
    int32_t rc = ol_settings_check(&f.settings, &f.err);
    if (!expected) {
        assert_int_equal(rc, OL_OK);
        return;
    }
    assert_int_equal(rc, OL_E_ARG);
    assert_string_equal(message(&f), expected);
}

static void test_check(void **state)
{
    (void)state;
    check_message("device_name=d\ntoken=t",
                  "t.conf: product_id: is missing; allowed: 1 to 32 of A-Z a-z 0-9 _ -");
    check_message("product_id=p\ntoken=t",
                  "t.conf: device_name: is missing; allowed: 1 to 64 of A-Z a-z 0-9 _ -");
    check_message(
        "product_id=p\ndevice_name=d",
        "t.conf: device_key: no key and no token is set; allowed: one of device_key, "
        "device_key_file, product_key, product_key_file, token, token_file");
    check_message("product_id=p\ndevice_name=d\ntoken=t\nproduct_key=abcd",
                  "t.conf:3: token: cannot stand together with product_key in line 4; "
                  "allowed: one of them");
    check_message("product_id=p\ndevice_name=d\ntoken=t", NULL);
}

static void test_every_problem(void **state)
{
    (void)state;
    static struct fixture f;
    static const char text[] = "port = x\ncolour = red\nhost = 127.0.0.1\n= 1\n"
                               "property.t.sorce = stdio\nmodel = m";
    static const uint16_t lines[] = {1, 2, 4, 5};
    static const enum ol_setting_problem missing[] = {
        OL_SETTING_MISSING, OL_SETTING_MISSING, OL_SETTING_CREDENTIAL};
    struct ol_settings_cursor cursor = {0};
    uint8_t next = 0;
    memset(&f, 0, sizeof(f));
    ol_settings_init(&f.settings, f.properties, PROPERTIES);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_int_equal(
            ol_settings_input_next(&f.settings, ol_str_from(text), &cursor, &f.err),
            OL_E_ARG);
        assert_int_equal(f.err.line, lines[i]);
    }
    for (int again = 0; again < 2; again++) {
        assert_int_equal(
            ol_settings_input_next(&f.settings, ol_str_from(text), &cursor, &f.err),
            OL_OK);
    }
    assert_true(ol_settings_is_set(&f.settings, OL_SETTING_KEY_HOST));
    assert_true(ol_settings_is_set(&f.settings, OL_SETTING_KEY_MODEL));
    assert_false(ol_settings_is_set(&f.settings, OL_SETTING_KEY_PORT));
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        assert_int_equal(ol_settings_check_next(&f.settings, &next, &f.err), OL_E_ARG);
        assert_int_equal(f.err.problem, missing[i]);
    }
    for (int again = 0; again < 2; again++) {
        assert_int_equal(ol_settings_check_next(&f.settings, &next, &f.err), OL_OK);
    }
}

/* A text that cannot be read at all is one problem, not one a line. */
static void test_utf16_is_one_problem(void **state)
{
    (void)state;
    static struct fixture f;
    struct ol_str text = OL_STR("\xFF\xFEp\nq\nr");
    struct ol_settings_cursor cursor = {0};
    ol_settings_init(&f.settings, f.properties, PROPERTIES);
    assert_int_equal(ol_settings_input_next(&f.settings, text, &cursor, &f.err),
                     OL_E_ARG);
    assert_int_equal(f.err.problem, OL_SETTING_ENCODING);
    assert_int_equal(f.err.line, 1);
    assert_int_equal(ol_settings_input_next(&f.settings, text, &cursor, &f.err), OL_OK);
}

static void test_slip(void **state)
{
    (void)state;
    static const struct {
        const char *written, *meant;
        uint8_t slip;
    } rows[] = {
        {"temp", "temp", 0},   {"tmp", "temp", 1},
        {"tepm", "temp", 2},   {"Temp", "temp", 1},
        {"temp", "humi", 255}, {"", "x", 1},
        {"x", "", 1},          {"", "", 0},
        {"xy", "", 255},       {"kepalive", "keepalive", 1},
        {"ab", "ba", 255},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t slip =
            ol_setting_slip(ol_str_from(rows[i].written), ol_str_from(rows[i].meant));
        if (slip != rows[i].slip) {
            fail_msg("%s, %s: %u", rows[i].written, rows[i].meant, slip);
        }
    }
    char name[OL_SETTINGS_IDENTIFIER_MAX + 1];
    memset(name, 'x', sizeof(name));
    struct ol_str longest = ol_str_make(name, sizeof(name) - 1);
    assert_int_equal(ol_setting_slip(longest, longest), 0);
    struct ol_str longer = ol_str_make(name, sizeof(name));
    assert_int_equal(ol_setting_slip(longer, longest), UINT8_MAX);
    assert_int_equal(ol_setting_slip(longest, longer), UINT8_MAX);
}

static void test_table(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(input(&f, OL_STR("")), OL_OK);
    for (int i = 0; i < OL_SETTING_KEY_COUNT + OL_PROPERTY_KEY_COUNT; i++) {
        bool property = i >= OL_SETTING_KEY_COUNT;
        const struct ol_setting *s =
            property ? ol_setting_property_get(
                           (enum ol_property_key)(i - OL_SETTING_KEY_COUNT))
                     : ol_setting_get((enum ol_setting_key)i);
        assert_non_null(s->name);
        const struct ol_setting_words *words = ol_setting_words_get(s);
        assert_non_null(words->since);
        assert_true(strlen(words->help) > 10 &&
                    words->help[strlen(words->help) - 1] == '.');
        assert_true(s->type != OL_SETTING_ENUM || s->choices);
        if (s->preset && !property) {
            /* A preset is a value that the setting itself accepts, and it is in force. */
            assert_string_equal(shown(&f, s->name), s->preset);
            assert_int_equal(ol_settings_set(&f.settings, ol_str_from(s->name),
                                             ol_str_from(s->preset), 1, &f.err),
                             OL_OK);
            assert_string_equal(shown(&f, s->name), s->preset);
        }
        if (s->type == OL_SETTING_SECRET) {
            assert_null(s->preset);
        }
    }
}

static void test_set_unchanged_on_error(void **state)
{
    (void)state;
    static struct fixture f, before;
    assert_int_equal(input(&f, ol_str_from(good)), OL_OK);
    before = f;
    assert_int_equal(ol_settings_set(&f.settings, OL_STR("model"), OL_STR(""), 9, &f.err),
                     OL_E_ARG);
    assert_int_equal(ol_settings_set(&f.settings, OL_STR("property.new.field"),
                                     OL_STR("x"), 9, &f.err),
                     OL_E_ARG);
    assert_memory_equal(&f.settings, &before.settings, sizeof(f.settings));
    assert_memory_equal(f.properties, before.properties, 2 * sizeof(f.properties[0]));
}

static void test_property_table_full(void **state)
{
    (void)state;
    static struct fixture f;
    assert_int_equal(input(&f, OL_STR("property.a.field=1\nproperty.b.field=1\n"
                                      "property.c.field=1\nproperty.d.field=1\n"
                                      "property.d.scale=2\nproperty.e.field=1")),
                     OL_E_NOSPC);
    assert_int_equal(f.settings.property_count, PROPERTIES);
    assert_int_equal(f.err.line, 6);
}

static void test_line_numbers_stop(void **state)
{
    (void)state;
    static struct fixture f;
    static char text[70001];
    memset(text, '\n', sizeof(text));
    text[70000] = 'x';
    assert_int_equal(input(&f, ol_str_make(text, sizeof(text))), OL_E_ARG);
    assert_int_equal(f.err.line, 65535);
}

/* Whatever a message is made of, it is one printable line. */
static void check_any(void *ctx, const uint8_t *data, size_t len)
{
    struct fixture *f = ctx;
    int32_t rc = input(f, ol_str_make(data, len));
    if (rc == OL_OK) {
        rc = ol_settings_check(&f->settings, &f->err);
    }
    if (rc != OL_OK) {
        const char *text = message(f);
        assert_true(strlen(text) > 10);
        for (; *text; text++) {
            assert_true((unsigned char)*text >= ' ');
        }
    }
}

static void test_truncations(void **state)
{
    (void)state;
    static struct fixture f;
    ol_battery_truncations(good, strlen(good), check_any, &f);
}

static void test_bit_flips(void **state)
{
    (void)state;
    static struct fixture f;
    ol_battery_bit_flips(good, strlen(good), check_any, &f);
}

static void test_message_never_over(void **state)
{
    (void)state;
    static struct fixture f;
    char room[256];
    assert_int_equal(input(&f, OL_STR("colour = red")), OL_E_ARG);
    for (size_t cap = 0; cap < sizeof(room); cap++) {
        memset(room, 0x5A, sizeof(room));
        struct ol_writer w = ol_writer_make(room, cap);
        ol_setting_error_encode(&w, OL_STR("t.conf"), &f.err);
        assert_int_equal(ol_writer_status(&w), OL_E_NOSPC);
        for (size_t i = cap; i < sizeof(room); i++) {
            assert_int_equal((unsigned char)room[i], 0x5A);
        }
    }
}

static void test_added_reason(void **state)
{
    (void)state;
    static struct fixture f;
    memset(&f, 0, sizeof(f));
    f.err.problem = OL_SETTING_REASON;
    f.err.line = 4;
    f.err.key = OL_STR("property.temp.source");
    f.err.reason = "the simulation has no option phase";
    f.err.allowed = "min, max, period";
    assert_string_equal(message(&f),
                        "t.conf:4: property.temp.source: the simulation has no "
                        "option phase; allowed: min, max, period");
    f.err.reason = "is empty";
    f.err.allowed = "";
    assert_string_equal(message(&f), "t.conf:4: property.temp.source: is empty");
}

/* A program refuses what is for the other kind, and neither lists nor suggests it. */
static void test_elsewhere(void **state)
{
    (void)state;
    static struct fixture f;
    assert_int_equal(input(&f, OL_STR("")), OL_OK);
    f.settings.where = OL_SETTING_LINUX;
    assert_int_equal(
        ol_settings_input(&f.settings, OL_STR("port = 1\ndhcp = false\n"), &f.err),
        OL_E_ARG);
    assert_string_equal(message(&f), "t.conf:2: dhcp: a setting of boards, which this "
                                     "program has no use for; leave it out");
    assert_int_equal(ol_settings_input(&f.settings, OL_STR("colour = red"), &f.err),
                     OL_E_ARG);
    assert_null(strstr(message(&f), "led_pin"));
    assert_non_null(strstr(message(&f), "queue_kb"));

    assert_int_equal(input(&f, OL_STR("")), OL_OK);
    f.settings.where = OL_SETTING_BOARD;
    assert_int_equal(ol_settings_input(&f.settings, OL_STR("model = x"), &f.err),
                     OL_E_ARG);
    assert_string_equal(message(&f), "t.conf:1: model: a setting of onelink run, which a "
                                     "board has no use for; leave it out");
    assert_int_equal(ol_settings_input(&f.settings, OL_STR("mo = x"), &f.err), OL_E_ARG);
    assert_null(strstr(message(&f), "model"));
    assert_int_equal(
        ol_settings_input(&f.settings, OL_STR("property.a.field = 1"), &f.err), OL_E_ARG);
    assert_int_equal(f.err.problem, OL_SETTING_ELSEWHERE);
    assert_int_equal(f.settings.property_count, 0);
}

static void test_check_of_a_board(void **state)
{
    (void)state;
    static struct fixture f;
    static const char text[] =
        "product_id = p\ndevice_name = d\ndevice_key = QUFBQQ==\ndhcp = false\n";
    assert_int_equal(input(&f, ol_str_from(text)), OL_OK);
    assert_int_equal(ol_settings_check(&f.settings, &f.err), OL_OK);
    f.settings.where = OL_SETTING_BOARD;
    assert_int_equal(ol_settings_check(&f.settings, &f.err), OL_E_ARG);
    assert_string_equal(message(&f), "t.conf: address: is missing; allowed: an IPv4 "
                                     "address such as 192.168.1.20");
    assert_int_equal(
        ol_settings_set(&f.settings, OL_STR("address"), OL_STR("10.0.0.2"), 5, &f.err),
        OL_OK);
    assert_int_equal(ol_settings_check(&f.settings, &f.err), OL_OK);
}

static void test_lists(void **state)
{
    (void)state;
    struct ol_str rest = OL_STR("a, b ,c");
    assert_true(ol_str_equal(ol_setting_list_next(&rest), OL_STR("a")));
    assert_true(ol_str_equal(ol_setting_list_next(&rest), OL_STR("b")));
    assert_true(ol_str_equal(ol_setting_list_next(&rest), OL_STR("c")));
    assert_int_equal(ol_setting_list_next(&rest).len, 0);
    rest = (struct ol_str){NULL, 0};
    assert_int_equal(ol_setting_list_next(&rest).len, 0);
}

static void test_prefix_and_mac(void **state)
{
    (void)state;
    uint8_t prefix = 0, mac[6];
    assert_int_equal(ol_setting_prefix_decode(OL_STR("255.255.255.0"), &prefix), OL_OK);
    assert_int_equal(prefix, 24);
    assert_int_equal(ol_setting_prefix_decode(OL_STR("128.0.0.0"), &prefix), OL_OK);
    assert_int_equal(prefix, 1);
    assert_int_equal(ol_setting_prefix_decode(OL_STR("30"), &prefix), OL_OK);
    assert_int_equal(prefix, 30);
    assert_int_equal(ol_setting_prefix_decode(OL_STR(""), &prefix), OL_E_ARG);
    assert_int_equal(ol_setting_mac_decode(OL_STR("02-00-fF:10:a0:09"), mac), OL_OK);
    assert_memory_equal(mac, "\x02\x00\xff\x10\xa0\x09", 6);
    assert_int_equal(ol_setting_mac_decode(OL_STR("02:00:00:00:00:00:"), mac), OL_E_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_typical),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_every_problem),
        cmocka_unit_test(test_utf16_is_one_problem),
        cmocka_unit_test(test_slip),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_set_unchanged_on_error),
        cmocka_unit_test(test_property_table_full),
        cmocka_unit_test(test_line_numbers_stop),
        cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_message_never_over),
        cmocka_unit_test(test_added_reason),
        cmocka_unit_test(test_elsewhere),
        cmocka_unit_test(test_check_of_a_board),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_prefix_and_mac),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
