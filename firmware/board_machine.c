/* SPDX-License-Identifier: MIT */
#include "firmware/board_machine.h"

#include <string.h>

#include "board.h"
#include "firmware/boot/flash_map.h"
#include "firmware/boot/reset.h"
#include "ports/rp2040/adc.h"
#include "ports/rp2040/bus.h"
#include "ports/rp2040/clock.h"
#include "ports/rp2040/entropy.h"
#include "ports/rp2040/flash.h"
#include "ports/rp2040/gpio.h"
#include "ports/rp2040/identity.h"
#include "ports/rp2040/sleep.h"
#include "ports/rp2040/uart.h"
#include "ports/rp2040/usb.h"
#include "ports/rp2040/watchdog.h"

#define UART_BAUD  115200u
#define GOODBYE_US 50000u /* for the last words before a reboot */

/* Memory behind .bss that nothing has written since power-on. */
extern const uint32_t bss_end[];
#define LEFTOVER_WORDS 1024u

_Static_assert((BOARD_RESERVED_PINS & (1u << BOARD_PIN_LED)) == 0,
               "the LED is the user's");

static struct ol_rp_bus bus;
static struct ol_rp_flash settings_region = {.at = FLASH_SETTINGS_AT,
                                             .size = FLASH_SETTINGS_SIZE};
static struct ol_rp_flash identity_region = {.at = FLASH_IDENTITY_AT,
                                             .size = FLASH_IDENTITY_SIZE};
static uint8_t identity[8];
static char serial[2 * sizeof identity + 1];
static uint32_t user_pins; /* those that gpio_read or gpio_write has set up */
static struct app_machine machine;

static size_t console_read(void *ctx, enum app_console console, char *buf, size_t cap)
{
    (void)ctx;
    return console == APP_CONSOLE_USB ? ol_rp_usb_read(buf, cap)
                                      : ol_rp_uart_read(buf, cap);
}

static size_t console_write(void *ctx, enum app_console console, const char *text,
                            size_t len)
{
    (void)ctx;
    return console == APP_CONSOLE_USB ? ol_rp_usb_write(text, len)
                                      : ol_rp_uart_write(text, len);
}

static bool console_is_open(void *ctx, enum app_console console)
{
    (void)ctx;
    return console != APP_CONSOLE_USB || ol_rp_usb_is_open();
}

static int32_t adc_read(void *ctx, unsigned input)
{
    (void)ctx;
    return ol_rp_adc_read(input);
}

static bool is_user_pin(unsigned pin)
{
    return pin < OL_RP_PIN_COUNT && (BOARD_RESERVED_PINS >> pin & 1u) == 0;
}

static int32_t gpio_read(void *ctx, unsigned pin)
{
    (void)ctx;
    if (!is_user_pin(pin)) {
        return OL_E_ARG;
    }
    if ((user_pins >> pin & 1u) == 0) {
        ol_rp_pin_input(pin, RP_PAD_PULL_UP);
        user_pins |= 1u << pin;
    }
    return ol_rp_pin_get(pin);
}

static int32_t gpio_write(void *ctx, unsigned pin, int level)
{
    (void)ctx;
    if (!is_user_pin(pin)) {
        return OL_E_ARG;
    }
    ol_rp_pin_output(pin, level);
    user_pins |= 1u << pin;
    if (bus.is_foreign) { /* without a chip nothing but the LED is written */
        ol_rp_pin_output(BOARD_PIN_LED_ELSEWHERE, level);
    }
    return OL_OK;
}

static unsigned led_pin(void *ctx)
{
    (void)ctx;
    return BOARD_PIN_LED;
}

static bool chip_interrupt(void *ctx)
{
    (void)ctx;
    return !ol_rp_pin_get(BOARD_PIN_INT);
}

static uint32_t set_bus_clock(void *ctx, uint32_t hz)
{
    (void)ctx;
    return ol_rp_bus_set_clock(&bus, hz);
}

static void unique_id(void *ctx, uint8_t id[8])
{
    (void)ctx;
    memcpy(id, identity, sizeof identity);
}

