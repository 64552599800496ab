/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "sim/lan/chip_port.h"
#include "sim_lan_rig.h"

/* The chip model on the network: its TCP against a host's, driven at register level. */

#define NS_PER_BYTE 267 /* SCK 30 MHz */

/* Socket 0, and the registers that the test needs. */
enum { COMMON = 0, SOCKET = 1, TX = 2, RX = 3 };
enum { SN_MR = 0, SN_CR = 1, SN_SR = 3, SN_PORT = 4, SN_DIPR = 0x0C, SN_DPORT = 0x10 };
enum { SN_TX_FSR = 0x20, SN_TX_WR = 0x24, SN_RX_RSR = 0x26, SN_RX_RD = 0x28, SN_IR = 2 };

struct board {
    struct rig rig;
    struct sim_wire wire;
    struct sim_w5500 *chip;
    uint32_t station;
    uint64_t now;
    struct rig_end host;
};

static void pass(struct board *b, uint64_t ns)
{
    b->now += ns;
    sim_wire_step(&b->wire, b->now);
}

static void transfer(struct board *b, unsigned block, unsigned offset, bool is_write,
                     uint8_t *data, size_t len)
{
    const uint8_t head[3] = {(uint8_t)(offset >> 8), (uint8_t)offset,
                             (uint8_t)(block << 3 | (is_write ? 4u : 0u))};
    sim_w5500_select(b->chip, 0, b->now);
    for (size_t i = 0; i < 3 + len; i++) {
        pass(b, NS_PER_BYTE);
        uint8_t in = sim_w5500_exchange(b->chip,
                                        i < 3      ? head[i]
                                        : is_write ? data[i - 3]
                                                   : 0,
                                        b->now);
        if (i >= 3 && !is_write) {
            data[i - 3] = in;
        }
    }
    sim_w5500_select(b->chip, 1, b->now);
    pass(b, 300);
}

static void put(struct board *b, unsigned block, unsigned offset, uint32_t v, size_t len)
{
    uint8_t bytes[4];
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(v >> 8 * (len - 1 - i));
    }
    transfer(b, block, offset, true, bytes, len);
}

static uint32_t get(struct board *b, unsigned block, unsigned offset, size_t len)
{
    uint8_t bytes[4];
    uint32_t v = 0;
    transfer(b, block, offset, false, bytes, len);
    for (size_t i = 0; i < len; i++) {
        v = v << 8 | bytes[i];
    }
    return v;
}

static void command(struct board *b, uint8_t cr)
{
    put(b, SOCKET, SN_CR, cr, 1);
    for (int i = 0; get(b, SOCKET, SN_CR, 1) != 0; i++) {
        assert_true(i < 1000);
    }
}

static bool wait_state(struct board *b, uint8_t sr, uint64_t ns)
{
    uint64_t end = b->now + ns;
    while (b->now < end) {
        if (get(b, SOCKET, SN_SR, 1) == sr) {
            return true;
        }
        pass(b, 10000);
    }
    return false;
}

static void open_board(struct board *b, uint64_t seed)
{
    memset(b, 0, sizeof *b);
    rig_open(&b->rig, seed);
    sim_wire_init(&b->wire, b->rig.lan);
    b->chip = malloc(sim_w5500_size());
    assert_non_null(b->chip);
    b->station = sim_wire_add_chip(&b->wire, b->chip, seed);
    assert_true(b->station != 0);
    sim_w5500_reset_pin(b->chip, 0, b->now);
    pass(b, RIG_MS);
    sim_w5500_reset_pin(b->chip, 1, b->now);
    pass(b, 3 * RIG_S); /* PLL, and the link comes up */
    assert_int_equal(get(b, COMMON, 0x39, 1), 4);
    put(b, COMMON, 0x01, RIG_ROUTER, 4);
    put(b, COMMON, 0x05, 0xFFFFFF00, 4);
    put(b, COMMON, 0x09, 0x0200, 2);
    put(b, COMMON, 0x0B, 0x00000033, 4);
    put(b, COMMON, 0x0F, RIG_DEVICE, 4);
}

static void close_board(struct board *b)
{
    free(b->chip);
    rig_close(&b->rig);
}

static void start_connect(struct board *b, uint32_t to, uint16_t port)
{
    put(b, SOCKET, SN_MR, 1, 1);
    put(b, SOCKET, SN_PORT, 50000, 2);
    put(b, SOCKET, SN_DIPR, to, 4);
    put(b, SOCKET, SN_DPORT, port, 2);
    command(b, 0x01);
    assert_int_equal(get(b, SOCKET, SN_SR, 1), 0x13);
    command(b, 0x04);
}

/* Bytes of socket 0 both ways until the host has got and given all; what the host gives
 * comes back from the chip (the host checks the pattern itself). */
