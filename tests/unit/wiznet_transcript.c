/* SPDX-License-Identifier: MIT */
/* What the W5500 driver says on the bus, frame by frame, against a bus of scripted answers: no
 * chip model is asked, each answer is written here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/wiznet/w5500.h"

struct script {
    const char *next; /* "R 0001 08 00 14 17" ...: what must come, with the answers */
    size_t frames;
    size_t bytes;
    size_t data; /* bytes of the chip's memory among them */
    int pin;     /* of the reset */
};

static struct script script;
static struct ol_w5500 chip;
static struct ol_w5500_tcp tcp;
static struct ol_w5500_udp udp;
static struct ol_stream stream;
static struct ol_datagram datagram;
static ol_ms now;

static unsigned hex(const char *s)
{
    unsigned v = 0;
    for (unsigned i = 0; i < 2; i++) {
        char c = s[i];
        v = v * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
    }
    return v;
}

/* One line of the script is one frame: direction, header, data in hexadecimal; ".." stands for
 * any byte written, and reads as 00. */
static int32_t transfer(void *ctx, const struct ol_bus_frame *frame, uint32_t timeout_us)
{
    struct script *s = ctx;
    uint8_t *data = frame->data;
    char head[16];

    assert_in_range(timeout_us, 1, 2000 + 16 * frame->len); /* at 1 MHz, and 2 ms */
    assert_int_equal(frame->header_len, 3);
    s->frames++;
    s->bytes += 3 + frame->len;
    (void)snprintf(head, sizeof head, "%c %02X%02X%02X",
                   frame->dir == OL_BUS_WRITE ? 'W' : 'R', frame->header[0],
                   frame->header[1], frame->header[2]);
    if ((frame->header[2] >> 3 & 3) >= 2) {
        s->data += frame->len;
    }
    if (strncmp(s->next, head, 8) != 0) {
        fail_msg("frame %zu: \"%s\" (%zu bytes) came, not \"%.20s\"", s->frames, head,
                 frame->len, s->next);
    }
    s->next += 8;
    for (size_t i = 0; i < frame->len; i++) {
        assert_int_equal(*s->next, ' ');
        const char *byte = s->next + 1;
        bool is_any = byte[0] == '.';
        if (frame->dir == OL_BUS_READ) {
            data[i] = is_any ? 0 : (uint8_t)hex(byte);
        } else if (!is_any && data[i] != hex(byte)) {
            fail_msg("frame %zu (%s): byte %zu is %02X, not %.2s", s->frames, head, i,
                     data[i], byte);
        }
        s->next += 3;
    }
    assert_int_equal(*s->next, '\n');
    s->next++;
    return OL_OK;
}

static void reset_line(void *ctx, int level)
{
    struct script *s = ctx;
    s->pin = level;
}

static int32_t fill(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    memset(buf, 0x11, len);
    return OL_OK;
}

static void expect(const char *text)
{
    script.next = text;
    script.frames = 0;
    script.bytes = 0;
    script.data = 0;
}

static void said_all(void)
{
    if (*script.next != 0) {
        fail_msg("\"%.20s\" did not come", script.next);
    }
}

#define COMMON                                                                           \
    " 0A 00 00 FE FF FF FF 00 02 03 04 05 06 07 0A 00 00 01 00 00 00 00 00 FF 07 D0 08"
/* PHYCFGR says link, 100 Mbit, full duplex; VERSIONR 04. */
#define REST                                                                             \
    " .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. BF .. .. .. .. .. .. .. .. " \
    ".. "                                                                                \
    ".. 04\n"

