/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ports/rp2040/usb_private.h"

/* Endpoint 0 of the RP2040's USB port, without the controller: what usb.c would do is noted
 * here, and a host plays the other side. */

static struct {
    uint8_t in[512]; /* data that the host got in this request */
    size_t in_len;
    size_t in_last; /* length of the last packet */
    bool in_armed, out_armed;
    bool stalled[3][2];
    uint32_t toggle[3][2];
    uint32_t address;
    bool configured;
    uint16_t line_state;
    unsigned restarts;
    uint8_t out[64];
    size_t out_len;
} dev;

static struct ol_rp_usb_names names = {.manufacturer = "onelink",
                                       .product = "Board",
                                       .serial = "0123456789ABCDEF",
                                       .release = 0x123};

void ol_rp_usb_arm(uint32_t endpoint, uint32_t direction, const void *data, size_t len)
{
    assert_true(endpoint < 3);
    assert_true(len <= USB_PACKET);
    dev.stalled[endpoint][direction] = false;
    if (endpoint != 0) {
        return;
    }
    if (direction == USB_IN) {
        assert_true(dev.in_len + len <= sizeof dev.in);
        if (len > 0) {
            memcpy(dev.in + dev.in_len, data, len);
        }
        dev.in_len += len;
        dev.in_last = len;
        dev.in_armed = true;
    } else {
        dev.out_armed = true;
    }
}

size_t ol_rp_usb_fetch(uint32_t endpoint, void *buf, size_t cap)
{
    assert_int_equal(endpoint, 0);
    memcpy(buf, dev.out, dev.out_len < cap ? dev.out_len : cap);
    return dev.out_len;
}

void ol_rp_usb_set_toggle(uint32_t endpoint, uint32_t direction, uint32_t toggle)
{
    dev.toggle[endpoint][direction] = toggle;
}

void ol_rp_usb_stall(uint32_t endpoint, uint32_t direction)
{
    dev.stalled[endpoint][direction] = true;
}

bool ol_rp_usb_is_stalled(uint32_t endpoint, uint32_t direction)
{
    return dev.stalled[endpoint][direction];
}

void ol_rp_usb_disarm(uint32_t endpoint, uint32_t direction)
{
    dev.stalled[endpoint][direction] = false;
    if (endpoint == 0 && direction == USB_IN) {
        dev.in_armed = false;
    } else if (endpoint == 0) {
        dev.out_armed = false;
    }
}

void ol_rp_usb_set_address(uint32_t address)
{
    dev.address = address;
}

const struct ol_rp_usb_names *ol_rp_usb_names(void)
{
    return &names;
}

void ol_rp_usb_serial_configure(bool configured)
{
    dev.configured = configured;
}

void ol_rp_usb_serial_line_state(uint16_t state)
{
    dev.line_state = state;
}

void ol_rp_usb_serial_restart(uint32_t direction)
{
    (void)direction;
    dev.restarts++;
}

static void setup(uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                  uint16_t length)
{
    dev.in_len = 0;
    dev.in_armed = dev.out_armed = false;
    const struct usb_setup s = {type, request, value, index, length};
    ol_rp_usb_control_setup(&s);
}

/* The host reads until a short packet or all it asked for, then acknowledges. Returns the
 * number of bytes, -1 when the device refused. */
static int get(uint8_t type, uint8_t request, uint16_t value, uint16_t index,
               uint16_t length)
{
    setup(type, request, value, index, length);
    if (dev.stalled[0][USB_IN]) {
        assert_true(dev.stalled[0][USB_OUT]);
        return -1;
    }
    for (unsigned packets = 0; dev.in_last == USB_PACKET && dev.in_len < length;
         packets++) {
        assert_true(packets < 10);
        dev.in_armed = false;
        ol_rp_usb_control_done(USB_IN);
        assert_true(dev.in_armed);
    }
    ol_rp_usb_control_done(USB_IN);
    assert_true(dev.out_armed);
    ol_rp_usb_control_done(USB_OUT);
    assert_true(dev.in_len <= length);
    return (int)dev.in_len;
}

/* A request without data: 0, or -1 when the device refused. */
static int set(uint8_t type, uint8_t request, uint16_t value, uint16_t index)
{
    setup(type, request, value, index, 0);
    if (dev.stalled[0][USB_IN]) {
        return -1;
    }
    assert_true(dev.in_armed);
    assert_int_equal(dev.in_len, 0);
    ol_rp_usb_control_done(USB_IN);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    memset(&dev, 0, sizeof dev);
    names.serial = "0123456789ABCDEF";
    ol_rp_usb_control_reset();
    return 0;
}

static void the_device_descriptor_is_complete(void **state)
{
    (void)state;
    static const uint8_t want[18] = {18,   1,    0,    2,    0xef, 2, 1, 64, 0x09,
                                     0x12, 0x01, 0x00, 0x23, 0x01, 1, 2, 3,  1};
    assert_int_equal(get(0x80, 6, 0x0100, 0, 64), 18);
    assert_memory_equal(dev.in, want, sizeof want);
    assert_int_equal(get(0x80, 6, 0x0100, 0, 8), 8); /* what Linux asks first */
    assert_memory_equal(dev.in, want, 8);
}

