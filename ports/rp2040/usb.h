/* SPDX-License-Identifier: MIT */
#ifndef PORTS_RP2040_USB_H
#define PORTS_RP2040_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A USB serial port (CDC ACM, full speed), driven by interrupts. Hosts need no driver: Linux and
 * macOS bring cdc-acm, Windows 10 and later usbser. Vendor and product are the test pair
 * 1209:0001 of pid.codes, which is for development only; whoever ships boards uses their own.
 *
 * Output goes by one packet of 64 bytes a millisecond (erratum RP2040-E15). Not in here: the
 * workaround for RP2040-E5 (enumeration behind some hubs, chips before B2). */

#define OL_RP_USB_VENDOR  0x1209u
#define OL_RP_USB_PRODUCT 0x0001u

/* What the host shows. The strings live as long as the program, ASCII, up to 30 characters. */
struct ol_rp_usb_names {
    const char *manufacturer;
    const char *product;
    const char *serial; /* unique among boards of this product */
    uint16_t release;   /* of the firmware, BCD: 0x0123 is 1.23 */
};

/* Attaches to the bus. names is kept. */
void ol_rp_usb_init(const struct ol_rp_usb_names *names);

/* A terminal is there: configured, awake, and DTR is set. */
bool ol_rp_usb_is_open(void);

/* Up to cap received bytes; 0 when there are none. What is not read stays with the host. */
size_t ol_rp_usb_read(void *buf, size_t cap);

/* Takes as many of len bytes as there is room for (1 KB) and returns how many; 0 while nobody
 * has opened the port. Sends them in the background. */
size_t ol_rp_usb_write(const void *data, size_t len);

#endif