static struct app_boot boot(void *ctx)
{
    static const enum app_reset_cause causes[] = {[BOOT_POWER] = APP_RESET_POWER,
                                                  [BOOT_REQUEST] = APP_RESET_REQUEST,
                                                  [BOOT_WATCHDOG] = APP_RESET_WATCHDOG,
                                                  [BOOT_CRASH] = APP_RESET_CRASH};
    (void)ctx;
    return (struct app_boot){.cause = causes[boot_record.cause],
                             .crash_pc = boot_record.crash_pc,
                             .crash_lr = boot_record.crash_lr,
                             .failed_in_a_row = boot_record.failed_in_a_row};
}

static void succeeded(void *ctx)
{
    (void)ctx;
    boot_succeeded();
}

static void reboot(void *ctx, enum app_reboot how)
{
    (void)ctx;
    uint64_t end = ol_rp_now_us() + GOODBYE_US;
    while (ol_rp_now_us() < end) {
        ol_rp_sleep_until(end);
    }
    if (how == APP_REBOOT_BOOTSEL) {
        boot_usb_drive(1u << BOARD_PIN_LED);
    }
    boot_reset(BOOT_REQUEST, 0, 0);
}

static void watchdog_feed(void *ctx)
{
    (void)ctx;
    ol_rp_watchdog_feed();
}

static void sleep(void *ctx, ol_ms at)
{
    (void)ctx;
    ol_rp_sleep_until(at > OL_NEVER / 1000u ? OL_NEVER : at * 1000u);
}

static const struct app_machine_ops ops = {
    .console_read = console_read,
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
    .boot_succeeded = succeeded,
    .reboot = reboot,
    .watchdog_feed = watchdog_feed,
    .sleep = sleep,
};

static void bus_init(void)
{
    static const struct ol_rp_bus_pins pins = {.cs = BOARD_PIN_CS,
                                               .sck = BOARD_PIN_SCK,
                                               .mosi = BOARD_PIN_MOSI,
                                               .miso = BOARD_PIN_MISO,
                                               .reset = BOARD_PIN_RESET};
#if BOARD_BUS_IS_PIO
    ol_rp_bus_init_pio(&bus, &pins, BOARD_SYS_HZ, BOARD_BUS_HZ);
#else
    ol_rp_bus_init_spi(&bus, &pins, BOARD_SYS_HZ, BOARD_BUS_HZ);
#endif
}

/* Random numbers, the board's number, and the settings' place, each of which needs the one
 * before. A flash that cannot be written is found by whoever tries. */
static void storage_init(void)
{
    struct ol_flash store = ol_rp_flash(&identity_region);
    struct ol_entropy entropy = ol_rp_entropy();
    ol_rp_entropy_init(bss_end, LEFTOVER_WORDS);
    if (ol_rp_flash_init() == OL_OK &&
        ol_rp_identity(identity, &store, &entropy) == OL_OK) {
        ol_rp_entropy_add(identity, sizeof identity);
    }
    for (size_t i = 0; i < sizeof identity; i++) {
        serial[2 * i] = "0123456789ABCDEF"[identity[i] >> 4];
        serial[2 * i + 1] = "0123456789ABCDEF"[identity[i] & 15];
    }
}

const struct app_machine *board_machine_init(void)
{
    static const struct ol_rp_usb_names names = {.manufacturer = "onelink",
                                                 .product = BOARD_PRODUCT,
                                                 .serial = serial,
                                                 .release = OL_RELEASE_BCD};
    ol_rp_watchdog_start();
    ol_rp_uart_init(BOARD_SYS_HZ, UART_BAUD);
    ol_rp_adc_init();
    ol_rp_sleep_init(BOARD_PIN_INT);
    storage_init();
    bus_init();
    ol_rp_usb_init(&names);
    machine = (struct app_machine){.ops = &ops,
                                   .board = BOARD_NAME,
                                   .version = OL_VERSION,
                                   .bus = ol_rp_bus(&bus),
                                   .clock = ol_rp_clock(),
                                   .entropy = ol_rp_entropy(),
                                   .settings = ol_rp_flash(&settings_region),
                                   .bus_clock_hz = bus.clock_hz};
    return &machine;
}
