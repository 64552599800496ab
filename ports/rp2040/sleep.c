/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/sleep.h"

#include <stdbool.h>

#include "ports/rp2040/clock.h"
#include "ports/rp2040/cpu.h"
#include "ports/rp2040/entropy.h"
#include "ports/rp2040/gpio.h"
#include "ports/rp2040/irq.h"

#define ALARM 0u

/* So many sleeps that found the pin low, one after the other, and it counts as stuck. A chip
 * under full load raises its pin between two packets. */
#define STUCK_SLEEPS 1000u
#define STUCK_NAP_US 10000u

static volatile bool woken;
static unsigned chip_pin;
static unsigned low_sleeps;
static uint64_t slept_us;

void ol_rp_wake(void)
{
    woken = true;
}

uint64_t ol_rp_slept_us(void)
{
    return slept_us;
}

void ol_rp_irq_timer0(void)
{
    RP_REG(RP_TIMER_INTR) = 1u << ALARM;
    woken = true;
}

/* The pin's level cannot be cleared here, only its cause in the chip, by the program. Masked
 * until the next sleep. */
void ol_rp_irq_io(void)
{
    ol_rp_entropy_event();
    RP_CLEAR(RP_IO_INTE(chip_pin)) = RP_IO_LEVEL_LOW(chip_pin);
    woken = true;
}

void ol_rp_sleep_init(unsigned int_pin)
{
    chip_pin = int_pin;
    ol_rp_pin_input(int_pin, RP_PAD_PULL_UP);
    RP_SET(RP_TIMER_INTE) = 1u << ALARM;
    ol_rp_irq_enable(RP_IRQ_TIMER0);
    ol_rp_irq_enable(RP_IRQ_IO);
}

/* True when the pin is low and that is news. */
static bool chip_calls(void)
{
    if (ol_rp_pin_get(chip_pin)) {
        low_sleeps = 0;
        return false;
    }
    if (low_sleeps < STUCK_SLEEPS) {
        low_sleeps++;
        return true;
    }
    return false;
}

static uint64_t sleep_end(uint64_t now, uint64_t at_us)
{
    uint64_t limit =
        now + (low_sleeps >= STUCK_SLEEPS ? STUCK_NAP_US : OL_RP_SLEEP_MAX_US);
    return at_us < limit ? at_us : limit;
}

static void wait_until(uint64_t end)
{
    RP_REG(RP_TIMER_ALARM(ALARM)) = (uint32_t)end + 1u; /* surely past the end */
    for (;;) {
        /* The alarm compares for equality, so one that was set too late never comes. */
        if (woken || ol_rp_now_us() >= end) {
            break;
        }
        ol_rp_wait_for_interrupt();
        ol_rp_irq_window();
    }
    RP_REG(RP_TIMER_ARMED) = 1u << ALARM;
    RP_REG(RP_TIMER_INTR) = 1u << ALARM;
    RP_REG(RP_NVIC_ICPR) = 1u << RP_IRQ_TIMER0;
}

void ol_rp_sleep_until(uint64_t at_us)
{
    uint32_t mask = ol_rp_irq_off();
    uint64_t begin = ol_rp_now_us();
    if (!woken && begin < at_us && !chip_calls()) {
        if (low_sleeps == 0) {
            RP_SET(RP_IO_INTE(chip_pin)) = RP_IO_LEVEL_LOW(chip_pin);
        }
        wait_until(sleep_end(begin, at_us));
        slept_us += ol_rp_now_us() - begin;
    }
    woken = false;
    ol_rp_irq_restore(mask);
}
