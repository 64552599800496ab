/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "firmware/board_machine.h"
#include "firmware/boot/reset.h"
#include "firmware/tests/say.h"
#include "ports/rp2040/clock.h"
#include "ports/rp2040/gpio.h"
#include "ports/rp2040/regs.h"
#include "ports/rp2040/sleep.h"

/* The port's own test image: tries each part of the machine without any of the application and
 * reports on UART0, one part a line, in words that a script can read. The LED is on while a
 * frame is on the bus, for an oscilloscope or an emulator that counts cycles. USB sends back
 * what it gets. A letter on the UART asks for what cannot be part of the round: c crash,
 * w watchdog, r reboot, u USB drive. */

/* In the boot ROM: 1 is silicon B0, 2 B1, 3 B2. */
#define ROM_VERSION 0x13u

static const struct app_machine *m;
static uint8_t out[1460], in[1460];

static void hex(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char pair[3] = {"0123456789abcdef"[bytes[i] >> 4],
                              "0123456789abcdef"[bytes[i] & 15], '\0'};
        say(pair);
    }
}

static uint32_t micros(void)
{
    return (uint32_t)ol_rp_now_us();
}

/* Sleeps that long, whatever wakes it. */
static void pause(uint32_t us)
{
    uint64_t end = ol_rp_now_us() + us;
    while (ol_rp_now_us() < end) {
        ol_rp_sleep_until(end);
    }
}

static uint32_t frame(enum ol_bus_dir dir, uint16_t address, uint8_t block, void *data,
                      size_t len)
{
    const struct ol_bus_frame f = {
        .header = {(uint8_t)(address >> 8), (uint8_t)address,
                   (uint8_t)(block << 3 | (dir == OL_BUS_WRITE) << 2)},
        .header_len = 3,
        .dir = dir,
        .data = data,
        .len = len};
    unsigned led = m->ops->led_pin(m->ctx);
    uint32_t begin = micros();
    ol_rp_pin_set(led, 1);
    int32_t status = m->bus.ops->transfer(m->bus.ctx, &f, 5000);
    ol_rp_pin_set(led, 0);
    uint32_t us = micros() - begin;
    return status == OL_OK ? us : 1000000u + (uint32_t)-status;
}

static void test_boot(void)
{
    struct app_boot boot = m->ops->boot(m->ctx);
    uint8_t id[8];
    m->ops->unique_id(m->ctx, id);
    say("\r\nboot board=");
    say(m->board);
    say(" version=");
    say(m->version);
    say_number("cause", boot.cause);
    say_number("failed", boot.failed_in_a_row);
    say_number("pc", boot.crash_pc);
    say_number("us", micros());
    say_number("rom", *(const volatile uint8_t *)ROM_VERSION);
    say(" id=");
    hex(id, sizeof id);
}

static void test_bus(void)
{
    static const uint16_t sizes[] = {1, 2, 3, 4, 5, 8, 16, 40, 256, 1460};
    (void)m->ops->gpio_write(m->ctx, m->ops->led_pin(m->ctx), 0);
    m->bus.ops->reset_line(m->bus.ctx, 0);
    pause(1000);
    m->bus.ops->reset_line(m->bus.ctx, 1);
    pause(2000);
    say("\r\nbus");
    say_number("clock", m->ops->set_bus_clock(m->ctx, m->bus_clock_hz));
    uint32_t us = frame(OL_BUS_READ, 0x39, 0, in, 1);
    say_number("version", in[0]);
    say_number("us", us);
    say_number("header", frame(OL_BUS_READ, 0x39, 0, NULL, 0));
    say(m->ops->chip_interrupt(m->ctx) ? " int=low" : " int=high");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizes[i]; j++) {
            out[j] = (uint8_t)(j * 7 + i);
        }
        memset(in, 0, sizeof in);
        say_number("write", frame(OL_BUS_WRITE, 0, 2, out, sizes[i]));
        say_number("read", frame(OL_BUS_READ, 0, 2, in, sizes[i]));
        say(memcmp(in, out, sizes[i]) == 0 ? " same" : " DIFFERENT");
    }
    say_number("slow", m->ops->set_bus_clock(m->ctx, 1000000));
    say_number("read", frame(OL_BUS_READ, 0, 2, in, 40));
    say_number("late", frame(OL_BUS_READ, 0, 2, in, 1460));
    say_number("clock", m->ops->set_bus_clock(m->ctx, m->bus_clock_hz));
    say_number("again", frame(OL_BUS_READ, 0x39, 0, in, 1));
    say_number("version", in[0]);
}