/* The lengths must lead from one descriptor to the next, exactly to the end. */
static void the_configuration_is_well_formed(void **state)
{
    (void)state;
    assert_int_equal(get(0x80, 6, 0x0200, 0, 9), 9);
    size_t total = dev.in[2] | (size_t)dev.in[3] << 8;
    assert_int_equal(get(0x80, 6, 0x0200, 0, 255), (int)total);
    size_t at = 0;
    unsigned interfaces = 0, endpoints = 0, expected = 0;
    while (at < total) {
        const uint8_t *d = dev.in + at;
        assert_true(d[0] >= 2 && at + d[0] <= total);
        if (d[1] == 4) {
            assert_int_equal(endpoints, expected);
            assert_int_equal(d[2], interfaces++);
            expected += d[4];
        } else if (d[1] == 5) {
            assert_true((d[2] & 0x0f) == 1 || (d[2] & 0x0f) == 2);
            endpoints++;
        }
        at += d[0];
    }
    assert_int_equal(at, total);
    assert_int_equal(interfaces, dev.in[4]);
    assert_int_equal(endpoints, 3);
}

static void strings_are_utf16_and_end_at_a_full_packet(void **state)
{
    (void)state;
    assert_int_equal(get(0x80, 6, 0x0300, 0, 255), 4);
    assert_int_equal(get(0x80, 6, 0x0303, 0x0409, 255), 34);
    assert_int_equal(dev.in[0], 34);
    assert_int_equal(dev.in[1], 3);
    assert_int_equal(dev.in[2], '0');
    assert_int_equal(dev.in[3], 0);
    assert_int_equal(dev.in[32], 'F');
    /* 31 characters fill a packet: an empty one must follow */
    names.serial = "0123456789012345678901234567890";
    assert_int_equal(get(0x80, 6, 0x0303, 0x0409, 255), 64);
    assert_int_equal(dev.in_last, 0);
    /* and none when the host asked for just that much */
    assert_int_equal(get(0x80, 6, 0x0303, 0x0409, 64), 64);
    assert_int_equal(dev.in_last, 64);
    names.serial = "a string that is longer than any descriptor has room for";
    assert_int_equal(get(0x80, 6, 0x0303, 0x0409, 255), 64);
}

static void what_is_not_there_is_refused(void **state)
{
    (void)state;
    assert_int_equal(get(0x80, 6, 0x0304, 0x0409, 255), -1);
    assert_int_equal(get(0x80, 6, 0x03ee, 0, 18), -1); /* Microsoft's string */
    assert_int_equal(get(0x80, 6, 0x0600, 0, 10), -1); /* device qualifier */
    assert_int_equal(get(0x80, 6, 0x0f00, 0, 5), -1);  /* BOS */
    assert_int_equal(get(0xc0, 0x20, 0, 4, 16), -1);   /* vendor */
    assert_int_equal(set(0x00, 3, 1, 0), -1);          /* remote wake-up */
    assert_int_equal(set(0x00, 9, 2, 0), -1);          /* configuration 2 */
    assert_int_equal(set(0x01, 11, 1, 0), -1);         /* alternate setting 1 */
    assert_int_equal(set(0x21, 0x7f, 0, 0), -1);
    assert_int_equal(set(0x00, 6, 0x0100, 0), -1); /* the wrong direction */
    assert_int_equal(get(0x80, 5, 1, 0, 2), -1);
    /* and the next request is answered as if nothing had been */
    assert_int_equal(get(0x80, 6, 0x0100, 0, 18), 18);
}

static void an_address_holds_after_its_status(void **state)
{
    (void)state;
    setup(0x00, 5, 42, 0, 0);
    assert_true(dev.in_armed);
    assert_int_equal(dev.address, 0);
    ol_rp_usb_control_done(USB_IN);
    assert_int_equal(dev.address, 42);
    setup(0x00, 5, 43, 0, 0);
    setup(0x80, 6, 0x0100, 0, 18); /* the host gave up on it */
    ol_rp_usb_control_done(USB_IN);
    assert_int_equal(dev.address, 42);
}

static void configuration_is_kept_and_told(void **state)
{
    (void)state;
    assert_int_equal(get(0x80, 8, 0, 0, 1), 1);
    assert_int_equal(dev.in[0], 0);
    assert_int_equal(set(0x00, 9, 1, 0), 0);
    assert_true(dev.configured);
    assert_int_equal(get(0x80, 8, 0, 0, 1), 1);
    assert_int_equal(dev.in[0], 1);
    assert_int_equal(set(0x00, 9, 0, 0), 0);
    assert_false(dev.configured);
}