static void start(void)
{
    static const struct ol_bus_ops ops = {.transfer = transfer, .reset_line = reset_line};
    const struct ol_w5500_config config = {
        .bus = {.ctx = &script, .ops = &ops},
        .entropy = {.fill = fill},
        .mac = {2, 3, 4, 5, 6, 7},
    };
    const struct ol_netif_config net = {.address = ol_addr_ipv4(10, 0, 0, 1, 0),
                                        .gateway = ol_addr_ipv4(10, 0, 0, 254, 0),
                                        .prefix_len = 24};
    assert_int_equal(ol_w5500_init(&chip, &config), OL_OK);
    ol_w5500_tcp_init(&tcp, &chip);
    ol_w5500_udp_init(&udp, &chip);
    stream = ol_w5500_tcp_stream(&tcp);
    datagram = ol_w5500_udp_datagram(&udp);
    struct ol_netif netif = ol_w5500_netif(&chip);
    now = 1000;
    script.pin = 1;
    expect("");
    ol_w5500_step(&chip, now);
    assert_int_equal(script.pin, 0);
    assert_int_equal(netif.ops->set_config(netif.ctx, &net), OL_OK);
    ol_w5500_step(&chip, now += 2);
    assert_int_equal(script.pin, 1);
    expect("W 000004 80\n");
    ol_w5500_step(&chip, now += 2);
    said_all();
    expect("W 000104" COMMON "\n"
           "W 001E0C 02 02\nW 001E2C 02 02\nW 001E4C 02 02\nW 001E6C 02 02\n"
           "W 001E8C 02 02\nW 001EAC 02 02\nW 001ECC 02 02\nW 001EEC 02 02\n"
           "R 000000 00" COMMON REST);
    ol_w5500_step(&chip, now += 5);
    said_all();
    assert_true(netif.ops->is_link_up(netif.ctx));
}

/* Socket 0, local port D111, to 10.0.0.2:1883. */
static void open_stream(void)
{
    const struct ol_addr peer = ol_addr_ipv4(10, 0, 0, 2, 1883);

    expect("R 000108 00 00 00\n" /* CR, IR, SR: closed */
           "W 00000C 21\n"       /* TCP, ACK at once */
           "W 00120C 00 00 00 00 80\n"
           "W 00040C D1 11\n"       /* port */
           "W 002C0C 0F 40 00 0C\n" /* all interrupts but SENDOK; keep-alive 60 s */
           "W 00010C 01\n"          /* OPEN */
           "R 000108 00 00 13\n"    /* INIT */
           "W 000C0C 0A 00 00 02 07 5B\n"
           "W 00010C 04\n"); /* CONNECT */
    assert_int_equal(
        stream.ops->open(stream.ctx, &peer, (struct ol_str){0}, now, now + 9000), OL_OK);
    said_all();
    expect("R 000108 00 01 17\n" /* CON, ESTABLISHED */
           "W 00020C 01\n"
           "R 001E08 02 02 08 00 00 00 00 00 00 00 00 00 00 00\n"
           "R 001E08 02 02 08 00 00 00 00 00 00 00 00 00 00 00\n");
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now += 1);
    said_all();
    assert_int_equal(stream.ops->state(stream.ctx), OL_OK);
}

static void test_start(void **state)
{
    (void)state;
    start();
}

static void test_connect(void **state)
{
    (void)state;
    start();
    open_stream();
}

static void receive(const char *text, const void *data, int32_t len)
{
    uint8_t buf[64];
    expect(text);
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now += 1);
    assert_int_equal(stream.ops->recv(stream.ctx, buf, sizeof buf), len);
    assert_memory_equal(buf, data, (size_t)len);
    assert_int_equal(stream.ops->recv(stream.ctx, buf, sizeof buf), OL_E_AGAIN);
    said_all();
}

/* A report: publish, PUBACK, reply (DESIGN §9: at most 16 frames and 160 bytes that are not
 * MQTT's). */
static void test_report(void **state)
{
    size_t frames = 0;
    size_t bytes = 0;
    (void)state;
    start();
    open_stream();

    expect("W 000014 48 65 6C 6C 6F\n" /* "Hello" at 0 of the transmit memory */
           "W 00240C 00 05\n"          /* TX_WR */
           "W 00010C 20\n");           /* SEND */
    assert_int_equal(stream.ops->send(stream.ctx, "Hello", 5), 5);
    said_all();
    frames += script.frames;
    bytes += script.bytes - script.data;

    receive("R 000108 00 14 17\n" /* SENDOK, RECV */
            "W 00020C 14\n"
            "R 001E08 02 02 08 00 00 05 00 05 00 04 00 00 00 04\n"
            "R 000018 40 02 00 01\n",
            "\x40\x02\x00\x01", 4);
    frames += script.frames;
    bytes += script.bytes - script.data;

    receive("R 000108 00 04 17\n"
            "W 00020C 04\n"
            "R 001E08 02 02 08 00 00 05 00 05 00 08 00 00 00 08\n"
            "R 000418 30 02 00 00\n",
            "\x30\x02\x00\x00", 4);
    frames += script.frames;
    bytes += script.bytes - script.data;

    print_message("a report: %zu frames, %zu bytes that are not MQTT's\n", frames, bytes);
    assert_int_equal(frames, 11);
    assert_int_equal(bytes, 72);
    /* With a UDP socket open the chip is asked which it is: 2 frames of 4 bytes more. Once in
     * some reports RECV is given: 2 frames, 9 bytes. */
    assert_true(frames + 2 + 2 <= 16 && bytes + 2 * 4 + 9 <= 160);
}

