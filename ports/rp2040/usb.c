/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/cpu.h"
#include "ports/rp2040/entropy.h"
#include "ports/rp2040/irq.h"
#include "ports/rp2040/usb_private.h"

/* The controller's memory: request and endpoint registers in the first 256 bytes, then
 * endpoint 0's buffer at a fixed place, ours behind it. Sources of bits and offsets: RP2040
 * datasheet, section 4.1. */
#define BUFFER_EP0  0x100u
#define BUFFER_NOTE 0x180u
#define BUFFER_OUT  0x1c0u
#define BUFFER_IN   0x200u

#define TYPE_BULK      2u
#define TYPE_INTERRUPT 3u

#define ENDPOINTS 3u

/* From one start of a frame to the next it is 1000 us. */
#define FRAME_MAX_US 1100u

static uint8_t toggles[ENDPOINTS][2];
static uint32_t frame_us; /* when the last start of a frame was seen */

static uint32_t buffer_of(uint32_t endpoint, uint32_t direction)
{
    if (endpoint == 0) {
        return BUFFER_EP0;
    }
    if (endpoint == USB_EP_NOTE) {
        return BUFFER_NOTE;
    }
    return direction == USB_OUT ? BUFFER_OUT : BUFFER_IN;
}

/* The controller runs on another clock, so all fields must have settled before the bit that
 * hands the buffer over. */
static void hand_over(uint32_t endpoint, uint32_t direction, uint32_t control)
{
    RP_REG(RP_USB_BUF_CTRL(endpoint, direction)) = control;
    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\t"
                     "nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop");
    RP_REG(RP_USB_BUF_CTRL(endpoint, direction)) = control | RP_USB_BUF_AVAIL;
}

void ol_rp_usb_arm(uint32_t endpoint, uint32_t direction, const void *data, size_t len)
{
    const uint8_t *from = data;
    uint32_t control = (uint32_t)len;
    if (direction == USB_IN) {
        uint32_t to = RP_USB_RAM + buffer_of(endpoint, direction);
        for (size_t i = 0; i < len; i++) {
            RP_REG8(to + i) = from[i];
        }
        control |= RP_USB_BUF_FULL;
    }
    if (toggles[endpoint][direction] != 0) {
        control |= RP_USB_BUF_DATA1;
    }
    toggles[endpoint][direction] ^= 1u;
    hand_over(endpoint, direction, control);
}

size_t ol_rp_usb_fetch(uint32_t endpoint, void *buf, size_t cap)
{
    uint32_t from = RP_USB_RAM + buffer_of(endpoint, USB_OUT);
    size_t len = RP_REG(RP_USB_BUF_CTRL(endpoint, USB_OUT)) & RP_USB_BUF_LEN;
    uint8_t *to = buf;
    for (size_t i = 0; i < len && i < cap; i++) {
        to[i] = RP_REG8(from + i);
    }
    return len;
}

void ol_rp_usb_set_toggle(uint32_t endpoint, uint32_t direction, uint32_t toggle)
{
    toggles[endpoint][direction] = (uint8_t)toggle;
}

void ol_rp_usb_stall(uint32_t endpoint, uint32_t direction)
{
    if (endpoint == 0) {
        /* Endpoint 0 needs this as well; a request that comes in clears it. */
        RP_SET(RP_USB_STALL_ARM) = 1u << direction;
    }
    RP_REG(RP_USB_BUF_CTRL(endpoint, direction)) = RP_USB_BUF_STALL;
}

bool ol_rp_usb_is_stalled(uint32_t endpoint, uint32_t direction)
{
    return (RP_REG(RP_USB_BUF_CTRL(endpoint, direction)) & RP_USB_BUF_STALL) != 0;
}

void ol_rp_usb_disarm(uint32_t endpoint, uint32_t direction)
{
    RP_REG(RP_USB_BUF_CTRL(endpoint, direction)) = 0;
}

void ol_rp_usb_set_address(uint32_t address)
{
    RP_REG(RP_USB_ADDR) = address;
}

void ol_rp_usb_watch_frames(bool on)
{
    if (on) {
        RP_SET(RP_USB_INTE) = RP_USB_INT_FRAME;
    } else {
        RP_CLEAR(RP_USB_INTE) = RP_USB_INT_FRAME;
    }
}

/* One that was waiting for its interrupt, as behind an erase of the flash, does not tell where in
 * a frame the bus is; one that comes a frame's time after another does. */
static void frame(void)
{
    uint32_t now = ol_rp_micros();
    (void)RP_REG(RP_USB_SOF_RD);
    if (now - frame_us < FRAME_MAX_US) {
        ol_rp_usb_serial_frame();
    }
    frame_us = now;
}

