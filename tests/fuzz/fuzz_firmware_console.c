/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/app/app.h"
#include "tests/fuzz/fuzz.h"

/* Anything is typed on the USB console of a board whose network chip does not answer. The program
 * stays alive, its settings stay within their room, every stored text is taken again, and the
 * key that was typed first is never said. */

#define FLASH_LEN 8192u
#define SECRET    "Zm9yYmlkZGVu"

struct board {
    const uint8_t *typed;
    size_t typed_len;
    uint64_t now;
    char tail[sizeof(SECRET)]; /* the last bytes that were said */
    uint8_t flash[FLASH_LEN];
};

static struct board b;
static struct app app;

static size_t console_read(void *ctx, enum app_console console, char *buf, size_t cap)
{
    (void)ctx;
    size_t n = console == APP_CONSOLE_USB ? b.typed_len < cap ? b.typed_len : cap : 0;
    memcpy(buf, b.typed, n);
    b.typed += n;
    b.typed_len -= n;
    return n;
}

static size_t console_write(void *ctx, enum app_console console, const char *text,
                            size_t len)
{
    (void)ctx;
    for (size_t i = 0; console == APP_CONSOLE_USB && i < len; i++) {
        memmove(b.tail, b.tail + 1, sizeof(SECRET) - 2);
        b.tail[sizeof(SECRET) - 2] = text[i];
        require(memcmp(b.tail, SECRET, sizeof(SECRET) - 1) != 0);
    }
    return len;
}

static bool console_is_open(void *ctx, enum app_console console)
{
    (void)ctx;
    return console == APP_CONSOLE_USB;
}

static int32_t adc_read(void *ctx, unsigned input)
{
    (void)ctx;
    return input < 5 ? 1000 : OL_E_ARG;
}

static int32_t gpio_read(void *ctx, unsigned pin)
{
    (void)ctx;
    require(pin < 30);
    return pin < 16 ? 0 : OL_E_ARG;
}

static int32_t gpio_write(void *ctx, unsigned pin, int level)
{
    (void)level;
    return gpio_read(ctx, pin);
}

static unsigned led_pin(void *ctx)
{
    (void)ctx;
    return 5;
}

static bool chip_interrupt(void *ctx)
{
    (void)ctx;
    return false;
}

static uint32_t set_bus_clock(void *ctx, uint32_t hz)
{
    (void)ctx;
    require(hz > 0);
    return hz;
}

static void unique_id(void *ctx, uint8_t id[8])
{
    (void)ctx;
    memset(id, 7, 8);
}

static struct app_boot boot(void *ctx)
{
    (void)ctx;
    return (struct app_boot){.cause = APP_RESET_POWER};
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void reboot(void *ctx, enum app_reboot how)
{
    (void)ctx;
    (void)how;
}

static void sleep_until(void *ctx, ol_ms at)
{
    (void)ctx;
    b.now = at < b.now + 4000 ? at : b.now + 4000;
}

static ol_ms monotonic_ms(void *ctx)
{
    (void)ctx;
    return b.now;
}

static struct ol_wall_time wall(void *ctx)
{
    (void)ctx;
    return (struct ol_wall_time){0, OL_CLOCK_NONE};
}

static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    (void)ctx;
    (void)timeout_us;
    if (frame->dir == OL_BUS_READ) {
        memset(frame->data, 0xFF, frame->len);
    }
    return OL_OK;
}

static void reset_line(void *ctx, int level)
{
    (void)ctx;
    (void)level;
}

static int32_t entropy(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    memset(buf, 0x5A, len);
    return OL_OK;
}

static int32_t flash_read(void *ctx, uint32_t offset, void *buf, size_t len)
{
    (void)ctx;
    require(offset <= FLASH_LEN && len <= FLASH_LEN - offset);
    memcpy(buf, b.flash + offset, len);
    return OL_OK;
}

static int32_t flash_program(void *ctx, uint32_t offset, const void *data, size_t len)
{
    (void)ctx;
    require(offset <= FLASH_LEN && len <= FLASH_LEN - offset);
    for (size_t i = 0; i < len; i++) {
        b.flash[offset + i] &= ((const uint8_t *)data)[i];
    }
    return OL_OK;
}

static int32_t flash_erase(void *ctx, uint32_t offset)
{
    (void)ctx;
    memset(b.flash + offset, 0xFF, 4096);
    return OL_OK;
}

static struct app_machine machine_make(void)
{
    static const struct app_machine_ops ops = {.console_read = console_read,
                                               .console_write = console_write,
                                               .console_is_open = console_is_open,
                                               .adc_read = adc_read,
                                               .gpio_read = gpio_read,
                                               .gpio_write = gpio_write,
                                               .led_pin = led_pin,
                                               .chip_interrupt = chip_interrupt,
                                               .set_bus_clock = set_bus_clock,
                                               .unique_id = unique_id,
                                               .boot = boot,
                                               .boot_succeeded = nothing,
                                               .reboot = reboot,
                                               .watchdog_feed = nothing,
                                               .sleep = sleep_until};
    static const struct ol_bus_ops bus = {transfer, reset_line};
    static const struct ol_clock_ops clock = {monotonic_ms, wall, NULL};
    static const struct ol_flash_ops flash = {flash_read, flash_program, flash_erase};
    return (struct app_machine){.ops = &ops,
                                .board = "fuzz",
                                .version = "0",
                                .bus = {NULL, &bus},
                                .clock = {NULL, &clock},
                                .entropy = {NULL, entropy},
                                .settings = {NULL, &flash, FLASH_LEN, 4096, 256},
                                .bus_clock_hz = 30000000};
}

static void type(const void *data, size_t size)
{
    b.typed = data;
    b.typed_len = size;
    for (int i = 0; b.typed_len > 0 && i < 10000; i++) {
        app_step(&app);
    }
    require(b.typed_len == 0);
    for (int i = 0; i < 20; i++) {
        app_step(&app);
    }
    require(app.settings.edited.len <= APP_TEXT_CAP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct app_machine machine;
    static const char key[] = "set device_key " SECRET "\r";
    machine = machine_make();
    memset(&b, 0, sizeof(b));
    memset(b.flash, 0xFF, sizeof(b.flash));
    if (memmem(data, size, "9yYm", 4)) {
        return 0; /* it knows a part of the key */
    }
    app_init(&app, &machine);
    type(key, sizeof(key) - 1);
    type(data, size);
    type("\x03save\r", 6);
    struct ol_record *r = &app.settings.store;
    size_t len = ol_record_len(r);
    app_init(&app, &machine);
    require(ol_record_len(r) == len);
    type("\x03show\r", 6);
    return 0;
}