/* With two sockets open: SIR comes first. */
static void test_two_sockets(void **state)
{
    (void)state;
    start();
    open_stream();
    expect("R 0001E8 00 00 00\n"
           "W 0000EC 02\n" /* socket 7, UDP */
           "W 0012EC 00 00 00 00 80\n"
           "W 0004EC 00 35\n"
           "W 002CEC 0F 40 00 0C\n"
           "W 0001EC 01\n"
           "R 0001E8 00 00 22\n"
           "R 001EE8 02 02 08 00 00 00 00 00 00 00 00 00 00 00\n"
           "R 001EE8 02 02 08 00 00 00 00 00 00 00 00 00 00 00\n");
    assert_int_equal(datagram.ops->open(datagram.ctx, 53), OL_OK);
    said_all();
    receive("R 001700 01\n"
            "R 000108 00 04 17\n"
            "W 00020C 04\n"
            "R 001E08 02 02 08 00 00 00 00 00 00 01 00 00 00 01\n"
            "R 000018 41\n",
            "A", 1);
}

static void test_datagram(void **state)
{
    const struct ol_addr to = ol_addr_ipv4(10, 0, 0, 9, 0x1234);
    struct ol_addr from;
    uint8_t buf[4];
    (void)state;
    start();
    expect("R 0001E8 00 00 00\nW 0000EC 02\nW 0012EC 00 00 00 00 80\nW 0004EC D1 11\nW "
           "002CEC 0F 40 00 0C\n"
           "W 0001EC 01\nR 0001E8 00 00 22\n"
           "R 001EE8 02 02 08 00 01 00 01 00 00 00 00 00 00 00\n"
           "R 001EE8 02 02 08 00 01 00 01 00 00 00 00 00 00 00\n");
    assert_int_equal(datagram.ops->open(datagram.ctx, 0), OL_OK);
    said_all();
    expect("W 000CEC 0A 00 00 09 12 34\n"
           "W 0100F4 61 62 63\n"
           "W 0024EC 01 03\n"
           "W 0001EC 20\n");
    assert_int_equal(datagram.ops->send(datagram.ctx, &to, "abc", 3), OL_OK);
    said_all();
    expect("R 0001E8 00 00 22\n"); /* no SENDOK: ARP is under way */
    assert_int_equal(datagram.ops->send(datagram.ctx, &to, "abc", 3), OL_E_AGAIN);
    said_all();
    expect("R 0001E8 00 14 22\n"
           "W 0002EC 14\n"
           "R 001EE8 02 02 08 00 01 03 01 03 00 0D 00 00 00 0D\n"
           "R 0000F8 0A 00 00 09 12 34 00 05\n"
           "R 0008F8 76 77\n");
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now += 1);
    assert_int_equal(datagram.ops->recv(datagram.ctx, buf, 2, &from), 5); /* cut */
    assert_true(ol_addr_equal(&from, &to));
    assert_memory_equal(buf, "\x76\x77", 2);
    assert_int_equal(datagram.ops->recv(datagram.ctx, buf, 2, &from), OL_E_AGAIN);
    said_all();
    expect("W 0001EC 10\n"); /* CLOSE */
    datagram.ops->close(datagram.ctx);
    said_all();
}

