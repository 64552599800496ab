/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_rig.h"

/* The faults of the chip, docs/chip-model.md 11: each, and back. */

/* 11: each fault, and back. */
static void test_dead_bus(void **state)
{
    (void)state;
    static const struct {
        enum sim_w5500_fault fault;
        uint8_t byte;
        bool is_written;
    } rows[] = {{SIM_W5500_FAULT_MISO_LOW, 0x00, true},
                {SIM_W5500_FAULT_MISO_HIGH, 0xFF, true},
                {SIM_W5500_FAULT_DEAF, 0xFF, false}};
    for (size_t i = 0; i < 3; i++) {
        struct rig *r = rig_ready();
        struct node *n = &r->node[0];
        uint8_t in[5];
        set_fault(n, rows[i].fault, 1);
        spi(n, (const uint8_t[]){0, 0x39, 0, 0, 0}, in, 5);
        for (size_t k = 0; k < 5; k++) {
            assert_int_equal(in[k], rows[i].byte);
        }
        wr8(n, 0, 0x1B, 3);
        set_fault(n, rows[i].fault, 0);
        assert_int_equal(rd8(n, 0, 0x1B), rows[i].is_written ? 3 : 8);
        rig_free(r);
    }
}

static void test_command_faults(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    wr8(n, REGS(1), 0, 2);
    wr8(n, REGS(2), 0, 2);
    set_fault(n, SIM_W5500_FAULT_CR_STUCK, 0x02);
    command(n, 2, 0x01);
    wr8(n, REGS(1), 1, 0x01);
    rig_run(r, 100 * SEC);
    assert_int_equal(rd8(n, REGS(1), 1), 0x01);
    assert_int_equal(rd8(n, REGS(1), 3), 0x00);
    assert_int_equal(rd8(n, REGS(2), 3), 0x22);
    set_fault(n, SIM_W5500_FAULT_CR_STUCK, 0);
    rig_run(r, 10 * US);
    assert_int_equal(rd8(n, REGS(1), 3), 0x22);
    set_fault(n, SIM_W5500_FAULT_CR_SLOW, 5000);
    wr8(n, REGS(1), 1, 0x10);
    rig_run(r, 4990 * US);
    assert_int_equal(rd8(n, REGS(1), 1), 0x10);
    rig_run(r, 20 * US);
    assert_int_equal(rd8(n, REGS(1), 1), 0x00);
    assert_int_equal(rd8(n, REGS(1), 3), 0x00);
    rig_free(r);
}

static void test_register_faults(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    set_fault(n, SIM_W5500_FAULT_VERSION, 0x51);
    assert_int_equal(rd8(n, 0, 0x39), 0x51);
    set_fault(n, SIM_W5500_FAULT_VERSION, 0);
    assert_int_equal(rd8(n, 0, 0x39), 0x04);
    set_fault(n, SIM_W5500_FAULT_RSR, 0x4321);
    set_fault(n, SIM_W5500_FAULT_FSR, 0x8765);
    for (unsigned s = 0; s < 8; s++) {
        assert_int_equal(rd16(n, REGS(s), 0x26), 0x4321);
        assert_int_equal(rd16(n, REGS(s), 0x20), 0x8765);
    }
    set_fault(n, SIM_W5500_FAULT_RSR, 0);
    set_fault(n, SIM_W5500_FAULT_FSR, 0);
    set_fault(n, SIM_W5500_FAULT_POINTERS, 1);
    unsigned seen = 0;
    for (unsigned i = 0; i < 8; i++) {
        seen |= rd16(n, REGS(0), 0x24);
        seen |= rd16(n, REGS(0), 0x28);
    }
    assert_true((seen & 0xFF) != 0 && (seen & 0xFF00) != 0);
    set_fault(n, SIM_W5500_FAULT_POINTERS, 0);
    assert_int_equal(rd16(n, REGS(0), 0x24), 0);
    rig_free(r);
}

/* One bit in every `arg` bytes, each direction. */
static void test_bit_flips(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    static uint8_t got[16384];
    unsigned flipped = 0;
    for (size_t i = 0; i < sizeof got; i += 2048) {
        rd(n, TX(0), 0, got + i, 2048);
    }
    set_fault(n, SIM_W5500_FAULT_BIT_FLIPS, 64);
    for (unsigned i = 0; i < 64; i++) {
        uint8_t in[259];
        uint8_t out[259] = {0, 0, TX(0) << 3};
        spi(n, out, in, sizeof in);
        for (size_t k = 3; k < sizeof in; k++) {
            for (unsigned b = in[k]; b != 0; b &= b - 1) {
                flipped++;
            }
        }
    }
    assert_in_range(flipped, 100, 500);
    assert_true(sim_w5500_get_stats(n->chip)->lies >= flipped);
    set_fault(n, SIM_W5500_FAULT_BIT_FLIPS, 1);
    uint8_t in[3];
    spi(n, NULL, in, 3);
    assert_true(in[0] != 1 && in[1] != 2 && in[2] != 3);
    rig_free(r);
}

