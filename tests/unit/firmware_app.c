/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

/* The application end to end: chip model, virtual network, platform. */

#define TEMP 0
#define HUMI 1
#define LED  2

static struct rig r;

static int open_rig(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static void await(const char *text, uint64_t ms)
{
    if (!rig_await(&r, text, ms)) {
        size_t len = strlen(rig_said(&r));
        fail_msg("\"%s\" did not come in %u ms; said: ...%s", text, (unsigned)ms,
                 rig_said(&r) + (len > 800 ? len - 800 : 0));
    }
}

static void await_report(void)
{
    rig_clear(&r);
    await("200 success", 60000);
}

static void go_online(void)
{
    rig_configure(&r);
    assert_null(strstr(rig_said(&r), "! "));
    await("200 success", 30000);
}

static void set(const char *params)
{
    struct ol_call_start call;
    assert_int_equal(ol_node_set_begin(&r.node, r.device->id, ol_str_from(params), NULL,
                                       r.now_ns / RIG_MS, &call),
                     OL_OK);
}

static void reports_what_is_bound(void **state)
{
    (void)state;
    rig_run(&r, 500);
    assert_non_null(strstr(rig_said(&r), "not configured"));
    assert_non_null(strstr(rig_said(&r), "product_id: is missing"));
    go_online();
    assert_string_equal(ol_memory_value(&r.store, r.device->id, TEMP, 0), "27.1");
    const char *humi = ol_memory_value(&r.store, r.device->id, HUMI, 0);
    double value = strtod(humi, NULL);
    assert_true(value >= 40 && value <= 60);
    assert_null(ol_memory_value(&r.store, r.device->id, LED, 0));
    r.adc[4] = 891;
    await_report();
    await_report();
    assert_string_equal(ol_memory_value(&r.store, r.device->id, TEMP, 0), "20.1");
}

static void obeys_the_led(void **state)
{
    (void)state;
    go_online();
    assert_int_equal(r.gpio[RIG_LED], 0);
    rig_clear(&r);
    set("{\"led\":true}");
    await("<- set led=true", 1000);
    await("-> set_reply 200", 1000);
    assert_int_equal(r.gpio[RIG_LED], 1);
    await("led=true", 5000);
    await("200 success", 5000);
    rig_run(&r, 2000);
    assert_string_equal(ol_memory_value(&r.store, r.device->id, LED, 0), "true");
    set("{\"led\":false}");
    await_report();
    assert_int_equal(r.gpio[RIG_LED], 0);
}

static void await_value(uint16_t property, const char *value)
{
    const char *got = NULL;
    for (int i = 0; i < 5; i++) {
        await_report();
        got = ol_memory_value(&r.store, r.device->id, property, 0);
        if (got != NULL && strcmp(got, value) == 0) {
            return;
        }
    }
    fail_msg("property %u is %s and not %s", property, got ? got : "nothing", value);
}

/* Pins and converters, scaled; a pin as the sink; and what is bound no more is not posted. */
static void sources_and_sinks_are_bound(void **state)
{
    (void)state;
    r.adc[1] = 100;
    r.gpio[5] = 1;
    rig_configure(&r);
    rig_type(&r,
             "set property.temp.source adc:1\rset property.temp.offset 10\r"
             "set property.temp.scale 0.5\rset property.humi.source gpio:5\r"
             "set property.humi.type float\rset property.led.command gpio:6\r"
             "set property.led.source led\rsave\r",
             50);
    await_value(TEMP, "55");
    await_value(HUMI, "1");
    await_value(LED, "true"); /* lit, as it is online */
    assert_int_equal(r.gpio[RIG_LED], 1);
    r.gpio[5] = 0;
    await_value(HUMI, "0");
    set("{\"led\":true}");
    await("-> set_reply 200", 1000);
    assert_int_equal(r.gpio[6], 1);
    set("{\"led\":false}");
    await("<- set led=false", 1000);
    await("-> set_reply 200", 1000);
    assert_int_equal(r.gpio[6], 0);
    rig_type(&r, "unset property.humi.source\rsave\r", 50);
    await("online", 30000);
    rig_clear(&r);
    await("temp=55", 10000);
    await("200 success", 10000);
    assert_null(strstr(rig_said(&r), "humi="));
}

static void reports_in_chinese(void **state)
{
    (void)state;
    rig_type(&r, "set language zh\r", 20);
    rig_configure(&r);
    await("成功", 30000);
    assert_non_null(strstr(rig_said(&r), "-> 上报"));
    assert_non_null(strstr(rig_said(&r), "已上线"));
    const char *said = rig_type(&r, "status\r", 100);
    assert_non_null(strstr(said, "平台：已上线"));
    assert_non_null(
        strstr(said, "地址：192.168.7.100/24，网关 192.168.7.1（来自 DHCP）"));
}

static void static_address_and_name_server(void **state)
{
    (void)state;
    rig_type(&r,
             "set dhcp false\rset address 192.168.7.77\rset gateway 192.168.7.1\r"
             "set netmask 24\rset dns 192.168.7.1\r",
             50);
    go_online();
    const char *said = rig_type(&r, "status\r", 100);
    assert_non_null(strstr(said, "address: 192.168.7.77/24, router 192.168.7.1 (by "));
    assert_non_null(strstr(said, "name servers: 192.168.7.1 - -"));
    const struct sim_lan_dhcp_stats *dhcp = sim_lan_dhcp_get_stats(r.lan, 1);
    assert_int_equal(dhcp->discovers, 0);
}

static void name_servers_by_hand_beside_dhcp(void **state)
{
    (void)state;
    rig_type(&r, "set dns 192.168.7.1,198.51.100.9\r", 20);
    go_online();
    assert_non_null(strstr(rig_type(&r, "status\r", 100),
                           "name servers: 192.168.7.1 198.51.100.9 -"));
}

static void the_router_learns_the_name(void **state)
{
    (void)state;
    const struct sim_lan_dhcp_stats *dhcp = sim_lan_dhcp_get_stats(r.lan, 1);
    go_online();
    assert_int_equal(dhcp->host_name_len, 2);
    assert_memory_equal(dhcp->host_name, "d1", 2);
    assert_int_equal(dhcp->client_id_len, 7);
    assert_int_equal(dhcp->client_id[0], 1);
    uint32_t xid = dhcp->last_xid;
    rig_type(&r, "set hostname greenhouse\rsave\r", 50);
    await("online", 30000);
    assert_int_equal(dhcp->host_name_len, 10);
    assert_memory_equal(dhcp->host_name, "greenhouse", 10);
    assert_int_not_equal(dhcp->last_xid, xid);
    assert_int_equal(dhcp->releases, 1);
    assert_int_equal(dhcp->wrong, 0);
}

static void what_is_logged_is_chosen(void **state)
{
    (void)state;
    go_online();
    rig_type(&r, "log warn\r", 20);
    rig_clear(&r);
    rig_run(&r, 12000);
    assert_string_equal(rig_said(&r), "");
    sim_lan_cable(r.lan, r.station, false);
    await("no link: is the cable in", 5000);
    rig_type(&r, "log debug\r", 20);
    rig_clear(&r);
    sim_lan_cable(r.lan, r.station, true);
    await("link up", 5000);
    await("gets an address", 5000);
}

static void status_tells_all(void **state)
{
    (void)state;
    go_online();
    const char *said = rig_type(&r, "status\r", 100);
    static const char *const parts[] = {
        "chip: answers, SPI clock 31250000 Hz",
        "link: up, hardware address 02:",
        "address: 192.168.7.100/24",
        "clock: 2026-01-01 00:00",
        "platform: online; last trouble: none",
        "last reply: report ",
        ": 200\r\n",
        "values: ",
        "reports 1 (0 again), logins 1, online 1 times, commands 0",
        "settings: 229 of 2048 bytes, 3 of 16 properties"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!strstr(said, parts[i])) {
            fail_msg("no \"%s\" in: %s", parts[i], said);
        }
    }
}

