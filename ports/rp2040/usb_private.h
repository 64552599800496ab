/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_USB_PRIVATE_H
#define PORTS_RP2040_USB_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/rp2040/usb.h"

/* Between the parts of the USB port: usb.c moves packets, usb_control.c answers requests on
 * endpoint 0, usb_descriptors.c says what the device is, usb_serial.c holds the bytes. All of it
 * runs in the interrupt handler, apart from the public functions. */

#define USB_PACKET  64u /* of endpoint 0 and the bulk endpoints */
#define USB_EP_NOTE 1u  /* interrupt in: notifications, of which there are none */
#define USB_EP_DATA 2u  /* bulk, both directions */
#define USB_IN      0u
#define USB_OUT     1u

/* Request of the host, USB 2.0 section 9.3. */
struct usb_setup {
    uint8_t type; /* direction, type, recipient */
    uint8_t request;
    uint16_t value;
    uint16_t index;
    uint16_t length;
};

/* usb.c: copies len bytes into the endpoint's memory and lets the host have them (USB_IN), or
 * lets the host send up to len bytes (USB_OUT; data is NULL). Data toggles are kept here. */
void ol_rp_usb_arm(uint32_t endpoint, uint32_t direction, const void *data, size_t len);
/* Copies what the host sent, up to cap bytes; returns how many it sent. */
size_t ol_rp_usb_fetch(uint32_t endpoint, void *buf, size_t cap);
/* The next packet of the endpoint is DATA0 (0) or DATA1 (1). */
void ol_rp_usb_set_toggle(uint32_t endpoint, uint32_t direction, uint32_t toggle);
/* Answers STALL until armed again; on endpoint 0 until the next request. */
void ol_rp_usb_stall(uint32_t endpoint, uint32_t direction);
bool ol_rp_usb_is_stalled(uint32_t endpoint, uint32_t direction);
/* Takes back a buffer that was armed. */
void ol_rp_usb_disarm(uint32_t endpoint, uint32_t direction);
void ol_rp_usb_set_address(uint32_t address);
/* Calls ol_rp_usb_serial_frame at the start of each frame from now on, or not. */
void ol_rp_usb_watch_frames(bool on);

/* usb_control.c: forgets all at a bus reset; a request came. */
void ol_rp_usb_control_reset(void);
void ol_rp_usb_control_setup(const struct usb_setup *setup);
/* A packet of endpoint 0 went through. */
void ol_rp_usb_control_done(uint32_t direction);

/* usb_descriptors.c: the descriptor that value names, USB 2.0 section 9.4.3; room for 64 bytes
 * in scratch, where strings are put together. NULL: there is none. */
const uint8_t *ol_rp_usb_descriptor(uint16_t value, const struct ol_rp_usb_names *names,
                                    uint8_t *scratch, size_t *len);
const struct ol_rp_usb_names *ol_rp_usb_names(void);

/* usb_serial.c: what the host did to the port. */
void ol_rp_usb_serial_configure(bool configured);
void ol_rp_usb_serial_suspend(bool suspended);
void ol_rp_usb_serial_line_state(uint16_t state);
/* A packet of the bulk endpoint went through. */
void ol_rp_usb_serial_done(uint32_t direction);
/* A frame of the bus, a millisecond, has just begun. */
void ol_rp_usb_serial_frame(void);
/* The host cleared the halt: begin anew. */
void ol_rp_usb_serial_restart(uint32_t direction);

#endif