static void echo(struct board *b, uint64_t total)
{
    static uint8_t data[2048];
    uint64_t done = 0;
    uint64_t end = b->now + 300 * RIG_S;
    bool is_sending = false;
    while (done < total && b->now < end) {
        size_t len = get(b, SOCKET, SN_RX_RSR, 2);
        len = len > sizeof data ? sizeof data : len;
        if (is_sending) {
            is_sending = (get(b, SOCKET, SN_IR, 1) & 0x10) == 0;
            if (is_sending || len == 0) {
                pass(b, 20000);
                continue;
            }
        }
        if (len == 0 || get(b, SOCKET, SN_TX_FSR, 2) < len) {
            pass(b, 20000);
            continue;
        }
        uint32_t rd = get(b, SOCKET, SN_RX_RD, 2);
        transfer(b, RX, rd, false, data, len);
        put(b, SOCKET, SN_RX_RD, (rd + (uint32_t)len) & 0xFFFF, 2);
        command(b, 0x40);
        uint32_t wr = get(b, SOCKET, SN_TX_WR, 2);
        transfer(b, TX, wr, true, data, len);
        put(b, SOCKET, SN_TX_WR, (wr + (uint32_t)len) & 0xFFFF, 2);
        put(b, SOCKET, SN_IR, 0x10, 1);
        command(b, 0x20);
        is_sending = true;
        done += len;
    }
    assert_int_equal(done, total);
    pass(b, 5 * RIG_S);
}

static void listen_host(struct board *b, uint64_t to_send)
{
    b->host = (struct rig_end){.lan = b->rig.lan, .seed = 2, .to_send = to_send};
    struct sim_lan_tcp_owner o = rig_owner(&b->host);
    assert_true(sim_lan_tcp_listen(b->rig.lan, b->rig.router, 0, 1883, &o) != 0);
}

static void check_echo(uint64_t seed, const struct sim_lan_wire *wire, uint64_t total)
{
    static struct board b;
    open_board(&b, seed);
    listen_host(&b, total);
    b.host.echoes = true;
    start_connect(&b, SIM_IP4(203, 0, 113, 5), 1883);
    assert_true(wait_state(&b, 0x17, RIG_S));
    pass(&b, RIG_MS); /* its ACK is on the way */
    assert_true(b.host.was_accepted);
    if (wire != NULL) {
        sim_lan_set_wire(b.rig.lan, wire);
    }
    echo(&b, total);
    assert_int_equal(b.host.received, total);
    assert_int_equal(b.host.wrong, 0);
    assert_int_equal(sim_lan_get_stats(b.rig.lan)->malformed, 0);
    if (wire == NULL) {
        assert_int_equal(sim_lan_get_stats(b.rig.lan)->tcp_retransmits, 0);
        assert_int_equal(sim_lan_get_stats(b.rig.lan)->bad_checksum, 0);
    }
    sim_lan_set_wire(b.rig.lan, &(struct sim_lan_wire){.delay_ns = 500000});
    command(&b, 0x08);
    pass(&b, RIG_S);
    assert_true(b.host.was_ended);
    assert_true(b.host.was_closed && b.host.why == SIM_LAN_CLOSED_NORMAL);
    assert_int_equal(get(&b, SOCKET, SN_SR, 1), 0);
    close_board(&b);
}

static void test_echo(void **state)
{
    (void)state;
    check_echo(1, NULL, 100000);
}

static void test_echo_over_bad_wire(void **state)
{
    (void)state;
    check_echo(2, &(struct sim_lan_wire){.delay_ns = 500000, .loss_ppm = 20000}, 30000);
    check_echo(3,
               &(struct sim_lan_wire){
                   .delay_ns = 500000, .duplicate_ppm = 50000, .reorder_ppm = 50000},
               30000);
}

static void test_refused(void **state)
{
    static struct board b;
    (void)state;
    open_board(&b, 4);
    start_connect(&b, RIG_ROUTER, 1883);
    assert_true(wait_state(&b, 0, RIG_S));
    assert_int_equal(sim_lan_get_stats(b.rig.lan)->tcp_refused, 1);
    close_board(&b);
}

static void test_cable(void **state)
{
    static struct board b;
    (void)state;
    open_board(&b, 5);
    assert_int_equal(get(&b, COMMON, 0x2E, 1) & 1, 1);
    sim_lan_cable(b.rig.lan, b.station, false);
    pass(&b, 10 * RIG_MS);
    assert_int_equal(get(&b, COMMON, 0x2E, 1) & 1, 0);
    sim_lan_cable(b.rig.lan, b.station, true);
    pass(&b, 5 * RIG_S);
    assert_int_equal(get(&b, COMMON, 0x2E, 1) & 1, 1);
    close_board(&b);
}

/* A rule that pulls the cable acts in the middle of the chip's own frame. */
static void test_cable_pulled_by_rule(void **state)
{
    static struct board b;
    (void)state;
    open_board(&b, 6);
    listen_host(&b, 0);
    assert_true(sim_lan_add_rule(b.rig.lan, &(struct sim_lan_rule){.from = b.station,
                                                                   .port = 1883,
                                                                   .tcp_flags = 2,
                                                                   .action = SIM_LAN_PULL,
                                                                   .arg = b.station}) ==
                1);
    start_connect(&b, RIG_ROUTER, 1883);
    pass(&b, 100 * RIG_MS);
    assert_false(b.host.was_accepted);
    assert_int_equal(sim_lan_rule_hits(b.rig.lan, 1), 1);
    assert_int_equal(get(&b, COMMON, 0x2E, 1) & 1, 0);
    sim_lan_remove_rule(b.rig.lan, 1);
    sim_lan_cable(b.rig.lan, b.station, true);
    assert_true(wait_state(&b, 0x17, 10 * RIG_S));
    close_board(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_echo_over_bad_wire),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cable),
        cmocka_unit_test(test_cable_pulled_by_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
