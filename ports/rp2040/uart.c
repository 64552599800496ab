/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/uart.h"

#include "ports/rp2040/cpu.h"
#include "ports/rp2040/gpio.h"
#include "ports/rp2040/irq.h"
#include "ports/rp2040/ring.h"
#include "ports/rp2040/sleep.h"

#define PIN_TX 0u
#define PIN_RX 1u

static uint8_t rx_bytes[256], tx_bytes[1024];
static struct ol_rp_ring rx = {.bytes = rx_bytes, .size = sizeof rx_bytes};
static struct ol_rp_ring tx = {.bytes = tx_bytes, .size = sizeof tx_bytes};

void ol_rp_uart_init(uint32_t peri_hz, uint32_t baud)
{
    uint32_t divider =
        (peri_hz * 4u + baud / 2u) / baud; /* in 1/64 of 16 samples a bit */
    ol_rp_pin_setup(PIN_TX, RP_PAD_INPUT | RP_PAD_SCHMITT | RP_PAD_4MA, RP_FUNC_UART);
    ol_rp_pin_setup(PIN_RX, RP_PAD_INPUT | RP_PAD_SCHMITT | RP_PAD_PULL_UP, RP_FUNC_UART);
    RP_REG(RP_UART_IBRD) = divider >> 6;
    RP_REG(RP_UART_FBRD) = divider & 63u;
    RP_REG(RP_UART_LCR) = RP_UART_LCR_8N1_FIFO;
    RP_REG(RP_UART_CR) = RP_UART_CR_ON;
    RP_REG(RP_UART_IMSC) = RP_UART_RX | RP_UART_RX_IDLE;
    ol_rp_irq_enable(RP_IRQ_UART0);
}

static void receive(void)
{
    while ((RP_REG(RP_UART_FR) & RP_UART_FR_RXFE) == 0) {
        uint32_t data = RP_REG(RP_UART_DR);
        if ((data & RP_UART_DR_BAD) == 0) {
            (void)ol_rp_ring_put(&rx, (uint8_t)data);
        }
        ol_rp_wake();
    }
}

/* Fills the FIFO; the interrupt comes when it has fallen to its level, and only from above, so
 * it is of use only while more bytes wait. */
static void send(void)
{
    uint8_t byte;
    while ((RP_REG(RP_UART_FR) & RP_UART_FR_TXFF) == 0 && ol_rp_ring_take(&tx, &byte)) {
        RP_REG(RP_UART_DR) = byte;
    }
    RP_REG(RP_UART_IMSC) =
        RP_UART_RX | RP_UART_RX_IDLE | (ol_rp_ring_used(&tx) > 0 ? RP_UART_TX : 0);
}

void ol_rp_irq_uart0(void)
{
    RP_REG(RP_UART_ICR) = RP_UART_RX | RP_UART_RX_IDLE | RP_UART_TX;
    receive();
    send();
}

size_t ol_rp_uart_read(void *buf, size_t cap)
{
    return ol_rp_ring_read(&rx, buf, cap);
}

size_t ol_rp_uart_write(const void *data, size_t len)
{
    const uint8_t *from = data;
    size_t taken = 0;
    while (taken < len && ol_rp_ring_put(&tx, from[taken])) {
        taken++;
    }
    uint32_t mask = ol_rp_irq_off();
    send();
    ol_rp_irq_restore(mask);
    return taken;
}

bool ol_rp_uart_is_sent(void)
{
    return ol_rp_ring_used(&tx) == 0 && (RP_REG(RP_UART_FR) & RP_UART_FR_BUSY) == 0;
}
