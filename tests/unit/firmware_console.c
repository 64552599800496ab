/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

/* The consoles' commands and the settings behind them. */

static struct rig r;

static int open_rig(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static void expect(const char *typed, const char *said)
{
    char text[512];
    snprintf(text, sizeof(text), "%s\r", typed);
    const char *got = rig_type(&r, text, 40);
    if (!strstr(got, said)) {
        fail_msg("\"%s\" said \"%s\" and not \"%s\"", typed, got, said);
    }
    assert_non_null(strstr(got, "\r\n> ")); /* the prompt is back */
}

static void refused(const char *typed, const char *said)
{
    uint16_t len = r.app.settings.edited.len;
    char text[512];
    snprintf(text, sizeof(text), "\n! %s", said);
    expect(typed, text);
    assert_int_equal(r.app.settings.edited.len, len); /* nothing was changed */
}

static void hello(void **state)
{
    (void)state;
    assert_non_null(strstr(rig_said(&r), "onelink 0.1 on test_board. Type help.\r\n"));
    assert_non_null(
        strstr(r.terminal[APP_CONSOLE_UART].out, "onelink 0.1 on test_board"));
    expect("", "\r\n> ");
}

static void a_wrong_line_says_what_is_allowed(void **state)
{
    (void)state;
    refused("hepl", "hepl: no such command, did you mean help?");
    refused("xyzzy", "xyzzy: no such command; help lists them");
    refused("save it", "save takes nothing behind it; allowed: save");
    refused("set", "the command is not complete; allowed: set KEY VALUE");
    refused("set prot 5", "prot: no such setting, did you mean port?");
    refused("set colour red", "colour: no such setting; show lists them");
    refused("set port 70000", "port: \"70000\" is out of range; allowed: 1 to 65535");
    refused("set port", "port: has no value; allowed: 1 to 65535");
    refused("set port x",
            "port: \"x\" is not a number of this kind; allowed: 1 to 65535");
    refused("set token_method sha512",
            "token_method: \"sha512\" is not one of the choices; allowed: md5, sha1, "
            "sha256");
    refused("set model x.json", "model: a setting of onelink run");
    refused("set queue_kb 4", "queue_kb: a setting of onelink run");
    refused("set device_key x y", "device_key: is too short or too long; allowed: 4 to "
                                  "88 printable characters without blanks");
    refused("set device_key abc def", "device_key: has a character that is not allowed");
    refused("set address 300.1.1.1", "address: \"300.1.1.1\" is not of the right form; "
                                     "allowed: an IPv4 address");
    refused("set mac 1:2:3:4:5:6", "mac: is too short or too long; allowed: a hardware");
    refused("set host a#b", "host: '#' inside a value; allowed: quotes");
    refused("set host \"a", "host: quotes do not enclose");
    refused("set led_pin 20", "led_pin: the board has no such pin free");
    refused("set # x", "#: no such setting");
    refused("unset prot", "prot: no such setting, did you mean port?");
    refused("unset port", "port: is not set");
    refused("log loud", "loud: no such level; allowed: log error");
    refused("factory-reset", "the command is not complete; allowed: factory-reset yes");
    refused("show prot", "prot: no such setting, did you mean port?");
    refused("help prot", "prot: no such setting, did you mean port?");
    refused("show property.temp.type", "property.temp.type: is not set");
}

static void wrong_properties(void **state)
{
    (void)state;
    refused("set property.temp.sorce x",
            "property.temp.sorce: no such setting, did you mean property.temp.source?");
    refused("set property.temp.colour red", "property.temp.colour: no such setting; "
                                            "allowed: property.IDENTIFIER.type, .source");
    refused("set property.temp x", "property.temp: no property is named so");
    refused("set property..type int32", "property..type: no property is named so");
    refused("set property.temp.source adc:9",
            "property.temp.source: there is no such source; allowed: chip_temperature");
    refused("set property.temp.source file:/proc/loadavg",
            "property.temp.source: there is no such source");
    refused("set property.temp.source gpio:20",
            "property.temp.source: the board has no such pin free");
    refused("set property.temp.source sim:square",
            "property.temp.source: the simulation is not of the right form; allowed: "
            "sim:sine");
    refused("set property.temp.source sim:sine,min=5,max=1", "property.temp.source: the");
    refused("set property.temp.source sim:sine,phase=5", "property.temp.source: the");
    refused("set property.temp.source sim:sine,period=0", "property.temp.source: the");
    refused("set property.temp.source sensor:none", "property.temp.source: there is no");
    refused("set property.led.command file:x",
            "property.led.command: there is no such command; allowed: keep, led, "
            "gpio:PIN");
    refused("set property.led.command gpio:21", "property.led.command: the board has no");
    refused("set property.temp.scale 1,5",
            "property.temp.scale: \"1,5\" is not a number of this kind; allowed: a "
            "decimal");
    refused("set property.temp.field 2", "property.temp.field: a setting of onelink run");
    expect("set property.temp.source sensor:uptime", "is changed");
    expect("set property.a.source gpio:3", "is changed");
    expect("set property.b.source adc:3", "is changed");
    expect("set property.b.scale 0.0008056640625", "is changed");
    expect("set property.c.source sim:counter,start=5,step=2", "is changed");
    expect("set property.led.command gpio:4", "is changed");
}

static void settings_are_shown_and_changed(void **state)
{
    (void)state;
    expect("set port 1884", "port is changed");
    expect("show port", "\nport = 1884\r\n");
    expect("set port = 1885", "port is changed");
    expect("show port", "\nport = 1885\r\n");
    expect("set host=192.168.7.5", "host is changed");
    expect("show host", "\nhost = 192.168.7.5\r\n");
    expect("unset port", "port is at its default");
    expect("show port", "\nport = 1883 # default\r\n");
    expect("set hostname \"greenhouse\"", "hostname is changed");
    expect("show hostname", "\nhostname = greenhouse\r\n");
    expect("help port", "port; allowed: 1 to 65535; default: 1883");
    expect("help device_key", "device_key; allowed: 4 to 88 printable");
    expect("set property.temp.type float", "is changed");
    expect("show property.temp.type", "\nproperty.temp.type = float\r\n");
    expect("show", "\nport = 1883 # default\r\n");
    assert_non_null(strstr(rig_said(&r), "\nhost = 192.168.7.5\r\n"));
    assert_non_null(strstr(rig_said(&r), "\nproperty.temp.type = float\r\n"));
    assert_non_null(strstr(rig_said(&r), "# not saved yet"));
    assert_null(strstr(rig_said(&r), "queue_kb"));
    expect("save", "saved, ");
    rig_run(&r, 3000);
    expect("show", "\nhost = 192.168.7.5\r\n");
    assert_null(strstr(rig_said(&r), "# not saved yet"));
}

static void keys_are_never_shown(void **state)
{
    (void)state;
    expect("show device_key", "\ndevice_key = not set\r\n");
    expect("set device_key U2VjcmV0U2VjcmV0", "device_key is changed");
    expect("show device_key", "\ndevice_key = set\r\n");
    expect("show", "\ndevice_key = set\r\n");
    refused("set device_key U2VjcmV0\x7FU2Vjcm V0", "device_key: has a character");
    rig_type(&r, "set device_key U2VjcmV0U2Vjcm\x1B[D\x1B[Dx\r", 40);
    assert_null(strstr(rig_said(&r), "U2V"));
    expect("status", "settings: ");
    expect("save", "saved");
    rig_run(&r, 3000);
    for (unsigned i = 0; i < APP_CONSOLE_COUNT; i++) {
        assert_null(strstr(r.terminal[i].out, "U2V"));
        assert_null(strstr(r.terminal[i].out, "cmV0"));
    }
}

static void saved_settings_survive_power(void **state)
{
    (void)state;
    expect("set port 1884", "is changed");
    rig_start(&r); /* not saved */
    rig_run(&r, 100);
    expect("show port", "port = 1883");
    expect("set port 1884", "is changed");
    expect("save", "saved");
    rig_start(&r);
    rig_run(&r, 100);
    expect("show port", "port = 1884");
    expect("factory-reset yes", "all settings are erased");
    expect("show port", "port = 1883");
    rig_start(&r);
    rig_run(&r, 100);
    expect("show port", "port = 1883");
}

/* A cut at every flash operation of a save: the old settings are there, or the new ones. */
static void a_save_survives_a_power_cut(void **state)
{
    (void)state;
    unsigned olds = 0, news = 0;
    for (uint32_t n = 1; n < 100; n++) {
        rig_close(&r);
        open_rig(NULL);
        expect("set port 1001", "is changed");
        expect("save", "saved");
        expect("set port 1002", "is changed");
        r.nor.cut_at = r.nor.operations + n;
        rig_type(&r, "save\r", 40);
        bool was_cut = r.nor.is_off;
        ol_nor_power_on(&r.nor);
        rig_start(&r);
        rig_run(&r, 100);
        const char *said = rig_type(&r, "show port\r", 40);
        bool is_new = strstr(said, "port = 1002") != NULL;
        assert_true(is_new || strstr(said, "port = 1001"));
        olds += !is_new;
        news += is_new;
        assert_null(r.nor.misuse);
        if (!was_cut) {
            break;
        }
    }
    assert_true(olds > 0 && news > 0);
}

static void a_flash_that_fails_is_told(void **state)
{
    (void)state;
    expect("set port 1001", "is changed");
    r.nor.is_off = true;
    refused("save", "the flash did not keep them");
    r.nor.is_off = false;
    expect("save", "saved");
}

/* Stored settings that this program does not take: default, message, console alive. */
static void wrong_stored_settings(void **state)
{
    (void)state;
    static const char text[] = "port = 99999\nlanguage = fr\nproperty.t.source = magic\n"
                               "keepalive_s = 30\nnonsense\n\x01\nmodel = x\n"
                               "property.u.command = keep\n";
    struct ol_record record;
    uint8_t page[256];
    assert_int_equal(ol_record_init(&record, &r.machine.settings, page, sizeof(page)),
                     OL_OK);
    (void)!ol_record_open(&record);
    assert_int_equal(ol_record_commit(&record, text, strlen(text)), OL_OK);
    rig_clear(&r);
    rig_start(&r);
    rig_run(&r, 200);
    const char *said = rig_said(&r);
    assert_non_null(strstr(said, "stored settings, line 1: port: \"99999\" is out of "
                                 "range; allowed: 1 to 65535; the default is used"));
    assert_non_null(strstr(said, "line 2: language: \"fr\" is not one of the choices"));
    assert_non_null(strstr(said, "property.t.source: there is no such source"));
    assert_non_null(strstr(said, "line 5: not a setting"));
    assert_non_null(strstr(said, "line 6: a control character"));
    assert_non_null(strstr(said, "line 7: model: a setting of onelink run"));
    assert_non_null(strstr(said, "property.u.type: has no type"));
    assert_non_null(strstr(said, "product_id: is missing"));
    expect("show port", "port = 1883 # default");
    expect("show keepalive_s", "keepalive_s = 30\r\n");
    expect("set port 1884", "is changed"); /* and can be mended */
    expect("show port", "port = 1884\r\n");
}

static void settings_have_a_limit(void **state)
{
    (void)state;
    char text[400];
    unsigned set = 0;
    for (; set < 40; set++) {
        snprintf(text, sizeof(text),
                 "set property.a_rather_long_identifier_of_a_property_%u.source "
                 "sim:sine,min=1,max=2\r",
                 set);
        if (strstr(rig_type(&r, text, 40), "! ")) {
            break;
        }
    }
    assert_int_equal(set, APP_PROPERTY_MAX);
    assert_non_null(strstr(rig_said(&r), "one property too many; allowed: 16 of them"));
    memset(text, 'x', sizeof(text));
    memcpy(text, "set property.a.scale 1.", 23);
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof(text),
                 "set property.a_rather_long_identifier_of_a_property_%d.offset "
                 "%0120d.5\r",
                 i, 1);
        rig_type(&r, text, 40);
    }
    for (int i = 0; i < 16; i++) {
        snprintf(text, sizeof(text),
                 "set property.a_rather_long_identifier_of_a_property_%d.command keep\r",
                 i);
        rig_type(&r, text, 40);
    }
    assert_non_null(strstr(rig_said(&r), "the settings would be longer than 2048 bytes"));
    assert_true(r.app.settings.edited.len <= APP_TEXT_CAP);
    expect("save", "saved, ");
}