/* 1.6: without the fault both halves are of one instant; with it a change is torn once. */
static void test_torn(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    static uint8_t data[800];
    open_as(a, 0, 2, 1000);
    open_as(b, 3, 2, 2000);
    destination(a, 0, b->ip, 2000);
    assert_int_equal(rd16(b, REGS(3), 0x26), 0);
    assert_true(send_all(a, 0, data, 0xF8 - 8));
    assert_int_equal(rd16(b, REGS(3), 0x26), 0xF8);
    set_fault(b, SIM_W5500_FAULT_TORN, 1);
    assert_int_equal(rd16(b, REGS(3), 0x26), 0xF8);
    assert_int_equal(sim_w5500_get_stats(b->chip)->lies, 0);
    assert_true(send_all(a, 0, data, 0x10));
    assert_int_equal(rd16(b, REGS(3), 0x26), 0x0010);
    assert_int_equal(rd16(b, REGS(3), 0x26), 0x0110);
    assert_int_equal(rd16(b, REGS(3), 0x26), 0x0110);
    assert_int_equal(sim_w5500_get_stats(b->chip)->lies, 1);
    rig_free(r);
}

/* A register that changes between its two bytes within one select. */
static void test_not_torn(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    static uint8_t data[800];
    open_as(a, 0, 2, 1000);
    open_as(b, 0, 2, 2000);
    destination(a, 0, b->ip, 2000);
    assert_true(send_all(a, 0, data, 0xF8 - 8));
    rig_run(r, MS);
    static const uint8_t head[] = {0, 0x26, REGS(0) << 3};
    sim_w5500_select(b->chip, 0, r->now);
    for (size_t i = 0; i < 3; i++) {
        sim_w5500_exchange(b->chip, head[i], r->now);
    }
    uint8_t f[SIM_FRAME_MAX];
    struct packet p = to_node(b, 17);
    inject(b, f, build_udp(f, &p, 9, 2000, data, 0x10));
    assert_int_equal(sim_w5500_register(b->chip, REGS(0), 0x26), 0x01);
    assert_int_equal(sim_w5500_exchange(b->chip, 0, r->now), 0x00);
    assert_int_equal(sim_w5500_exchange(b->chip, 0, r->now), 0xF8);
    sim_w5500_select(b->chip, 1, r->now);
    assert_int_equal(rd16(b, REGS(0), 0x26), 0x0110);
    rig_free(r);
}

static void test_no_interrupt_pin(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    wr8(n, 0, 0x18, 0x01);
    open_as(n, 0, 2, 1000);
    destination(n, 0, (const uint8_t[]){255, 255, 255, 255}, 9);
    assert_true(put(n, 0, "x", 1));
    assert_true(wait_bits(n, 0, 0x02, 0x10, SEC));
    assert_int_equal(sim_w5500_int_n(n->chip), 0);
    set_fault(n, SIM_W5500_FAULT_NO_INT, 1);
    assert_int_equal(sim_w5500_int_n(n->chip), 1);
    set_fault(n, SIM_W5500_FAULT_NO_INT, 0);
    assert_int_equal(sim_w5500_int_n(n->chip), 0);
    rig_free(r);
}

/* NO_SENDOK: data goes out, the bit never comes; the next SEND is before SENDOK. */
static void test_no_sendok(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    open_as(n, 2, 2, 1000);
    destination(n, 2, (const uint8_t[]){255, 255, 255, 255}, 9);
    set_fault(n, SIM_W5500_FAULT_NO_SENDOK, 0x04);
    assert_true(put(n, 2, "x", 1));
    rig_run(r, 10 * SEC);
    assert_int_equal(n->sent, 1);
    assert_int_equal(rd8(n, REGS(2), 0x02), 0);
    set_fault(n, SIM_W5500_FAULT_NO_SENDOK, 0);
    command(n, 2, 0x10);
    command(n, 2, 0x01);
    assert_true(send_all(n, 2, "x", 1));
    assert_int_equal(misuse(n), 0);
    rig_free(r);
}

/* FROZEN: registers can be read and written, nothing else happens. */
static void test_frozen(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    open_as(a, 0, 2, 1000);
    open_as(b, 0, 2, 2000);
    destination(a, 0, b->ip, 2000);
    assert_true(send_all(a, 0, "x", 1));
    set_fault(b, SIM_W5500_FAULT_FROZEN, 1);
    assert_true(send_all(a, 0, "x", 1));
    rig_run(r, SEC);
    assert_int_equal(rd16(b, REGS(0), 0x26), 9);
    wr16(b, REGS(0), 0x28, 9);
    wr8(b, REGS(0), 0x01, 0x40);
    rig_run(r, SEC);
    assert_int_equal(rd8(b, REGS(0), 0x01), 0x40);
    assert_int_equal(rd16(b, REGS(0), 0x28), 9);
    assert_true(sim_w5500_deadline(b->chip) == SIM_NEVER);
    set_fault(b, SIM_W5500_FAULT_FROZEN, 0);
    rig_run(r, 10 * US);
    assert_int_equal(rd8(b, REGS(0), 0x01), 0x00);
    assert_int_equal(rd16(b, REGS(0), 0x26), 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dead_bus),
        cmocka_unit_test(test_command_faults),
        cmocka_unit_test(test_register_faults),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_not_torn),
        cmocka_unit_test(test_no_interrupt_pin),
        cmocka_unit_test(test_no_sendok),
        cmocka_unit_test(test_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