/* The newest first, as many as are remembered. */
static void status_tells_the_last_replies(void **state)
{
    (void)state;
    go_online();
    assert_null(strstr(rig_type(&r, "status\r", 100), "; before it"));
    rig_type(&r, "set property.wrong.source sim:counter\rsave\r", 100);
    await("<- reply", 20000);
    await("property wrong is set aside", 20000);
    const char *said = rig_type(&r, "status\r", 100);
    assert_non_null(strstr(said, ": 2306; before it "));
    await("200 success", 20000);
    said = rig_type(&r, "status\r", 100);
    assert_non_null(strstr(said, ": 200; before it 2306"));
    rig_run(&r, 60000);
    said = rig_type(&r, "status\r", 100);
    assert_non_null(strstr(said, ": 200; before it 200, 200, 200, 200\r\n"));
}

static void comes_back_from_a_pulled_cable(void **state)
{
    (void)state;
    go_online();
    rig_clear(&r);
    sim_lan_cable(r.lan, r.station, false);
    await("no link: is the cable in", 5000);
    rig_run(&r, 20000);
    sim_lan_cable(r.lan, r.station, true);
    await("online", 60000);
    await_report();
}

static void a_cable_missing_from_the_start_is_told_once(void **state)
{
    (void)state;
    rig_close(&r);
    rig_open(&r, 1);
    sim_lan_cable(r.lan, r.station, false);
    rig_start(&r);
    await("no link: is the cable in", 10000);
    rig_clear(&r);
    rig_run(&r, 30000);
    assert_null(strstr(rig_said(&r), "no link"));
    sim_lan_cable(r.lan, r.station, true);
    await("link up", 5000);
}