static void test_flash(void)
{
    const struct ol_flash *flash = &m->settings;
    uint32_t at = flash->size - flash->erase_size;
    uint8_t before[4] = {0};
    say("\r\nflash");
    say_number("size", flash->size);
    say_number("lanes", (RP_REG(RP_SSI_CTRLR0) & RP_SSI_QUAD) != 0 ? 4 : 1);
    (void)flash->ops->read(flash->ctx, at, before, sizeof before);
    say(" before=");
    hex(before, sizeof before);
    uint32_t begin = micros();
    say_number("erase", (uint32_t)-flash->ops->erase(flash->ctx, at));
    say_number("us", micros() - begin);
    begin = micros();
    say_number("program", (uint32_t)-flash->ops->program(flash->ctx, at, out, 256));
    say_number("us", micros() - begin);
    (void)flash->ops->read(flash->ctx, at, in, 256);
    say(memcmp(in, out, 256) == 0 ? " same" : " DIFFERENT");
    say_number("misaligned",
               (uint32_t)-flash->ops->program(flash->ctx, at + 1, out, 256));
    say_number("outside", (uint32_t)-flash->ops->erase(flash->ctx, flash->size));
}

static void test_inputs(void)
{
    uint8_t random[16] = {0};
    say("\r\nentropy");
    say_number("status",
               (uint32_t)-m->entropy.fill(m->entropy.ctx, random, sizeof random));
    say(" bytes=");
    hex(random, sizeof random);
    say("\r\nadc");
    for (unsigned input = 0; input < 5; input++) {
        say_number("value", (uint32_t)m->ops->adc_read(m->ctx, input));
    }
    say_number("none", (uint32_t)-m->ops->adc_read(m->ctx, 5));
    say("\r\ngpio");
    say_number("pin2", (uint32_t)m->ops->gpio_read(m->ctx, 2));
    say_number("reserved", (uint32_t)-m->ops->gpio_write(m->ctx, 0, 1));
    say_number("none", (uint32_t)-m->ops->gpio_read(m->ctx, 30));
}

/* The image's own division, of 32 and of 64 bits. Returns how many were wrong. */
static uint32_t divide(uint64_t dividend, uint64_t divisor)
{
    uint32_t n = (uint32_t)dividend, d = (uint32_t)divisor;
    uint64_t quotient = dividend / divisor, remainder = dividend % divisor;
    uint32_t wrong = quotient * divisor + remainder != dividend || remainder >= divisor;
    if (d != 0) {
        uint32_t q = n / d, r = n % d;
        wrong += q * d + r != n || r >= d || (uint64_t)q * d > n;
    }
    return wrong;
}

static void test_divide(void)
{
    uint64_t dividend = 0x0123456789abcdef, divisor = 0xfedcba9876543211;
    uint32_t wrong = 0;
    for (unsigned i = 0; i < 64; i++) {
        wrong += divide(dividend, divisor >> i | 1u);
        wrong += divide(dividend >> i, divisor >> (63u - i) | 1u);
        dividend = dividend << 1 | dividend >> 63;
    }
    wrong += divide(UINT64_MAX, 1) + divide(0, UINT32_MAX) + divide(UINT32_MAX, 1);
    say("\r\ndivide");
    say_number("wrong", wrong);
}

static void test_sleep(void)
{
    uint64_t begin = ol_rp_now_us();
    m->ops->sleep(m->ctx, 0); /* what woke before ends the next one at once */
    m->ops->sleep(m->ctx, begin / 1000 + 100);
    say("\r\nsleep");
    say_number("us", (uint32_t)(ol_rp_now_us() - begin));
    begin = ol_rp_now_us();
    m->ops->sleep(m->ctx, OL_NEVER);
    say_number("longest", (uint32_t)(ol_rp_now_us() - begin));
    say_number("stack", (uint32_t)boot_stack_used());
    say("\r\nready\r\n");
}

static void obey(char command)
{
    switch (command) {
    case 'c':
        __asm__ volatile("svc 0"); /* an exception that nobody handles */
        break;
    case 'w':
        for (;;) {
        }
    case 'r':
        m->ops->reboot(m->ctx, APP_REBOOT_NORMAL);
        break;
    case 'u':
        m->ops->reboot(m->ctx, APP_REBOOT_BOOTSEL);
        break;
    case 's':
        m->ops->boot_succeeded(m->ctx);
        break;
    default:
        say("?");
    }
}

int main(void)
{
    m = board_machine_init();
    say_on(m);
    test_boot();
    test_bus();
    test_flash();
    test_inputs();
    test_divide();
    test_sleep();
    for (;;) {
        char bytes[64];
        size_t len = m->ops->console_read(m->ctx, APP_CONSOLE_USB, bytes, sizeof bytes);
        size_t sent = 0;
        while (sent < len && m->ops->console_is_open(m->ctx, APP_CONSOLE_USB)) {
            sent +=
                m->ops->console_write(m->ctx, APP_CONSOLE_USB, bytes + sent, len - sent);
        }
        if (m->ops->console_read(m->ctx, APP_CONSOLE_UART, bytes, 1) == 1) {
            obey(bytes[0]);
        }
        m->ops->watchdog_feed(m->ctx);
        m->ops->sleep(m->ctx, OL_NEVER);
    }
}