static void halt_is_set_told_and_cleared(void **state)
{
    (void)state;
    assert_int_equal(get(0x82, 0, 0, 0x82, 2), 2);
    assert_int_equal(dev.in[0], 0);
    assert_int_equal(set(0x02, 3, 0, 0x82), 0);
    assert_true(dev.stalled[USB_EP_DATA][USB_IN]);
    assert_int_equal(get(0x82, 0, 0, 0x82, 2), 2);
    assert_int_equal(dev.in[0], 1);
    dev.toggle[USB_EP_DATA][USB_IN] = 1;
    assert_int_equal(set(0x02, 1, 0, 0x82), 0);
    assert_false(dev.stalled[USB_EP_DATA][USB_IN]);
    assert_int_equal(dev.toggle[USB_EP_DATA][USB_IN], 0);
    assert_int_equal(dev.restarts, 1);
    assert_int_equal(set(0x02, 3, 0, 0x83), -1);
    assert_int_equal(get(0x82, 0, 0, 0x07, 2), -1);
    assert_int_equal(get(0x80, 0, 0, 0, 2), 2);
    assert_int_equal(get(0x81, 0, 0, 0, 2), 2);
}

static void line_coding_is_taken_and_given_back(void **state)
{
    (void)state;
    static const uint8_t first[7] = {0x00, 0xc2, 0x01, 0x00, 0, 0, 8};
    static const uint8_t coding[7] = {0x80, 0x25, 0x00, 0x00, 1, 2, 7};
    assert_int_equal(get(0xa1, 0x21, 0, 0, 7), 7);
    assert_memory_equal(dev.in, first, 7);
    setup(0x21, 0x20, 0, 0, 7);
    assert_true(dev.out_armed);
    assert_false(dev.in_armed);
    memcpy(dev.out, coding, 7);
    dev.out_len = 7;
    ol_rp_usb_control_done(USB_OUT);
    assert_true(dev.in_armed);
    ol_rp_usb_control_done(USB_IN);
    assert_int_equal(get(0xa1, 0x21, 0, 0, 7), 7);
    assert_memory_equal(dev.in, coding, 7);
    /* one that is cut off changes nothing */
    setup(0x21, 0x20, 0, 0, 7);
    dev.out_len = 6;
    ol_rp_usb_control_done(USB_OUT);
    assert_true(dev.stalled[0][USB_IN]);
    assert_int_equal(get(0xa1, 0x21, 0, 0, 7), 7);
    assert_memory_equal(dev.in, coding, 7);
    assert_int_equal(set(0x21, 0x22, 3, 0), 0);
    assert_int_equal(dev.line_state, 3);
}

/* Half of the time one of the likely values, else anything. */
static unsigned likely(unsigned value)
{
    return rand() % 2 == 0 ? value : (unsigned)rand();
}

static void random_request(void)
{
    static const uint8_t types[] = {0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x21, 0xa1, 0xc0};
    unsigned type = likely(types[(unsigned)rand() % sizeof types]);
    unsigned request = likely((unsigned)rand() % 12u);
    unsigned value = likely(((unsigned)rand() % 4u) << 8 | (unsigned)rand() % 4u);
    unsigned index = likely(0x80u | (unsigned)rand() % 4u);
    unsigned length = likely((unsigned)rand() % 300u);
    setup((uint8_t)type, (uint8_t)request, (uint16_t)value, (uint16_t)index,
          (uint16_t)length);
}

/* Requests and packets in any order: nothing is read or written out of bounds (the sanitizers
 * and the checks in ol_rp_usb_arm watch), and a sound request still works afterwards. */
static void any_request_at_any_time(void **state)
{
    (void)state;
    const char *text = getenv("OL_SEED");
    unsigned seed = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1u;
    print_message("replay: OL_SEED=%u\n", seed);
    srand(seed);
    for (int i = 0; i < 200000; i++) {
        int what = rand() % 4;
        if (what <= 1) {
            random_request();
        } else if (what == 2 && dev.in_armed) {
            dev.in_armed = false;
            ol_rp_usb_control_done(USB_IN);
        } else if (dev.out_armed) {
            dev.out_armed = false;
            dev.out_len = (size_t)(rand() % 65);
            ol_rp_usb_control_done(USB_OUT);
        }
        if (i % 1000 == 0) {
            assert_int_equal(get(0x80, 6, 0x0200, 0, 255), 75);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_device_descriptor_is_complete, begin),
        cmocka_unit_test_setup(the_configuration_is_well_formed, begin),
        cmocka_unit_test_setup(strings_are_utf16_and_end_at_a_full_packet, begin),
        cmocka_unit_test_setup(what_is_not_there_is_refused, begin),
        cmocka_unit_test_setup(an_address_holds_after_its_status, begin),
        cmocka_unit_test_setup(configuration_is_kept_and_told, begin),
        cmocka_unit_test_setup(halt_is_set_told_and_cleared, begin),
        cmocka_unit_test_setup(line_coding_is_taken_and_given_back, begin),
        cmocka_unit_test_setup(any_request_at_any_time, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