static void the_language_is_chinese(void **state)
{
    (void)state;
    expect("set language zh", "language is changed");
    expect("save", "saved");
    rig_run(&r, 100);
    expect("help", "显示设置；密钥和令牌只显示是否已设置");
    refused("set port 0", "port：“0”超出范围；允许：1 到 65535");
    expect("show device_key", "device_key = 未设置");
    expect("status", "网线");
    expect("set language en", "language 已修改");
    expect("save", "已保存");
    rig_run(&r, 100);
    expect("help", "Commands:");
}

static void two_consoles_do_not_mix(void **state)
{
    (void)state;
    rig_clear(&r);
    rig_type_on(&r, APP_CONSOLE_USB, "show po");
    rig_type_on(&r, APP_CONSOLE_UART, "show ho");
    rig_run(&r, 20);
    rig_type_on(&r, APP_CONSOLE_USB, "rt\r");
    rig_type_on(&r, APP_CONSOLE_UART, "st\r\n");
    rig_run(&r, 20);
    assert_non_null(strstr(rig_said(&r), "port = 1883"));
    assert_null(strstr(rig_said(&r), "host = auto"));
    assert_non_null(strstr(r.terminal[APP_CONSOLE_UART].out, "host = auto"));
    assert_null(strstr(r.terminal[APP_CONSOLE_UART].out, "port = 1883"));
}

