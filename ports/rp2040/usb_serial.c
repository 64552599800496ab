/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/cpu.h"
#include "ports/rp2040/ring.h"
#include "ports/rp2040/sleep.h"
#include "ports/rp2040/usb_private.h"

#define LINE_STATE_DTR 1u

static uint8_t rx_bytes[256], tx_bytes[1024];
static struct ol_rp_ring rx = {.bytes = rx_bytes, .size = sizeof rx_bytes};
static struct ol_rp_ring tx = {.bytes = tx_bytes, .size = sizeof tx_bytes};

static volatile bool configured, suspended, dtr;
static bool sending; /* a packet is with the controller */
static bool
    last_full;       /* and it is as long as can be: an empty one must end the transfer */
static bool waiting; /* a packet from the host has found no room yet */
static uint8_t packet[USB_PACKET];

static bool may_send(void)
{
    return configured && !sending && (ol_rp_ring_used(&tx) > 0 || last_full) &&
           !ol_rp_usb_is_stalled(USB_EP_DATA, USB_IN);
}

/* Erratum RP2040-E15: a transaction that the host begins at the end of a frame can hang the
 * controller until it is reset. So a packet is handed over only as a frame begins; the host, which
 * asks all the time, then takes it at once. 64 KB/s are enough for a terminal. */
static void send_next(void)
{
    ol_rp_usb_watch_frames(may_send());
}

void ol_rp_usb_serial_frame(void)
{
    if (may_send()) {
        size_t len = ol_rp_ring_read(&tx, packet, USB_PACKET);
        sending = true;
        last_full = len == USB_PACKET;
        ol_rp_usb_arm(USB_EP_DATA, USB_IN, packet, len);
    }
    send_next();
}

/* Takes the host's packet when there is room for all of it, and asks for the next. */
static void receive(void)
{
    uint8_t bytes[USB_PACKET];
    if (ol_rp_ring_room(&rx) < USB_PACKET) {
        waiting = true;
        return;
    }
    size_t len = ol_rp_usb_fetch(USB_EP_DATA, bytes, sizeof bytes);
    for (size_t i = 0; i < len && i < sizeof bytes; i++) {
        (void)ol_rp_ring_put(&rx, bytes[i]);
    }
    waiting = false;
    ol_rp_usb_arm(USB_EP_DATA, USB_OUT, NULL, USB_PACKET);
}

void ol_rp_usb_serial_done(uint32_t direction)
{
    if (direction == USB_OUT) {
        receive();
        ol_rp_wake();
        return;
    }
    sending = false;
    send_next();
    if (ol_rp_ring_used(&tx) == 0) {
        ol_rp_wake(); /* there is room again */
    }
}

static void forget_output(void)
{
    tx.taken = tx.put;
    last_full = false;
}

void ol_rp_usb_serial_restart(uint32_t direction)
{
    if (direction == USB_OUT) {
        waiting = false;
        ol_rp_usb_arm(USB_EP_DATA, USB_OUT, NULL, USB_PACKET);
    } else {
        sending = false;
        send_next();
    }
}

void ol_rp_usb_serial_configure(bool now)
{
    configured = now;
    dtr = false;
    sending = false;
    waiting = false;
    forget_output();
    for (uint32_t direction = USB_IN; direction <= USB_OUT; direction++) {
        ol_rp_usb_disarm(USB_EP_DATA, direction);
        ol_rp_usb_set_toggle(USB_EP_DATA, direction, 0);
    }
    if (now) {
        ol_rp_usb_arm(USB_EP_DATA, USB_OUT, NULL, USB_PACKET);
    }
    ol_rp_wake();
}

void ol_rp_usb_serial_suspend(bool now)
{
    if (suspended != now) {
        suspended = now;
        ol_rp_wake();
    }
}

void ol_rp_usb_serial_line_state(uint16_t state)
{
    dtr = (state & LINE_STATE_DTR) != 0;
    if (!dtr) {
        forget_output();
    }
    ol_rp_wake();
}

bool ol_rp_usb_is_open(void)
{
    return configured && dtr && !suspended;
}

size_t ol_rp_usb_read(void *buf, size_t cap)
{
    size_t len = ol_rp_ring_read(&rx, buf, cap);
    uint32_t mask = ol_rp_irq_off();
    if (waiting && !ol_rp_usb_is_stalled(USB_EP_DATA, USB_OUT)) {
        receive();
    }
    ol_rp_irq_restore(mask);
    return len;
}

size_t ol_rp_usb_write(const void *data, size_t len)
{
    const uint8_t *from = data;
    size_t taken = 0;
    uint32_t mask = ol_rp_irq_off();
    while (ol_rp_usb_is_open() && taken < len && ol_rp_ring_put(&tx, from[taken])) {
        taken++;
    }
    send_next();
    ol_rp_irq_restore(mask);
    return taken;
}
