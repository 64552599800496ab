/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_UART_H
#define PORTS_RP2040_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UART0 on pins 0 (out) and 1 (in), 8N1 without flow control, both directions buffered and
 * driven by interrupts. */

/* peri_hz: clk_peri. baud: up to peri_hz / 16. */
void ol_rp_uart_init(uint32_t peri_hz, uint32_t baud);

/* Up to cap received bytes; 0 when there are none. Bytes with a line error are dropped, and so
 * are those that come while 256 wait to be read. */
size_t ol_rp_uart_read(void *buf, size_t cap);

/* Takes as many of len bytes as there is room for (1 KB) and returns how many; sends them in
 * the background. */
size_t ol_rp_uart_write(const void *data, size_t len);

/* All that was taken is on the wire. */
bool ol_rp_uart_is_sent(void);

#endif