/* USB: nobody listens at first, then a terminal opens, goes away and comes back. */
static void a_terminal_comes_and_goes(void **state)
{
    (void)state;
    r.terminal[APP_CONSOLE_USB].is_open = false;
    rig_run(&r, 100);
    rig_clear(&r);
    rig_run(&r, 8000);
    assert_string_equal(rig_said(&r), "");
    r.terminal[APP_CONSOLE_USB].is_open = true;
    rig_run(&r, 1100);
    assert_non_null(strstr(rig_said(&r), "onelink 0.1 on test_board"));
    assert_non_null(strstr(rig_said(&r), "not configured"));
    expect("show port", "port = 1883");
}

/* A port that takes nothing for a while costs lines, never the program. */
static void a_port_that_is_stuck(void **state)
{
    (void)state;
    r.terminal[APP_CONSOLE_USB].out_room = 0;
    rig_type_on(&r, APP_CONSOLE_USB, "show\rhelp\rstatus\r");
    rig_run(&r, 20000);
    rig_clear(&r);
    rig_type_on(&r, APP_CONSOLE_UART, "show port\r");
    rig_run(&r, 50);
    assert_non_null(strstr(r.terminal[APP_CONSOLE_UART].out, "port = 1883"));
    r.terminal[APP_CONSOLE_USB].out_room = SIZE_MAX;
    rig_run(&r, 500);
    assert_non_null(strstr(rig_said(&r), "Commands:"));
    expect("show port", "port = 1883");
}

