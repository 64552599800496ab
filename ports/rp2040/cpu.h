/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_CPU_H
#define PORTS_RP2040_CPU_H

#include <stdint.h>

#include "ports/rp2040/regs.h"

/* What C has no words for: the interrupt mask, sleep, and code that runs from RAM. */

/* Puts a function into RAM (copied there with .data at start). It must not call anything in
 * flash, not even memcpy, while the flash is busy. */
#define RP_IN_RAM(name) __attribute__((section(".ram_code." name), noinline, long_call))

/* Masks interrupts; returns the mask to give to ol_rp_irq_restore. */
static inline uint32_t ol_rp_irq_off(void)
{
    uint32_t mask;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(mask)::"memory");
    return mask;
}

static inline void ol_rp_irq_restore(uint32_t mask)
{
    __asm__ volatile("msr primask, %0" ::"r"(mask) : "memory");
}

/* Lets interrupts that are pending happen, then masks them again. */
static inline void ol_rp_irq_window(void)
{
    __asm__ volatile("cpsie i\n\tisb\n\tcpsid i" ::: "memory");
}

/* Sleeps until an interrupt is pending, masked or not. */
static inline void ol_rp_wait_for_interrupt(void)
{
    __asm__ volatile("dsb\n\twfi" ::: "memory");
}

static inline void ol_rp_irq_enable(uint32_t irq)
{
    RP_REG(RP_NVIC_ICPR) = 1u << irq;
    RP_REG(RP_NVIC_ISER) = 1u << irq;
}

/* The low 32 bits of the microsecond timer. Differences are right up to 71 minutes. */
static inline uint32_t ol_rp_micros(void)
{
    return RP_REG(RP_TIMER_RAWL);
}

#endif
