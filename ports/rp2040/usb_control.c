/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/usb_private.h"

/* Requests on endpoint 0: USB 2.0 chapter 9, and PSTN120 (CDC) section 6.3. A request has a
 * setup packet, perhaps data one way, and an empty packet the other way as status. What is not
 * known is answered by STALL, which the host takes as "no". */

#define TYPE_IN        0x80u
#define TYPE_KIND      0x60u
#define TYPE_CLASS     0x20u
#define TYPE_RECIPIENT 0x1fu
#define TO_DEVICE      0u
#define TO_INTERFACE   1u
#define TO_ENDPOINT    2u

#define GET_STATUS        0u
#define CLEAR_FEATURE     1u
#define SET_FEATURE       3u
#define SET_ADDRESS       5u
#define GET_DESCRIPTOR    6u
#define GET_CONFIGURATION 8u
#define SET_CONFIGURATION 9u
#define GET_INTERFACE     10u
#define SET_INTERFACE     11u
#define FEATURE_HALT      0u

#define SET_LINE_CODING        0x20u
#define GET_LINE_CODING        0x21u
#define SET_CONTROL_LINE_STATE 0x22u
#define SEND_BREAK             0x23u
#define LINE_CODING_LEN        7u

#define ADDRESS_PENDING 0x80u

enum stage { IDLE, DATA_IN, DATA_OUT, STATUS_IN };

static enum stage stage;
static const uint8_t *data; /* what is still to go to the host */
static size_t data_len;
static bool short_ends; /* the data ends before the host expects: with a short packet */
static uint8_t new_address;
static uint8_t configuration;
static uint8_t scratch[USB_PACKET];
/* 115200 baud, one stop bit, no parity, eight bits; kept for the host, of no other effect. */
static uint8_t line_coding[LINE_CODING_LEN] = {0x00, 0xc2, 0x01, 0x00, 0, 0, 8};

static void refuse(void)
{
    stage = IDLE;
    ol_rp_usb_stall(0, USB_IN);
    ol_rp_usb_stall(0, USB_OUT);
}

static void status_in(void)
{
    stage = STATUS_IN;
    ol_rp_usb_set_toggle(0, USB_IN, 1);
    ol_rp_usb_arm(0, USB_IN, NULL, 0);
}

static void data_in_next(void)
{
    size_t len = data_len < USB_PACKET ? data_len : USB_PACKET;
    const uint8_t *from = data;
    data += len;
    data_len -= len;
    if (len < USB_PACKET) {
        short_ends = false;
    }
    ol_rp_usb_arm(0, USB_IN, from, len);
}

static void data_in(const struct usb_setup *setup, const uint8_t *from, size_t len)
{
    stage = DATA_IN;
    data = from;
    data_len = len < setup->length ? len : setup->length;
    short_ends = data_len < setup->length;
    ol_rp_usb_set_toggle(0, USB_IN, 1);
    data_in_next();
    /* The status packet may come at any time from now on: the host need not take all. */
    ol_rp_usb_set_toggle(0, USB_OUT, 1);
    ol_rp_usb_arm(0, USB_OUT, NULL, USB_PACKET);
}

static bool is_our_endpoint(uint16_t index)
{
    return index == (0x80u | USB_EP_NOTE) || index == (0x80u | USB_EP_DATA) ||
           index == USB_EP_DATA;
}

static void get_status(const struct usb_setup *setup)
{
    uint32_t recipient = setup->type & TYPE_RECIPIENT;
    uint16_t index = setup->index;
    scratch[0] = 0; /* bus powered, no remote wake-up; nothing to say of an interface */
    scratch[1] = 0;
    if (recipient == TO_ENDPOINT && (index & 0x7fu) != 0) {
        if (!is_our_endpoint(index)) {
            refuse();
            return;
        }
        scratch[0] =
            ol_rp_usb_is_stalled(index & 0xfu, (index & 0x80u) != 0 ? USB_IN : USB_OUT);
    }
    data_in(setup, scratch, 2);
}

/* As after SET_CONFIGURATION: nothing stalled, and the next packet is DATA0. */
static void endpoint_restart(uint32_t endpoint, uint32_t direction)
{
    ol_rp_usb_disarm(endpoint, direction);
    ol_rp_usb_set_toggle(endpoint, direction, 0);
    if (endpoint == USB_EP_DATA) {
        ol_rp_usb_serial_restart(direction);
    }
}

/* USB 2.0 section 9.1.1.5: also the setting that is in force anyway starts the endpoints anew. */
static void set_interface(const struct usb_setup *setup)
{
    if (setup->value != 0 || setup->index > 1 || configuration == 0) {
        refuse();
        return;
    }
    if (setup->index == 1) {
        endpoint_restart(USB_EP_DATA, USB_IN);
        endpoint_restart(USB_EP_DATA, USB_OUT);
    }
    status_in();
}

