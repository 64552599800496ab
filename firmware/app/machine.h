/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_MACHINE_H
#define FIRMWARE_APP_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/time.h"
#include "onelink/link/bus.h"
#include "onelink/link/clock.h"
#include "onelink/link/entropy.h"
#include "onelink/link/flash.h"

/* What the firmware's application needs from a board, beside the contracts in onelink/link. A
 * port (ports/rp2040) fills it in; so does the test harness, which runs the same application in
 * one process with the chip model. Nothing here waits except bus, flash and sleep. */

enum app_console { APP_CONSOLE_USB, APP_CONSOLE_UART, APP_CONSOLE_COUNT };

enum app_reset_cause {
    APP_RESET_POWER,    /* power came, or the RUN pin */
    APP_RESET_REQUEST,  /* reboot() */
    APP_RESET_WATCHDOG, /* the main loop stopped feeding it */
    APP_RESET_CRASH     /* a fault handler; crash_pc says where */
};

/* Why and how often the board started. */
struct app_boot {
    enum app_reset_cause cause;
    uint32_t crash_pc; /* APP_RESET_CRASH: program counter, else 0 */
    uint32_t crash_lr;
    uint32_t
        failed_in_a_row; /* starts since one ran for a minute: a boot loop when it grows */
};

enum app_reboot {
    APP_REBOOT_NORMAL,
    APP_REBOOT_BOOTSEL /* into the boot ROM's USB drive */
};

struct app_machine_ops {
    /* Bytes that somebody typed: up to cap into buf; 0 when there are none. */
    size_t (*console_read)(void *ctx, enum app_console console, char *buf, size_t cap);
    /* Takes up to len bytes; returns how many. 0 when it is full or nobody listens. */
    size_t (*console_write)(void *ctx, enum app_console console, const char *text,
                            size_t len);
    /* A terminal is there (USB: DTR is set; UART: always true). */
    bool (*console_is_open)(void *ctx, enum app_console console);

    /* 12-bit reading of ADC input 0..3, or of the temperature sensor (4). OL_E_ARG: no such
     * input here. */
    int32_t (*adc_read)(void *ctx, unsigned input);

    /* User pins. OL_OK or the level 0/1; OL_E_ARG: no such pin, or the board needs it itself. */
    int32_t (*gpio_read)(void *ctx, unsigned pin);
    int32_t (*gpio_write)(void *ctx, unsigned pin, int level);
    /* Which pin is the board's LED. */
    unsigned (*led_pin)(void *ctx);

    /* Level of the network chip's interrupt pin: true when it is low. */
    bool (*chip_interrupt)(void *ctx);
    /* SPI clock to the chip: the next possible one not above hz is used from now on and
     * returned. */
    uint32_t (*set_bus_clock)(void *ctx, uint32_t hz);

    void (*unique_id)(void *ctx, uint8_t id[8]);
    struct app_boot (*boot)(void *ctx);
    /* The program has run well for a minute: failed_in_a_row begins anew. */
    void (*boot_succeeded)(void *ctx);
    void (*reboot)(void *ctx, enum app_reboot how); /* does not return on a board */

    void (*watchdog_feed)(void *ctx);
    /* Sleeps until `at`, or until an interrupt (chip, console, timer) came since the last call;
     * never longer than the watchdog allows. */
    void (*sleep)(void *ctx, ol_ms at);
};

struct app_machine {
    void *ctx;
    const struct app_machine_ops *ops;
    const char *board;   /* "w55rp20_evb_pico" */
    const char *version; /* of the firmware */
    struct ol_bus bus;
    struct ol_clock clock;
    struct ol_entropy entropy;
    struct ol_flash settings; /* the region of the settings */
    uint32_t bus_clock_hz;    /* that the board was designed for */
};

#endif