/* RECV is given when a quarter of the memory has been emptied. */
static void test_recv_late(void **state)
{
    uint8_t buf[512];
    static char text[8000];
    int n;
    (void)state;
    start();
    open_stream();
    n = snprintf(text, sizeof text,
                 "R 000108 00 04 17\nW 00020C 04\n"
                 "R 001E08 02 02 08 00 00 00 00 00 02 01 00 00 02 01\n"
                 "R 000018");
    for (unsigned i = 0; i < 511; i++) {
        n += snprintf(text + n, sizeof text - (size_t)n, " 55");
    }
    (void)snprintf(text + n, sizeof text - (size_t)n,
                   "\nR 01FF18 55 55\nW 00280C 02 01\nW 00010C 40\n");
    expect(text);
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now += 1);
    assert_int_equal(stream.ops->recv(stream.ctx, buf, 511), 511);
    assert_int_equal(stream.ops->recv(stream.ctx, buf, 512), 2);
    said_all();
}

/* Two sizes in contradiction are read again; the second reading stands. */
static void test_torn(void **state)
{
    uint8_t buf[8];
    (void)state;
    start();
    open_stream();
    expect("R 000108 00 04 17\nW 00020C 04\n"
           "R 001E08 02 02 08 00 00 00 00 00 01 FF 00 00 01 00\n"
           "R 001E08 02 02 08 00 00 00 00 00 01 00 00 00 01 00\n"
           "R 000018 01 02 03 04 05 06 07 08\n");
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now += 1);
    assert_int_equal(stream.ops->recv(stream.ctx, buf, 8), 8);
    said_all();
    assert_int_equal(ol_w5500_get_stats(&chip)->rereads, 1);
}

/* Idle: two frames a second. */
static void test_idle(void **state)
{
    (void)state;
    start();
    open_stream();
    expect("");
    ol_w5500_step(&chip, now += 100);
    expect("R 000000 00" COMMON REST "R 000108 00 00 17\n");
    ol_w5500_step(&chip, now += 100);
    said_all();
    assert_int_equal(ol_w5500_deadline(&chip), now + 1000);
    expect("R 000000 00" COMMON REST "R 000108 00 00 17\n");
    ol_w5500_step(&chip, now += 1000);
    said_all();
}

static void test_close(void **state)
{
    (void)state;
    start();
    open_stream();
    expect("R 000108 00 00 17\nW 00010C 08\n"); /* DISCON */
    stream.ops->close(stream.ctx, now, now + 1000);
    said_all();
    assert_int_equal(stream.ops->state(stream.ctx), OL_E_AGAIN);
    expect("R 000108 00 02 00\nW 00020C 02\nW 00010C 10\n");
    ol_w5500_interrupt(&chip);
    ol_w5500_step(&chip, now += 1);
    said_all();
    assert_int_equal(stream.ops->state(stream.ctx), OL_E_CLOSED);
}

static void test_bad_config(void **state)
{
    static const struct ol_bus_ops ops = {.transfer = transfer, .reset_line = reset_line};
    const struct ol_w5500_config good = {.bus = {.ops = &ops}, .entropy = {.fill = fill}};
    struct ol_w5500_config c = good;
    (void)state;
    assert_int_equal(ol_w5500_init(&chip, &c), OL_OK);
    c.bus.ops = NULL;
    assert_int_equal(ol_w5500_init(&chip, &c), OL_E_ARG);
    c = good;
    c.entropy.fill = NULL;
    assert_int_equal(ol_w5500_init(&chip, &c), OL_E_ARG);
    c = good;
    c.rx_kb[0] = 3;
    assert_int_equal(ol_w5500_init(&chip, &c), OL_E_ARG);
    c = good;
    c.tx_kb[0] = 16;
    assert_int_equal(ol_w5500_init(&chip, &c), OL_OK);
    c.tx_kb[1] = 1;
    assert_int_equal(ol_w5500_init(&chip, &c), OL_E_ARG);
    c = good;
    c.retry_ms = 6554;
    assert_int_equal(ol_w5500_init(&chip, &c), OL_E_ARG);
    for (unsigned i = 0; i <= OL_W5500_REASON_COUNT; i++) {
        assert_true(strlen(ol_w5500_reason_str((enum ol_w5500_reason)i)) > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),    cmocka_unit_test(test_connect),
        cmocka_unit_test(test_report),   cmocka_unit_test(test_two_sockets),
        cmocka_unit_test(test_datagram), cmocka_unit_test(test_recv_late),
        cmocka_unit_test(test_torn),     cmocka_unit_test(test_idle),
        cmocka_unit_test(test_close),    cmocka_unit_test(test_bad_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
