/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_IRQ_H
#define PORTS_RP2040_IRQ_H

/* The interrupt handlers of the port, for the vector table. Nobody else calls them. Each ends
 * or masks what asked for it, and wakes ol_rp_sleep_until. */

void ol_rp_irq_timer0(void); /* the end of a sleep */
void ol_rp_irq_timer1(void); /* the deadline of a transfer on the bus */
void ol_rp_irq_usb(void);
void ol_rp_irq_dma0(void); /* a transfer on the bus is done */
void ol_rp_irq_io(void);   /* the network chip's interrupt pin is low */
void ol_rp_irq_uart0(void);

#endif
