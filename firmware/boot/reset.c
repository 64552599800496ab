/* SPDX-License-Identifier: MIT */
#include "firmware/boot/reset.h"

#include <stdbool.h>

#include "board.h"
#include "firmware/boot/clocks.h"
#include "firmware/boot/flash_map.h"
#include "firmware/boot/image.h"
#include "ports/rp2040/regs.h"
#include "ports/rp2040/rom.h"

/* From the linker script. */
extern uint32_t stack_bottom[], stack_top[];
extern uint32_t data_load[], data_start[], data_end[];
extern uint32_t bss_start[], bss_end[], image_end[];

struct boot_record boot_record;

/* Watchdog scratch registers, which outlive every reset but power-on. 0, 1: pc, lr of a crash;
 * the boot ROM writes over them on its way to the USB drive. 2: MARK, cause of the reset to come,
 * failed starts. 3: GUARDED between the two halves of the cold-boot guard. */
#define SCRATCH_PC           0u
#define SCRATCH_LR           1u
#define SCRATCH_STATE        2u
#define SCRATCH_GUARD        3u
#define MARK                 0x4f4c0000u
#define GUARDED              0x4f4c4755u
#define CAUSE_NONE           0xffu
#define STATE(cause, failed) (MARK | (uint32_t)(cause) << 8 | (failed))

#define STACK_PAINT 0x4b415453u /* "STAK" */

void ol_boot_reset(void);
void ol_boot_unexpected(void);
void ol_boot_crash(const uint32_t *frame) __attribute__((noreturn, used));

static uint32_t failed_starts(void)
{
    uint32_t state = RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_STATE));
    return (state & 0xffff0000u) == MARK ? state & 0xffu : 0;
}

void boot_succeeded(void)
{
    RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_STATE)) = STATE(CAUSE_NONE, 0u);
}

static void reset_all(void) __attribute__((noreturn));
static void reset_all(void)
{
    RP_REG(RP_WATCHDOG_SCRATCH(4)) = 0; /* the boot ROM shall boot as after power-on */
    RP_REG(RP_PSM_WDSEL) = RP_PSM_ALL & ~(RP_PSM_ROSC | RP_PSM_XOSC);
    RP_SET(RP_WATCHDOG_CTRL) = RP_WATCHDOG_TRIGGER;
    for (;;) {
    }
}

/* A start that ends because somebody wanted that is none of the failed ones. */
static void note(enum boot_cause cause, uint32_t pc, uint32_t lr)
{
    uint32_t failed = failed_starts();
    failed -= cause == BOOT_REQUEST && failed > 0;
    RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_STATE)) = STATE(cause, failed);
    RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_PC)) = pc;
    RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_LR)) = lr;
}

void boot_reset(enum boot_cause cause, uint32_t pc, uint32_t lr)
{
    note(cause, pc, lr);
    reset_all();
}

void boot_usb_drive(uint32_t activity_pins)
{
    note(BOOT_REQUEST, 0, 0);
    RP_CLEAR(RP_WATCHDOG_CTRL) = RP_WATCHDOG_ENABLE;
    ol_rp_rom_usb_boot reboot = (ol_rp_rom_usb_boot)ol_rp_rom_function('U', 'B');
    reboot(activity_pins, 0);
    for (;;) {
    }
}

/* Some W55RP20 freeze at power-on while their oscillators start. What is known to help: one
 * reset by the watchdog right after power-on, a long crystal start-up time and a watchdog around
 * the start of the clocks (clocks.c). The watchdog's own record of the reason tells the second
 * round from the first; GUARDED is there in case it does not, so that this can never loop. */
static bool is_power_on(void)
{
    bool guarded = RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_GUARD)) == GUARDED;
    RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_GUARD)) = 0;
    if (guarded) {
        return true;
    }
    if (RP_REG(RP_WATCHDOG_REASON) != 0) {
        return false;
    }
#if BOARD_COLD_BOOT_GUARD
    RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_GUARD)) = GUARDED;
    reset_all();
#else
    return true;
#endif
}

static void record(bool power_on)
{
    uint32_t state = RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_STATE));
    uint32_t failed = failed_starts();
    boot_record.cause = BOOT_WATCHDOG;
    if (power_on || (state & 0xffff0000u) != MARK) {
        /* Without the mark this is the first start since power came, behind a reset by the boot
         * ROM: it does one when it has written an image. */
        failed = 0;
        boot_record.cause = power_on ? BOOT_POWER : BOOT_REQUEST;
    } else if ((state >> 8 & 0xffu) == BOOT_CRASH) {
        boot_record.cause = BOOT_CRASH;
        boot_record.crash_pc = RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_PC));
        boot_record.crash_lr = RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_LR));
    } else if ((state >> 8 & 0xffu) == BOOT_REQUEST) {
        boot_record.cause = BOOT_REQUEST;
    }
    boot_record.failed_in_a_row = failed;
    failed = failed < 0xffu ? failed + 1 : failed;
    RP_REG(RP_WATCHDOG_SCRATCH(SCRATCH_STATE)) = STATE(CAUSE_NONE, failed);
}

static void fill_memory(void)
{
    uint32_t *here = __builtin_frame_address(0);
    for (uint32_t *word = stack_bottom; word < here - 16; word++) {
        *word = STACK_PAINT;
    }
    for (uint32_t *from = data_load, *to = data_start; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *word = bss_start; word < bss_end;) {
        *word++ = 0;
    }
}

/* The loader enters here, on the ring oscillator. */
void ol_boot_reset(void)
{
    /* A reset by the watchdog leaves it on; first of all it must not bite again. */
    RP_CLEAR(RP_WATCHDOG_CTRL) = RP_WATCHDOG_ENABLE;
    bool power_on = is_power_on();
    fill_memory();
    record(power_on);
    boot_clocks_start(BOARD_SYS_HZ);
    main();
    boot_reset(BOOT_CRASH, (uint32_t)(uintptr_t)ol_boot_reset, 0);
}

size_t boot_stack_size(void)
{
    return (size_t)((uint8_t *)stack_top - (uint8_t *)stack_bottom);
}

size_t boot_stack_used(void)
{
    const uint32_t *word = stack_bottom;
    while (word < stack_top && *word == STACK_PAINT) {
        word++;
    }
    return (size_t)((const uint8_t *)stack_top - (const uint8_t *)word);
}

/* frame: what the core pushed, r0-r3, r12, lr, pc, xpsr; only read where it lies in RAM. */
void ol_boot_crash(const uint32_t *frame)
{
    uint32_t at = (uint32_t)(uintptr_t)frame;
    bool sound = at % 4 == 0 && at >= RP_RAM && at <= RP_RAM + RP_RAM_SIZE - 32;
    boot_reset(BOOT_CRASH, sound ? frame[6] : 0, sound ? frame[5] : 0);
}

/* Faults, and interrupts that nobody asked for. */
__attribute__((naked)) void ol_boot_unexpected(void)
{
    __asm__ volatile("mrs r0, msp\n\t"
                     "ldr r1, =ol_boot_crash\n\t"
                     "bx r1\n\t"
                     ".ltorg");
}

const struct image_header image_header __attribute__((section(".image_header"), used)) = {
    .magic = IMAGE_MAGIC,
    .layout = IMAGE_LAYOUT,
    .vectors = RP_XIP + FLASH_IMAGE_A_AT + FLASH_IMAGE_HEADER,
    .end = (uint32_t)(uintptr_t)image_end,
    .board = BOARD_NAME,
    .version = OL_VERSION,
};

static const uint32_t image_tail __attribute__((section(".image_tail"), used)) =
    IMAGE_MAGIC;