static void comes_back_from_a_reset_of_the_chip(void **state)
{
    (void)state;
    go_online();
    rig_clear(&r);
    sim_w5500_glitch_reset(r.chip, r.now_ns);
    await("network chip given up", 5000);
    await("network chip found", 5000);
    await_report();
}

static void a_wrong_key_is_explained(void **state)
{
    (void)state;
    rig_type(&r, "set device_name d2\r", 20);
    rig_configure(&r);
    rig_type(&r, "set device_key AAAAAAAAAAAAAAAA\rsave\r", 50);
    await("login refused by platform.test (CONNACK 4)", 60000);
    await("  1. ", 1000);
    await("next try in ", 1000);
    assert_non_null(
        strstr(rig_type(&r, "status\r", 100), "last trouble: login rejected"));
}

static void without_a_chip_the_console_lives(void **state)
{
    (void)state;
    rig_close(&r);
    rig_open(&r, 1);
    r.has_no_chip = true;
    rig_start(&r);
    unsigned before = r.led_changes;
    rig_run(&r, 30000);
    unsigned told = 0;
    for (const char *p = rig_said(&r); (p = strstr(p, "no network chip answers")); p++) {
        told++;
    }
    assert_in_range(told, 5, 7); /* each 5 s */
    assert_non_null(strstr(rig_said(&r), "this image is for the board test_board"));
    assert_non_null(strstr(r.terminal[APP_CONSOLE_UART].out, "no network chip answers"));
    assert_true(r.led_changes - before > 400); /* it blinks */
    assert_non_null(strstr(rig_type(&r, "show port\r", 20), "port = 1883"));
    assert_non_null(strstr(rig_type(&r, "selftest\r", 300), "chip version: FF"));
    assert_non_null(strstr(rig_said(&r), "! selftest failed: 2 of 4"));
    r.has_no_chip = false; /* a loose contact */
    rig_configure(&r);
    await("200 success", 60000);
}

/* A bus that is too fast for its wires is slowed down until the chip answers. */
static void a_bus_that_is_too_fast_is_slowed_down(void **state)
{
    (void)state;
    r.bus_max_hz = 8000000;
    rig_configure(&r);
    await("200 success", 120000);
    assert_true(r.bus_hz <= 8000000);
}

