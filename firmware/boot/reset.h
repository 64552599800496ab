/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_BOOT_RESET_H
#define FIRMWARE_BOOT_RESET_H

#include <stddef.h>
#include <stdint.h>

/* What happens between reset and main(), and the memory of it that outlives a reset. */

enum boot_cause {
    BOOT_POWER,    /* power came, or the RUN pin */
    BOOT_REQUEST,  /* boot_reset(BOOT_REQUEST), or the USB drive has written an image */
    BOOT_WATCHDOG, /* the watchdog bit */
    BOOT_CRASH     /* a fault or an interrupt that nobody handles */
};

struct boot_record {
    enum boot_cause cause;
    uint32_t crash_pc; /* BOOT_CRASH: where, else 0 */
    uint32_t crash_lr;
    uint32_t
        failed_in_a_row; /* starts before this one that did not get to boot_succeeded */
};

/* Why this start happened. Valid in main(). */
extern struct boot_record boot_record;

/* Forgets the failed starts. */
void boot_succeeded(void);

/* Notes the cause and resets everything but the oscillators, as the watchdog does. */
void boot_reset(enum boot_cause cause, uint32_t pc, uint32_t lr)
    __attribute__((noreturn));

/* Notes BOOT_REQUEST and goes into the boot ROM's USB drive; the pins of activity_pins (a mask)
 * show what it does. The crystal must run, as it does in main(). */
void boot_usb_drive(uint32_t activity_pins) __attribute__((noreturn));

/* Bytes of the stack that were ever used, and its size. Found by what start-up painted. */
size_t boot_stack_used(void);
size_t boot_stack_size(void);

/* The program. Runs with clocks on, interrupts on, and a watchdog that bites in a second. */
int main(void);

#endif