/* Halt of an endpoint is the only feature there is. */
static void set_halt(const struct usb_setup *setup, bool halt)
{
    uint16_t index = setup->index;
    if ((setup->type & TYPE_RECIPIENT) != TO_ENDPOINT || setup->value != FEATURE_HALT ||
        !is_our_endpoint(index)) {
        refuse();
        return;
    }
    uint32_t endpoint = index & 0xfu;
    uint32_t direction = (index & 0x80u) != 0 ? USB_IN : USB_OUT;
    if (halt) {
        ol_rp_usb_stall(endpoint, direction);
    } else {
        endpoint_restart(endpoint, direction);
    }
    status_in();
}

static void set_configuration(const struct usb_setup *setup)
{
    if (setup->value > 1) {
        refuse();
        return;
    }
    configuration = (uint8_t)setup->value;
    ol_rp_usb_disarm(USB_EP_NOTE, USB_IN);
    ol_rp_usb_serial_configure(configuration != 0);
    status_in();
}

static void get_descriptor(const struct usb_setup *setup)
{
    size_t len;
    const uint8_t *from =
        ol_rp_usb_descriptor(setup->value, ol_rp_usb_names(), scratch, &len);
    if (from == NULL) {
        refuse();
        return;
    }
    data_in(setup, from, len);
}

static void standard(const struct usb_setup *setup)
{
    switch (setup->request) {
    case GET_STATUS:
        get_status(setup);
        break;
    case CLEAR_FEATURE:
        set_halt(setup, false);
        break;
    case SET_FEATURE:
        set_halt(setup, true);
        break;
    case SET_ADDRESS:
        /* In force only after the status packet, which still goes to the old one. */
        new_address = (uint8_t)(setup->value & 0x7fu) | ADDRESS_PENDING;
        status_in();
        break;
    case GET_DESCRIPTOR:
        get_descriptor(setup);
        break;
    case GET_CONFIGURATION:
        scratch[0] = configuration;
        data_in(setup, scratch, 1);
        break;
    case SET_CONFIGURATION:
        set_configuration(setup);
        break;
    case GET_INTERFACE:
        scratch[0] = 0;
        data_in(setup, scratch, 1);
        break;
    case SET_INTERFACE:
        set_interface(setup);
        break;
    default:
        refuse();
    }
}

static void class_request(const struct usb_setup *setup)
{
    switch (setup->request) {
    case SET_LINE_CODING:
        if (setup->length != LINE_CODING_LEN) {
            refuse();
            break;
        }
        stage = DATA_OUT;
        ol_rp_usb_set_toggle(0, USB_OUT, 1);
        ol_rp_usb_arm(0, USB_OUT, NULL, USB_PACKET);
        break;
    case GET_LINE_CODING:
        data_in(setup, line_coding, LINE_CODING_LEN);
        break;
    case SET_CONTROL_LINE_STATE:
        ol_rp_usb_serial_line_state(setup->value);
        status_in();
        break;
    case SEND_BREAK:
        status_in();
        break;
    default:
        refuse();
    }
}

/* A request whose direction does not fit what it asks for would leave both sides waiting. */
static bool direction_fits(const struct usb_setup *setup)
{
    bool in = (setup->type & TYPE_IN) != 0;
    if ((setup->type & TYPE_KIND) == TYPE_CLASS) {
        return in == (setup->request == GET_LINE_CODING);
    }
    return in == (setup->request == GET_STATUS || setup->request == GET_DESCRIPTOR ||
                  setup->request == GET_CONFIGURATION || setup->request == GET_INTERFACE);
}

void ol_rp_usb_control_setup(const struct usb_setup *setup)
{
    /* A new request ends the one before, whatever state that was in. */
    ol_rp_usb_disarm(0, USB_IN);
    ol_rp_usb_disarm(0, USB_OUT);
    stage = IDLE;
    new_address = 0;
    if (!direction_fits(setup)) {
        refuse();
    } else if ((setup->type & TYPE_KIND) == 0) {
        standard(setup);
    } else if ((setup->type & TYPE_KIND) == TYPE_CLASS) {
        class_request(setup);
    } else {
        refuse();
    }
}

void ol_rp_usb_control_done(uint32_t direction)
{
    if (direction == USB_IN && stage == DATA_IN) {
        if (data_len > 0 || short_ends) {
            data_in_next();
        }
    } else if (direction == USB_IN && stage == STATUS_IN) {
        stage = IDLE;
        if (new_address != 0) {
            ol_rp_usb_set_address(new_address & 0x7fu);
            new_address = 0;
        }
    } else if (direction == USB_OUT && stage == DATA_OUT) {
        uint8_t coding[LINE_CODING_LEN];
        if (ol_rp_usb_fetch(0, coding, sizeof coding) != sizeof coding) {
            refuse();
            return;
        }
        for (size_t i = 0; i < sizeof coding; i++) {
            line_coding[i] = coding[i];
        }
        status_in();
    } else if (direction == USB_OUT) {
        stage = IDLE;
    }
}

void ol_rp_usb_control_reset(void)
{
    ol_rp_usb_disarm(0, USB_IN);
    ol_rp_usb_disarm(0, USB_OUT);
    ol_rp_usb_disarm(USB_EP_NOTE, USB_IN);
    stage = IDLE;
    new_address = 0;
    configuration = 0;
}