/* One at which a byte in a thousand is wrong lets the chip be found, and is found out then. */
static void a_bus_that_is_nearly_right_is_slowed_down(void **state)
{
    (void)state;
    rig_close(&r);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        rig_open(&r, seed);
        r.bus_max_hz = 8000000;
        r.bus_rarity = 10;
        rig_start(&r);
        await("network chip found", 60000);
        assert_true(r.bus_hz <= 8000000);
        assert_true(r.bus_hz >= 7000000);
        rig_close(&r);
    }
    rig_open(&r, 1);
}

static void selftest_passes(void **state)
{
    (void)state;
    go_online();
    rig_type(&r, "selftest\r", 1500);
    await("selftest passed", 5000);
    const char *said = rig_said(&r);
    assert_non_null(strstr(said, "chip version: 04 (04 is right)"));
    assert_non_null(strstr(said, "bytes of pattern right at 31250000 Hz"));
    assert_non_null(strstr(said, "flash: settings written and read back right"));
    assert_non_null(strstr(said, "clock: runs, 2026-01-01 00:00"));
    await_report();
}

static void selftest_steps_the_clock_down(void **state)
{
    (void)state;
    go_online();
    r.bus_max_hz = 8000000;
    rig_type(&r, "selftest\r", 100);
    await("selftest ", 5000);
    assert_non_null(strstr(rig_said(&r), "bus: wrong at 31250000 Hz; a slower clock"));
    assert_non_null(strstr(rig_said(&r), "set spi_hz "));
    assert_true(r.bus_hz <= 8000000);
    await_report();
}

static void unanswered_values_wait(void **state)
{
    (void)state;
    go_online();
    size_t stored = r.store.stored.count;
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_TCP_SILENT, 1883);
    rig_run(&r, 60000);
    sim_lan_set_fault(r.lan, SIM_LAN_FAULT_TCP_SILENT, 0);
    await_report();
    rig_run(&r, 60000);
    assert_true(r.store.stored.count >= stored + 2 * 20); /* two values each 5 s */
}

static void sleeps_while_nothing_is_to_be_done(void **state)
{
    (void)state;
    r.terminal[APP_CONSOLE_USB].is_open = false;
    rig_run(&r, 10);
    r.terminal[APP_CONSOLE_USB].is_open = true;
    rig_run(&r, 10);
    go_online();
    unsigned turns = r.feeds;
    rig_run(&r, 60000);
    assert_in_range(r.feeds - turns, 60, 600); /* 12 reports, a look at the chip each s */
}

static void a_source_that_fails_is_told_once(void **state)
{
    (void)state;
    rig_type(&r,
             "set property.x.source adc:2\rset property.x.scale 1e12\r"
             "set property.x.type int32\r",
             20);
    r.adc[2] = 4000;
    rig_configure(&r);
    await("property x: no value: it is beyond the range", 30000);
    await_report();
    rig_clear(&r);
    rig_run(&r, 20000);
    assert_null(strstr(rig_said(&r), "property x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reports_what_is_bound, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(obeys_the_led, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(sources_and_sinks_are_bound, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(reports_in_chinese, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(static_address_and_name_server, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(name_servers_by_hand_beside_dhcp, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(the_router_learns_the_name, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(what_is_logged_is_chosen, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(status_tells_the_last_replies, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(status_tells_all, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(comes_back_from_a_pulled_cable, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(a_cable_missing_from_the_start_is_told_once,
                                        open_rig, close_rig),
        cmocka_unit_test_setup_teardown(comes_back_from_a_reset_of_the_chip, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(a_wrong_key_is_explained, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(without_a_chip_the_console_lives, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(a_bus_that_is_too_fast_is_slowed_down, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(a_bus_that_is_nearly_right_is_slowed_down,
                                        open_rig, close_rig),
        cmocka_unit_test_setup_teardown(selftest_passes, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(selftest_steps_the_clock_down, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(unanswered_values_wait, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(sleeps_while_nothing_is_to_be_done, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(a_source_that_fails_is_told_once, open_rig,
                                        close_rig),
    };
    return cmocka_run_group_tests_name("firmware_app", tests, NULL, NULL);
}