static void bus_reset(void)
{
    ol_rp_usb_set_address(0);
    ol_rp_usb_control_reset();
    ol_rp_usb_serial_configure(false);
    ol_rp_usb_serial_suspend(false);
    /* Last: the host goes on from here. */
    RP_REG(RP_USB_SIE_STATUS) = RP_USB_ST_BUS_RESET;
}

static void request(void)
{
    uint8_t raw[8];
    RP_REG(RP_USB_SIE_STATUS) = RP_USB_ST_SETUP;
    for (uint32_t i = 0; i < sizeof raw; i++) {
        raw[i] = RP_REG8(RP_USB_RAM + i);
    }
    const struct usb_setup setup = {.type = raw[0],
                                    .request = raw[1],
                                    .value = (uint16_t)(raw[2] | raw[3] << 8),
                                    .index = (uint16_t)(raw[4] | raw[5] << 8),
                                    .length = (uint16_t)(raw[6] | raw[7] << 8)};
    ol_rp_usb_control_setup(&setup);
}

static void packets(void)
{
    uint32_t done = RP_REG(RP_USB_BUFF_STATUS);
    RP_REG(RP_USB_BUFF_STATUS) = done;
    for (uint32_t direction = USB_IN; direction <= USB_OUT; direction++) {
        if ((done >> direction & 1u) != 0) {
            ol_rp_usb_control_done(direction);
        }
        if ((done >> (2u * USB_EP_DATA + direction) & 1u) != 0) {
            ol_rp_usb_serial_done(direction);
        }
    }
}

void ol_rp_irq_usb(void)
{
    uint32_t causes = RP_REG(RP_USB_INTS);
    if (causes != RP_USB_INT_FRAME) { /* frames come like clockwork */
        ol_rp_entropy_event();
    }
    /* Packets first: a request that came after them ends whatever they belong to. */
    if ((causes & RP_USB_INT_BUFF) != 0) {
        packets();
    }
    if ((causes & RP_USB_INT_RESET) != 0) {
        bus_reset();
    }
    if ((causes & RP_USB_INT_SETUP) != 0) {
        request();
    }
    if ((causes & (RP_USB_INT_BUFF | RP_USB_INT_SETUP)) != 0) {
        ol_rp_usb_serial_suspend(false); /* whatever was said, this bus is awake */
    }
    if ((causes & RP_USB_INT_FRAME) != 0) {
        frame();
    }
    if ((causes & RP_USB_INT_SUSPEND) != 0) {
        /* It comes at both changes. */
        bool suspended = (RP_REG(RP_USB_SIE_STATUS) & RP_USB_ST_SUSPENDED) != 0;
        RP_REG(RP_USB_SIE_STATUS) = RP_USB_ST_SUSPENDED;
        ol_rp_usb_serial_suspend(suspended);
    }
    if ((causes & RP_USB_INT_RESUME) != 0) {
        RP_REG(RP_USB_SIE_STATUS) = RP_USB_ST_RESUME;
        ol_rp_usb_serial_suspend(false);
    }
}

static uint32_t endpoint_control(uint32_t type, uint32_t buffer)
{
    return RP_USB_EP_ENABLE | RP_USB_EP_INT | RP_USB_EP_TYPE(type) | buffer;
}

static const struct ol_rp_usb_names *the_names;

const struct ol_rp_usb_names *ol_rp_usb_names(void)
{
    return the_names;
}

void ol_rp_usb_init(const struct ol_rp_usb_names *names)
{
    the_names = names;
    for (uint32_t at = 0; at < RP_USB_RAM_SIZE; at += 4) {
        RP_REG(RP_USB_RAM + at) = 0;
    }
    RP_REG(RP_USB_EP_CTRL(USB_EP_NOTE, USB_IN)) =
        endpoint_control(TYPE_INTERRUPT, BUFFER_NOTE);
    RP_REG(RP_USB_EP_CTRL(USB_EP_DATA, USB_OUT)) =
        endpoint_control(TYPE_BULK, BUFFER_OUT);
    RP_REG(RP_USB_EP_CTRL(USB_EP_DATA, USB_IN)) = endpoint_control(TYPE_BULK, BUFFER_IN);
    RP_REG(RP_USB_MUXING) = RP_USB_MUX_PHY;
    RP_REG(RP_USB_PWR) = RP_USB_PWR_VBUS;
    RP_REG(RP_USB_MAIN_CTRL) = RP_USB_CTRL_ON;
    RP_REG(RP_USB_SIE_CTRL) = RP_USB_SIE_EP0_INT;
    RP_REG(RP_USB_INTE) = RP_USB_INT_BUFF | RP_USB_INT_RESET | RP_USB_INT_SETUP |
                          RP_USB_INT_SUSPEND | RP_USB_INT_RESUME;
    ol_rp_irq_enable(RP_IRQ_USB);
    RP_SET(RP_USB_SIE_CTRL) = RP_USB_SIE_PULL_UP;
}