static void log_levels(void **state)
{
    (void)state;
    expect("log", "log info");
    expect("log debug", "log debug");
    expect("log", "log debug");
    expect("log error", "log error");
}

static void reboot_and_bootsel(void **state)
{
    (void)state;
    expect("reboot", "rebooting");
    rig_run(&r, 500);
    assert_int_equal(r.reboots, 1);
    assert_int_equal(r.reboot_how, APP_REBOOT_NORMAL);
    expect("bootsel", "RPI-RP2");
    rig_run(&r, 500);
    assert_int_equal(r.reboots, 2);
    assert_int_equal(r.reboot_how, APP_REBOOT_BOOTSEL);
}

static void why_it_started_is_told(void **state)
{
    (void)state;
    expect("status", "started by power or the RUN pin");
    r.boot = (struct app_boot){.cause = APP_RESET_CRASH,
                               .crash_pc = 0x10012345,
                               .crash_lr = 0x10054321,
                               .failed_in_a_row = 3};
    expect("status", "started after a crash at 10012345, called from 10054321; 3 starts");
    rig_clear(&r);
    rig_start(&r);
    rig_run(&r, 20);
    assert_non_null(strstr(rig_said(&r), " started after a crash at 10012345"));
    r.boot.cause = APP_RESET_WATCHDOG;
    expect("status", "started by the watchdog: the program had stopped; 3 starts");
    assert_false(r.was_successful);
    rig_run(&r, 60000);
    assert_true(r.was_successful);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hello, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_wrong_line_says_what_is_allowed, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(wrong_properties, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(settings_are_shown_and_changed, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(keys_are_never_shown, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(saved_settings_survive_power, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(a_save_survives_a_power_cut, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_flash_that_fails_is_told, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(wrong_stored_settings, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(settings_have_a_limit, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(the_language_is_chinese, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(two_consoles_do_not_mix, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_terminal_comes_and_goes, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_port_that_is_stuck, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(log_levels, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(reboot_and_bootsel, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(why_it_started_is_told, open_rig, close_rig),
    };
    return cmocka_run_group_tests_name("firmware_console", tests, NULL, NULL);
}
