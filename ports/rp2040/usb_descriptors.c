/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/usb_private.h"

/* USB 2.0 section 9.6; the association descriptor of its ECN; CDC120 section 5.2.3 and PSTN120
 * section 5.3 for the functional descriptors. Windows wants the association because the serial
 * port takes two interfaces; the device class says that there is one. */

#define DEVICE       1u
#define CONFIG       2u
#define STRING       3u
#define INTERFACE    4u
#define ENDPOINT     5u
#define ASSOCIATION  11u
#define CS_INTERFACE 0x24u

#define CLASS_COMM 2u
#define CLASS_DATA 10u
#define ACM        2u

#define TYPE_BULK      2u
#define TYPE_INTERRUPT 3u

#define LOW(v)  ((v)&0xffu)
#define HIGH(v) ((v) >> 8)

#define CONFIG_LEN (9u + 8u + 9u + 5u + 5u + 4u + 5u + 7u + 9u + 7u + 7u)

/* clang-format off */
static const uint8_t device[18] = {
    18, DEVICE,
    0x00, 0x02,       /* USB 2.0 */
    0xef, 2, 1,       /* class: see the interface association */
    USB_PACKET,       /* endpoint 0 */
    LOW(OL_RP_USB_VENDOR), HIGH(OL_RP_USB_VENDOR),
    LOW(OL_RP_USB_PRODUCT), HIGH(OL_RP_USB_PRODUCT),
    0, 0,             /* release: filled in */
    1, 2, 3,          /* strings: manufacturer, product, serial number */
    1,                /* configurations */
};

static const uint8_t config[CONFIG_LEN] = {
    9, CONFIG, CONFIG_LEN, 0,
    2,                /* interfaces */
    1, 0,             /* value, no string */
    0x80, 250 / 2,    /* bus powered, 250 mA */

    8, ASSOCIATION, 0, 2, CLASS_COMM, ACM, 0, 0,

    9, INTERFACE, 0, 0, 1, CLASS_COMM, ACM, 0, 0,
    5, CS_INTERFACE, 0, 0x20, 0x01,  /* header: CDC 1.20 */
    5, CS_INTERFACE, 1, 0, 1,        /* call management: none */
    4, CS_INTERFACE, 2, 2,           /* ACM: line coding and line state */
    5, CS_INTERFACE, 6, 0, 1,        /* union: interfaces 0 and 1 */
    7, ENDPOINT, 0x80 | USB_EP_NOTE, TYPE_INTERRUPT, 8, 0, 16,

    9, INTERFACE, 1, 0, 2, CLASS_DATA, 0, 0, 0,
    7, ENDPOINT, USB_EP_DATA, TYPE_BULK, USB_PACKET, 0, 0,
    7, ENDPOINT, 0x80 | USB_EP_DATA, TYPE_BULK, USB_PACKET, 0, 0,
};
/* clang-format on */

static const uint8_t languages[4] = {4, STRING, 0x09, 0x04}; /* English (US) */

static const uint8_t *string(const char *text, uint8_t *scratch, size_t *len)
{
    size_t at = 2;
    while (*text != '\0' && at + 2 <= USB_PACKET) {
        scratch[at] = (uint8_t)*text++; /* UTF-16LE */
        scratch[at + 1] = 0;
        at += 2;
    }
    scratch[0] = (uint8_t)at;
    scratch[1] = STRING;
    *len = at;
    return scratch;
}

static const uint8_t *device_release(uint16_t release, uint8_t *scratch, size_t *len)
{
    for (size_t i = 0; i < sizeof device; i++) {
        scratch[i] = device[i];
    }
    scratch[12] = (uint8_t)LOW(release);
    scratch[13] = (uint8_t)HIGH(release);
    *len = sizeof device;
    return scratch;
}

const uint8_t *ol_rp_usb_descriptor(uint16_t value, const struct ol_rp_usb_names *names,
                                    uint8_t *scratch, size_t *len)
{
    switch (value) {
    case DEVICE << 8:
        return device_release(names->release, scratch, len);
    case CONFIG << 8:
        *len = sizeof config;
        return config;
    case STRING << 8:
        *len = sizeof languages;
        return languages;
    case STRING << 8 | 1:
        return string(names->manufacturer, scratch, len);
    case STRING << 8 | 2:
        return string(names->product, scratch, len);
    case STRING << 8 | 3:
        return string(names->serial, scratch, len);
    default:
        /* Also the device qualifier: a device of full speed only has none. */
        return NULL;
    }
}
