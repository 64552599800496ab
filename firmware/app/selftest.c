/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/app/private.h"

#define VERSION_REGISTER 0x39
#define VERSION          0x04
#define BUS_HZ_MIN       1000000u
#define SOCKET_STATE     0x03
#define BUFFER_LEN       2048u
#define CHUNK            128u
#define SLEEP_MS         20u

/* Block numbers of the chip: registers of a socket, its transmit memory. */
static unsigned registers_of(unsigned socket)
{
    return 4 * socket + 1;
}

static unsigned memory_of(unsigned socket)
{
    return 4 * socket + 2;
}

static void test_version(struct app *app)
{
    uint8_t version = 0;
    int32_t rc = ol_w5500_read(&app->chip.w5500, 0, VERSION_REGISTER, &version, 1);
    app->selftest_bad = (uint8_t)(rc != OL_OK || version != VERSION);
    ANSWER(app, MSG_TEST_VERSION, app_hex_byte(version));
}

/* Each byte differs from its neighbours, and from the same place in another pass. */
static uint8_t pattern(unsigned pass, uint32_t at)
{
    static const uint8_t plain[4] = {0x00, 0xFF, 0x55, 0xAA};
    return pass < 4 ? (uint8_t)(plain[pass] ^ (at & 1 ? 0xFF : 0))
                    : (uint8_t)(at * 167u + (at >> 8) + pass);
}

static bool pass_chunk(struct app *app, unsigned block, uint32_t at, unsigned pass)
{
    uint8_t bytes[CHUNK];
    for (uint32_t i = 0; i < CHUNK; i++) {
        bytes[i] = pattern(pass, at + i);
    }
    if (ol_w5500_write(&app->chip.w5500, block, (uint16_t)at, bytes, CHUNK) != OL_OK) {
        return false;
    }
    memset(bytes, 0, CHUNK);
    if (ol_w5500_read(&app->chip.w5500, block, (uint16_t)at, bytes, CHUNK) != OL_OK) {
        return false;
    }
    for (uint32_t i = 0; i < CHUNK; i++) {
        if (bytes[i] != pattern(pass, at + i)) {
            return false;
        }
    }
    return true;
}

/* Patterns through the transmit memory of every socket that is closed. Returns the bytes, 0
 * when any was wrong. */
static uint32_t test_memory(struct app *app)
{
    uint32_t total = 0;
    for (unsigned socket = 0; socket < OL_W5500_SOCKETS; socket++) {
        uint8_t state = 0xFF;
        if (ol_w5500_read(&app->chip.w5500, registers_of(socket), SOCKET_STATE, &state,
                          1) != OL_OK) {
            return 0;
        }
        for (uint32_t at = 0; state == 0 && at < BUFFER_LEN; at += CHUNK) {
            unsigned pass = (at / CHUNK + socket) % 5;
            if (!pass_chunk(app, memory_of(socket), at, pass)) {
                return 0;
            }
            total += CHUNK;
        }
    }
    return total;
}

uint32_t app_bus_settle(struct app *app, void (*wrong_at)(struct app *app, uint32_t hz))
{
    uint32_t hz = app->chip.bus_hz, first = hz, bytes;
    while ((bytes = test_memory(app)) == 0 && hz / 2 >= BUS_HZ_MIN) {
        wrong_at(app, hz);
        app_chip_set_clock(app, hz / 2);
        hz = app->chip.bus_hz < hz ? app->chip.bus_hz : hz / 2;
    }
    if (bytes == 0 || hz != first) {
        ol_w5500_distrust(&app->chip.w5500);
    }
    if (bytes == 0) {
        app_chip_set_clock(app, first);
    }
    return bytes;
}

static void answer_wrong_at(struct app *app, uint32_t hz)
{
    ANSWER(app, MSG_TEST_BUS_BAD, app_count(hz));
}

static void test_bus(struct app *app)
{
    uint32_t first = app->chip.bus_hz, bytes = app_bus_settle(app, answer_wrong_at);
    if (bytes == 0) {
        app->selftest_bad++;
        ANSWER(app, MSG_TEST_BUS_NONE, app_count(BUS_HZ_MIN));
        return;
    }
    ANSWER(app, MSG_TEST_BUS_OK, app_count(bytes), app_count(app->chip.bus_hz));
    if (app->chip.bus_hz != first) {
        ANSWER(app, MSG_TEST_BUS_SLOWER, app_count(app->chip.bus_hz));
    }
}

/* The stored settings are stored once more and read back. */
static bool test_store(struct app *app)
{
    struct ol_record *s = &app->settings.store;
    struct app_text_buf *text = &app->settings.used;
    return ol_record_commit(s, text->ptr, text->len) == OL_OK &&
           ol_record_open(s) == OL_OK && ol_record_len(s) == text->len;
}

static void test_flash(struct app *app)
{
    bool ok = test_store(app);
    app->selftest_bad = (uint8_t)(app->selftest_bad + !ok);
    ANSWER(app, ok ? MSG_TEST_FLASH_OK : MSG_TEST_FLASH_BAD);
}

static void test_clock(struct app *app)
{
    const struct app_machine *m = app->machine;
    ol_ms from = m->clock.ops->monotonic_ms(m->clock.ctx), now = from;
    char text[APP_DATE_CAP];
    for (unsigned turns = 0; turns < 1000 && now - from < SLEEP_MS; turns++) {
        m->ops->sleep(m->ctx, ol_ms_add(from, SLEEP_MS));
        now = m->clock.ops->monotonic_ms(m->clock.ctx);
    }
    if (now - from < SLEEP_MS || now - from > 5 * SLEEP_MS) {
        app->selftest_bad++;
        ANSWER(app, MSG_TEST_CLOCK_BAD, app_count((uint32_t)(now - from)));
        return;
    }
    struct ol_wall_time wall = {0, OL_CLOCK_NONE};
    if (app->phase == APP_ACTIVE) {
        wall = ol_agent_get_wall(&app->agent);
    }
    ANSWER(app, MSG_TEST_CLOCK_OK,
           wall.quality == OL_CLOCK_NONE ? app_sub(MSG_TEST_DATE_NONE)
                                         : app_text(app_date_encode(text, wall.unix_ms)));
}

static void say_result(struct app *app)
{
    if (app->selftest_bad == 0) {
        ANSWER(app, MSG_TEST_PASSED);
    } else {
        app_line_refuse(app);
        PUT(app, MSG_TEST_FAILED, app_count(app->selftest_bad));
        app_line_say(app);
    }
}

bool app_selftest_next(struct app *app, unsigned index)
{
    static void (*const steps[])(struct app * app) = {test_version, test_bus, test_flash,
                                                      test_clock, say_result};
    if (app->phase == APP_ENDING) { /* what is in use is not what is stored */
        app->terminals[app->console].job.index = index;
        app->terminals[app->console].job.waits = true;
        return true;
    }
    steps[index](app);
    return index + 1 < sizeof(steps) / sizeof(steps[0]);
}
