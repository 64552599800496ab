/* SPDX-License-Identifier: MIT */
#include <stdint.h>

#include "ports/rp2040/irq.h"
#include "ports/rp2040/regs.h"

extern uint32_t stack_top[];
void ol_boot_reset(void);
void ol_boot_unexpected(void);

#define UNEXPECTED ol_boot_unexpected

/* What the core and the interrupt controller jump to. The order is the hardware's. */
__attribute__((section(".vectors"),
               used)) static void (*const vectors[16 + RP_IRQ_COUNT])(void) = {
    (void (*)(void))stack_top,
    ol_boot_reset,
    [2 ... 15] = UNEXPECTED,
    [16 + RP_IRQ_TIMER0] = ol_rp_irq_timer0,
    [16 + RP_IRQ_TIMER1] = ol_rp_irq_timer1,
    [16 + 2 ... 16 + 4] = UNEXPECTED,
    [16 + RP_IRQ_USB] = ol_rp_irq_usb,
    [16 + 6 ... 16 + 10] = UNEXPECTED,
    [16 + RP_IRQ_DMA0] = ol_rp_irq_dma0,
    [16 + 12] = UNEXPECTED,
    [16 + RP_IRQ_IO] = ol_rp_irq_io,
    [16 + 14 ... 16 + 19] = UNEXPECTED,
    [16 + RP_IRQ_UART0] = ol_rp_irq_uart0,
    [16 + 21 ... 16 + 25] = UNEXPECTED,
};
