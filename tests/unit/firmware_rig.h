/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_FIRMWARE_RIG_H
#define TESTS_UNIT_FIRMWARE_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/app/app.h"
#include "platform/core/node.h"
#include "sim/chip/w5500.h"
#include "sim/lan/chip_port.h"
#include "sim/lan/lan.h"
#include "tests/support/nor_flash.h"
#include "tests/unit/platform_memory_store.h"

/* The firmware's application on a made-up board in virtual time: its consoles are typed on, its
 * network chip is the model, on a virtual network with a router and the platform's core. One
 * process, one thread, no waiting. */

#define RIG_MS      UINT64_C(1000000)
#define RIG_OUT_CAP 65536u
#define RIG_IN_CAP  8192u
#define RIG_SEATS   8u
#define RIG_PINS    30u
#define RIG_LED     19u
#define RIG_KEY     "MDEyMzQ1Njc4OWFiY2RlZg=="

struct rig_terminal {
    char in[RIG_IN_CAP];
    size_t in_len, in_at;
    char out[RIG_OUT_CAP + 1]; /* what was said, NUL behind it */
    size_t out_len;
    size_t out_room; /* bytes the port takes until more is given; SIZE_MAX: any */
    bool is_open;
};

struct rig_seat {
    struct rig *rig;
    uint32_t conn;
    struct ol_session session;
    bool is_used;
    bool is_ended; /* by the network */
};

struct rig {
    struct app app;
    struct app_machine machine;
    uint64_t now_ns;
    uint64_t slept_ns;
    uint64_t rng;
    uint8_t unique_id[8]; /* may be changed before rig_start */

    struct sim_lan *lan;
    struct sim_wire wire;
    struct sim_w5500 *chip;
    uint32_t station;
    uint32_t router;
    bool has_no_chip;    /* every byte on the bus is FF */
    uint32_t bus_hz;     /* in force */
    uint32_t bus_max_hz; /* above it bytes are damaged; 0: never */
    unsigned bus_rarity; /* one in 2 to the power of this many */

    struct ol_nor nor;
    struct rig_terminal terminal[APP_CONSOLE_COUNT];
    int32_t adc[5];
    int gpio[RIG_PINS];
    unsigned led_changes;
    struct app_boot boot;
    unsigned reboots;
    enum app_reboot reboot_how;
    bool was_successful;
    unsigned feeds;

    struct ol_memory_store store;
    struct ol_store_product *product;
    struct ol_memory_device *device;
    struct ol_node node;
    struct rig_seat seats[RIG_SEATS];
    bool is_cloud_up;
};

/* A board with an empty flash, cable in, on a network with DHCP, DNS and NTP; the platform at
 * platform.test and 203.0.113.10, port 1883, knows product PID1 with temp, humi and led and the
 * device d1 with RIG_KEY. The application is not started. */
void rig_open(struct rig *r, uint64_t seed);
void rig_close(struct rig *r);

/* Power on: the application begins anew on the flash as it is. */
void rig_start(struct rig *r);
/* Steps the application until ms have passed. */
void rig_run(struct rig *r, uint64_t ms);
/* Until the USB console (or the UART) has said text since the last rig_clear, at most ms. */
bool rig_await(struct rig *r, const char *text, uint64_t ms);
bool rig_await_uart(struct rig *r, const char *text, uint64_t ms);

/* Types on the USB console; what was said before is forgotten, and what is said within ms is
 * the result. */
const char *rig_type(struct rig *r, const char *text, uint64_t ms);
void rig_type_on(struct rig *r, unsigned console, const char *text);
void rig_clear(struct rig *r);
const char *rig_said(const struct rig *r);

/* Types the settings that the device needs to report chip_temperature, a simulated humi and
 * led, and saves them. */
void rig_configure(struct rig *r);

#endif
