/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "board.h"
#include "firmware/boot/reset.h"
#include "ports/rp2040/bus.h"
#include "ports/rp2040/clock.h"
#include "ports/rp2040/cpu.h"
#include "ports/rp2040/gpio.h"
#include "ports/rp2040/sleep.h"
#include "ports/rp2040/uart.h"
#include "ports/rp2040/watchdog.h"

/* The port's own test image: shows each part on UART0 in lines that a script can read. The LED
 * is on while a part is measured, for an oscilloscope or an emulator. */

static struct ol_rp_bus bus_state;
static uint8_t out[1460], in[1460];

static void text(const char *s)
{
    while (*s != '\0') {
        s += ol_rp_uart_write(s, strlen(s));
    }
}

static void number(const char *name, uint32_t value)
{
    char line[16];
    size_t at = sizeof line;
    line[--at] = '\0';
    do {
        line[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    text(" ");
    text(name);
    text("=");
    text(line + at);
}

static uint32_t frame(const struct ol_bus *bus, enum ol_bus_dir dir, uint16_t address,
                      uint8_t block, void *data, size_t len)
{
    const struct ol_bus_frame f = {
        .header = {(uint8_t)(address >> 8), (uint8_t)address,
                   (uint8_t)(block << 3 | (dir == OL_BUS_WRITE ? 4 : 0))},
        .header_len = 3,
        .dir = dir,
        .data = data,
        .len = len};
    uint32_t begin = ol_rp_micros();
    ol_rp_pin_set(BOARD_PIN_LED, 1);
    int32_t status = bus->ops->transfer(bus->ctx, &f, 5000);
    ol_rp_pin_set(BOARD_PIN_LED, 0);
    return status == OL_OK ? ol_rp_micros() - begin : (uint32_t)-status + 1000000u;
}

static void test_bus(const struct ol_bus *bus)
{
    bus->ops->reset_line(bus->ctx, 0);
    ol_rp_sleep_until(ol_rp_now_us() + 1000u);
    bus->ops->reset_line(bus->ctx, 1);
    ol_rp_sleep_until(ol_rp_now_us() + 2000u);
    text("bus");
    number("clock", ol_rp_bus_set_clock(&bus_state, BOARD_BUS_HZ));
    uint32_t us = frame(bus, OL_BUS_READ, 0x39, 0, in, 1);
    number("version", in[0]);
    number("us", us);
    text("\r\nbus sizes");
    static const uint16_t sizes[] = {1, 2, 4, 6, 7, 8, 10, 16, 40, 256, 1460};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizes[i]; j++) {
            out[j] = (uint8_t)(j * 7 + i);
        }
        memset(in, 0, sizeof in);
        number("write", frame(bus, OL_BUS_WRITE, 0, 2, out, sizes[i]));
        number("read", frame(bus, OL_BUS_READ, 0, 2, in, sizes[i]));
        text(memcmp(in, out, sizes[i]) == 0 ? " same" : " DIFFERENT");
    }
    text("\r\n");
}

int main(void)
{
    static const struct ol_rp_bus_pins pins = {.cs = BOARD_PIN_CS,
                                               .sck = BOARD_PIN_SCK,
                                               .mosi = BOARD_PIN_MOSI,
                                               .miso = BOARD_PIN_MISO,
                                               .reset = BOARD_PIN_RESET};
    ol_rp_watchdog_start();
    ol_rp_uart_init(BOARD_SYS_HZ, 115200);
    ol_rp_sleep_init(BOARD_PIN_INT);
    ol_rp_pin_output(BOARD_PIN_LED, 0);
    text("boot board=" BOARD_NAME);
    number("cause", boot_record.cause);
    number("failed", boot_record.failed_in_a_row);
    number("us", (uint32_t)ol_rp_now_us());
    text("\r\n");
#if BOARD_BUS_IS_PIO
    ol_rp_bus_init_pio(&bus_state, &pins, BOARD_SYS_HZ, BOARD_BUS_HZ);
#else
    ol_rp_bus_init_spi(&bus_state, &pins, BOARD_SYS_HZ, BOARD_BUS_HZ);
#endif
    struct ol_bus bus = ol_rp_bus(&bus_state);
    test_bus(&bus);
    for (;;) {
        uint64_t begin = ol_rp_now_us();
        ol_rp_sleep_until(begin + 1000000u);
        number("slept", (uint32_t)(ol_rp_now_us() - begin));
        number("stack", (uint32_t)boot_stack_used());
        text("\r\n");
        ol_rp_watchdog_feed();
    }
}
