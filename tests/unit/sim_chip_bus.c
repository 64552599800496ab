/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_rig.h"

/* The bus, the register file, reset, PHY, interrupts, commands and misuse. Numbers are those of
 * docs/chip-model.md. */

/* 1.1, 1.2: header echo, then data from address on. */
static void test_header_echo(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    uint8_t in[7];
    spi(&r->node[0], (const uint8_t[]){0x00, 0x19, 0x00, 0, 0, 0, 0}, in, 7);
    assert_memory_equal(in, ((const uint8_t[]){1, 2, 3, 0x07, 0xD0, 0x08, 0x28}), 7);
    const struct sim_w5500_stats *s = sim_w5500_get_stats(r->node[0].chip);
    assert_int_equal(s->spi_frames, 1);
    assert_int_equal(s->spi_bytes, 7);
    assert_int_equal(s->buffer_bytes, 0);
    rig_free(r);
}

/* 1.3: after 1, 2 or 4 data bytes a header follows with select still low. */
static void test_fixed_lengths(void **state)
{
    (void)state;
    static const unsigned lengths[4] = {0, 1, 2, 4};
    struct rig *r = rig_ready();
    for (unsigned om = 1; om < 4; om++) {
        uint8_t out[32] = {0};
        uint8_t in[32];
        size_t at = 0;
        for (int k = 0; k < 2; k++) {
            out[at + 1] = 0x19;
            out[at + 2] = (uint8_t)om;
            at += 3 + lengths[om];
        }
        spi(&r->node[0], out, in, at);
        for (size_t half = 0; half < at; half += at / 2) {
            assert_memory_equal(in + half, ((const uint8_t[]){1, 2, 3, 7}), 4);
        }
    }
    /* A write of two bytes, then a read of one, in one select. */
    uint8_t in[9];
    spi(&r->node[0], (const uint8_t[]){0, 0x19, 0x06, 0x12, 0x34, 0, 0x1A, 0x01, 0}, in,
        9);
    assert_int_equal(in[8], 0x34);
    assert_int_equal(rd16(&r->node[0], 0, 0x19), 0x1234);
    rig_free(r);
}

/* 1.4: blocks of all sockets are apart; reserved ones read 0 and count as misuse. */
static void test_blocks(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    for (unsigned s = 0; s < 8; s++) {
        wr16(n, REGS(s), 0x04, 1000 + s);
        wr16(n, TX(s), 10, 2000 + s);
        wr16(n, RX(s), 10, 3000 + s);
    }
    for (unsigned s = 0; s < 8; s++) {
        assert_int_equal(rd16(n, REGS(s), 0x04), 1000 + s);
        assert_int_equal(rd16(n, TX(s), 10), 2000 + s);
        assert_int_equal(rd16(n, RX(s), 10), 3000 + s);
    }
    assert_int_equal(misuse(n), 0);
    assert_int_equal(sim_w5500_get_stats(n->chip)->buffer_bytes, 64);
    assert_int_equal(rd8(n, 4, 0), 0);
    assert_misuse(n, "reserved block");
    rig_free(r);
}

/* 1.5: an address runs on over the end of the buffer, whatever its size, and over FFFF. */
static void test_wrap(void **state)
{
    (void)state;
    static const unsigned sizes[] = {1, 2, 4, 8, 16};
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    for (unsigned s = 0; s < 8; s++) {
        wr16(n, REGS(s), 0x1E, 0);
    }
    for (size_t i = 0; i < 5; i++) {
        unsigned bytes = sizes[i] * 1024;
        uint8_t got[4];
        wr8(n, REGS(3), 0x1E, sizes[i]);
        wr8(n, REGS(3), 0x1F, sizes[i]);
        assert_int_equal(rd16(n, REGS(3), 0x20), bytes);
        wr(n, TX(3), bytes * 3 - 2, (const uint8_t[]){1, 2, 3, 4}, 4);
        rd(n, TX(3), bytes - 2, got, 4);
        assert_memory_equal(got, ((const uint8_t[]){1, 2, 3, 4}), 4);
        rd(n, TX(3), 0, got, 2);
        assert_memory_equal(got, ((const uint8_t[]){3, 4}), 2);
        wr(n, RX(3), 0xFFFE, (const uint8_t[]){5, 6, 7, 8}, 4);
        rd(n, RX(3), bytes - 2, got, 4);
        assert_memory_equal(got, ((const uint8_t[]){5, 6, 7, 8}), 4);
    }
    assert_int_equal(misuse(n), 0);
    wr8(n, TX(5), 0, 1);
    assert_misuse(n, "data for a TX buffer of 0 KB");
    assert_int_equal(rd8(n, TX(5), 0), 0);
    assert_int_equal(rd16(n, REGS(5), 0x20), 0);
    wr8(n, REGS(3), 0x1F, 3);
    assert_misuse(n, "buffer size is none of 0, 1, 2, 4, 8, 16");
    assert_int_equal(rd8(n, REGS(3), 0x1F), 16);
    rig_free(r);
}

/* 4.1, 4.2: reset values, over the bus and by the side door. */
static void assert_reset_values(struct node *n)
{
    uint8_t common[0x40];
    static const uint8_t expected[0x40] = {
        [0x19] = 0x07, [0x1A] = 0xD0, [0x1B] = 8,    [0x1C] = 0x28,
        [0x26] = 0xFF, [0x27] = 0xFF, [0x2E] = 0xB8, [0x39] = 4};
    rd(n, 0, 0, common, sizeof common);
    common[0x2E] &= 0xF8;
    assert_memory_equal(common, expected, sizeof common);
    static const uint8_t socket[0x40] = {
        [0x06] = 0xFF, [0x07] = 0xFF, [0x08] = 0xFF, [0x09] = 0xFF,
        [0x0A] = 0xFF, [0x0B] = 0xFF, [0x16] = 0x80, [0x1E] = 2,
        [0x1F] = 2,    [0x20] = 8,    [0x2C] = 0xFF, [0x2D] = 0x40};
    for (unsigned s = 0; s < 8; s++) {
        uint8_t got[0x40];
        rd(n, REGS(s), 0, got, sizeof got);
        assert_memory_equal(got, socket, sizeof got);
        for (unsigned i = 0; i < sizeof got; i++) {
            assert_int_equal(sim_w5500_register(n->chip, REGS(s), i), socket[i]);
        }
    }
    assert_int_equal(sim_w5500_int_n(n->chip), 1);
}

static void scribble(struct node *n)
{
    for (unsigned i = 1; i < 0x28; i++) {
        wr8(n, 0, i, 0x5A);
    }
    wr8(n, REGS(0), 0, 1);
    command(n, 0, 0x01);
    wr16(n, REGS(0), 0x24, 77);
    wr16(n, REGS(7), 0x28, 99);
    wr8(n, REGS(4), 0x2C, 0);
}

static void test_reset_values(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    assert_reset_values(&r->node[0]);
    rig_free(r);
}

/* 4.1, 4.2: what can be written, and what not. */
static void test_read_only(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    for (unsigned i = 0x28; i < 0x2E; i++) {
        wr8(n, 0, i, 0xEE);
        assert_int_equal(rd8(n, 0, i), 0);
    }
    wr8(n, 0, 0x17, 0xEE);
    assert_int_equal(rd8(n, 0, 0x17), 0);
    wr8(n, 0, 0x39, 0xEE);
    assert_int_equal(rd8(n, 0, 0x39), 4);
    static const unsigned fixed[] = {0x03, 0x17, 0x1D, 0x20, 0x21, 0x22,
                                     0x23, 0x26, 0x27, 0x2A, 0x2B};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        uint8_t before = rd8(n, REGS(2), fixed[i]);
        wr8(n, REGS(2), fixed[i], 0xEE);
        assert_int_equal(rd8(n, REGS(2), fixed[i]), before);
    }
    for (unsigned i = 0x04; i < 0x17; i++) {
        wr8(n, REGS(2), i, 0x33);
        assert_int_equal(rd8(n, REGS(2), i), 0x33);
    }
    assert_int_equal(rd8(n, 0, 0x3A), 0);
    assert_int_equal(rd8(n, 0, 0x1234), 0);
    assert_int_equal(rd8(n, REGS(2), 0x30), 0);
    rig_free(r);
}

/* 2.1, 2.2, 2.4: 500 us low, 1 ms until the PLL locks, FF meanwhile. */
static void test_reset_pin(void **state)
{
    (void)state;
    struct rig *r = rig_new_bare(1);
    struct node *n = &r->node[0];
    uint8_t in[4];
    spi(n, (const uint8_t[]){0, 0x39, 0, 0}, in, 4);
    assert_memory_equal(in, ((const uint8_t[]){0xFF, 0xFF, 0xFF, 0xFF}), 4);
    assert_misuse(n, "access during reset");
    rig_run(r, 1 * MS);
    assert_int_equal(rd8(n, 0, 0x39), 4);
    scribble(n);
    reset_pin(n, 0);
    assert_int_equal(rd8(n, 0, 0x39), 0xFF);
    wr8(n, 0, 0x19, 0x11);
    rig_run(r, 500 * US);
    reset_pin(n, 1);
    rig_run(r, 990 * US);
    assert_int_equal(rd8(n, 0, 0x39), 0xFF);
    rig_run(r, 10 * US);
    assert_reset_values(n);
    assert_int_equal(sim_w5500_get_stats(n->chip)->resets, 1);
    rig_free(r);
}

static void test_reset_too_short(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    wr16(n, 0, 0x19, 0x1234);
    reset_pin(n, 0);
    rig_run(r, 499 * US);
    reset_pin(n, 1);
    assert_int_equal(rd16(n, 0, 0x19), 0x1234);
    assert_misuse(n, "reset pulse below 500 us");
    assert_int_equal(sim_w5500_get_stats(n->chip)->resets, 0);
    rig_free(r);
}

/* 2.3: MR.RST shows until it is done; what is written meanwhile is lost. */
static void test_soft_reset(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    scribble(n);
    wr8(n, 0, 0, 0x80);
    assert_int_equal(rd8(n, 0, 0), 0x80);
    assert_int_equal(misuse(n), 0);
    wr8(n, 0, 0x1B, 1);
    assert_misuse(n, "write during MR.RST");
    for (int i = 0; rd8(n, 0, 0) != 0; i++) {
        assert_in_range(i, 0, 50);
        rig_run(r, 10 * US);
    }
    assert_reset_values(n);
    assert_int_equal(sim_w5500_get_stats(n->chip)->resets, 1);
    rig_free(r);
}

/* A select that began in reset stays deaf after it. */
static void test_reset_within_transfer(void **state)
{
    (void)state;
    struct rig *r = rig_new_bare(1);
    struct sim_w5500 *c = r->node[0].chip;
    sim_w5500_select(c, 0, 0);
    assert_int_equal(sim_w5500_exchange(c, 0, 2 * MS), 0xFF);
    assert_int_equal(sim_w5500_exchange(c, 0, 2 * MS), 0xFF);
    sim_w5500_select(c, 1, 2 * MS);
    assert_int_equal(sim_w5500_exchange(c, 0, 2 * MS), 0xFF);
    sim_w5500_select(c, 0, 2 * MS);
    assert_int_equal(sim_w5500_peek(c), 1);
    rig_free(r);
}

/* The pin falls, or the chip resets, amid a transfer: deaf until the next select. */
static void test_reset_amid_transfer(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        struct rig *r = rig_ready();
        struct node *n = &r->node[0];
        sim_w5500_select(n->chip, 0, r->now);
        assert_int_equal(sim_w5500_exchange(n->chip, 0, r->now), 1);
        if (k == 0) {
            reset_pin(n, 0);
            r->now += 100 * US;
            reset_pin(n, 1);
        } else {
            sim_w5500_glitch_reset(n->chip, r->now);
            r->now += 2 * MS;
        }
        assert_int_equal(sim_w5500_exchange(n->chip, 0x1B, r->now), 0xFF);
        assert_int_equal(sim_w5500_exchange(n->chip, 0x04, r->now), 0xFF);
        assert_int_equal(sim_w5500_exchange(n->chip, 0x55, r->now), 0xFF);
        sim_w5500_select(n->chip, 1, r->now);
        assert_int_equal(rd8(n, 0, 0x1B), 8);
        rig_free(r);
    }
}

static void test_glitch_reset(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    scribble(n);
    sim_w5500_glitch_reset(n->chip, r->now);
    assert_int_equal(sim_w5500_register(n->chip, REGS(0), 3), 0);
    rig_run(r, 1 * MS);
    assert_reset_values(n);
    rig_free(r);
}

static uint64_t until_link(struct rig *r, struct node *n)
{
    uint64_t start = r->now;
    while ((rd8(n, 0, 0x2E) & 1) == 0) {
        assert_true(r->now - start < 4 * SEC);
        rig_run(r, 1 * MS);
    }
    return r->now - start;
}

/* 3.1, 3.2: link 1 to 3 s after reset, cable or PHY reset; B8 without it, BF with it. */
static void test_phy(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    assert_int_equal(rd8(n, 0, 0x2E), 0xB8);
    rig_run(r, 5 * SEC);
    assert_int_equal(rd8(n, 0, 0x2E), 0xB8);
    cable(n, true);
    assert_in_range(until_link(r, n), SEC, 3 * SEC + 2 * MS);
    assert_int_equal(rd8(n, 0, 0x2E), 0xBF);
    cable(n, false);
    assert_int_equal(rd8(n, 0, 0x2E), 0xB8);
    cable(n, true);
    assert_in_range(until_link(r, n), SEC, 3 * SEC + 2 * MS);
    wr8(n, 0, 0x2E, 0x38);
    assert_int_equal(rd8(n, 0, 0x2E), 0x38);
    rig_run(r, 5 * SEC);
    assert_int_equal(rd8(n, 0, 0x2E), 0x38);
    wr8(n, 0, 0x2E, 0xB8);
    assert_in_range(until_link(r, n), SEC, 3 * SEC + 2 * MS);
    wr8(n, 0, 0, 0x80);
    rig_run(r, 1 * MS);
    assert_int_equal(rd8(n, 0, 0x2E), 0xBF);
    reset_pin(n, 0);
    rig_run(r, 1 * MS);
    reset_pin(n, 1);
    rig_run(r, 2 * MS);
    assert_in_range(until_link(r, n), SEC - 2 * MS, 3 * SEC);
    rig_free(r);
}

/* 3.2: modes count from the PHY's next reset on. */
static void test_phy_modes(void **state)
{
    (void)state;
    static const struct {
        unsigned mode, bits;
    } rows[] = {{0, 0x01}, {1, 0x05}, {2, 0x03}, {3, 0x07},
                {4, 0x03}, {6, 0x00}, {7, 0x07}};
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    cable(n, true);
    until_link(r, n);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned value = 0x40U | rows[i].mode << 3;
        wr8(n, 0, 0x2E, value);
        wr8(n, 0, 0x2E, value | 0x80U);
        rig_run(r, 4 * SEC);
        assert_int_equal(rd8(n, 0, 0x2E), value | 0x80U | rows[i].bits);
    }
    rig_free(r);
}

/* 6.1: CR reads as written until taken, which needs microseconds; another one meanwhile is
 * lost. */
static void test_acceptance(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    wr8(n, REGS(0), 0, 2);
    wr8(n, REGS(0), 1, 0x01);
    assert_int_equal(rd8(n, REGS(0), 1), 0x01);
    assert_int_equal(rd8(n, REGS(0), 3), 0x22);
    assert_int_equal(rd8(n, REGS(0), 1), 0x00);
    assert_int_equal(sim_w5500_get_stats(n->chip)->commands, 1);
    wr8(n, REGS(0), 1, 0x10);
    wr8(n, REGS(0), 1, 0x01);
    assert_misuse(n, "command while CR is busy");
    rig_run(r, 10 * US);
    assert_int_equal(rd8(n, REGS(0), 3), 0x00);
    assert_int_equal(sim_w5500_get_stats(n->chip)->commands, 2);
    rig_free(r);
}

/* 6.2: OPEN by protocol. */
static void test_open(void **state)
{
    (void)state;
    static const struct {
        unsigned socket, mode, state;
    } rows[] = {{0, 1, 0x13}, {7, 1, 0x13}, {3, 2, 0x22}, {5, 3, 0x32},
                {0, 4, 0x42}, {1, 4, 0x00}, {2, 0, 0x00}, {2, 5, 0x00}};
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned s = rows[i].socket;
        wr8(n, REGS(s), 0, rows[i].mode);
        command(n, s, 0x01);
        assert_int_equal(rd8(n, REGS(s), 3), rows[i].state);
        assert_int_equal(misuse(n) != 0, i >= 5);
        command(n, s, 0x10);
        assert_int_equal(rd8(n, REGS(s), 3), 0);
    }
    rig_free(r);
}

/* 12.2: every command in every state that a lone chip reaches. */
static void test_wrong_state(void **state)
{
    (void)state;
    static const uint8_t commands[] = {0x01, 0x02, 0x04, 0x08, 0x10,
                                       0x20, 0x21, 0x22, 0x40, 0x55};
    static const struct {
        unsigned mode, second, sr;
        const char *legal;
    } rows[] = {{0, 0, 0x00, "y...y...y."}, {1, 0, 0x13, ".yyyy....."},
                {1, 2, 0x14, "...yy....."}, {2, 0, 0x22, "....yyy.y."},
                {3, 0, 0x32, "....yy..y."}, {4, 0, 0x42, "....yy..y."}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t k = 0; k < sizeof commands; k++) {
            struct rig *r = rig_ready();
            struct node *n = &r->node[0];
            destination(n, 0, (const uint8_t[]){10, 0, 0, 2}, 7);
            if (rows[i].mode != 0) {
                open_as(n, 0, rows[i].mode, 5000);
            }
            if (rows[i].second != 0) {
                command(n, 0, rows[i].second);
            }
            assert_int_equal(rd8(n, REGS(0), 3), rows[i].sr);
            wr8(n, REGS(0), 0, rows[i].mode == 0 ? 1 : rows[i].mode);
            wr16(n, REGS(0), 0x24, (uint16_t)(rd16(n, REGS(0), 0x24) + 20));
            command(n, 0, commands[k]);
            assert_int_equal(misuse(n) == 0, rows[i].legal[k] == 'y');
            rig_free(r);
        }
    }
}

/* 12.1: sizes. */
static void test_size_misuse(void **state)
{
    (void)state;
    struct rig *r = rig_ready();
    struct node *n = &r->node[0];
    wr8(n, REGS(0), 0x1E, 4);
    open_as(n, 1, 2, 5000);
    assert_misuse(n, "buffers above 16 KB");
    uint64_t before = misuse(n);
    wr8(n, REGS(0), 0x1E, 4);
    assert_int_equal(misuse(n), before);
    wr8(n, REGS(0), 0x1E, 2);
    assert_misuse(n, "buffer size changed with open sockets");
    wr8(n, 0, 0x12, 1);
    assert_int_equal(sim_w5500_get_stats(n->chip)->notes, 1);
    assert_string_equal(sim_w5500_get_stats(n->chip)->note_text,
                        "own address written with open sockets");
    rig_free(r);
}

/* 12.3: pointers and data. */
static void test_pointer_misuse(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    open_as(n, 0, 2, 5000);
    destination(n, 0, (const uint8_t[]){10, 0, 0, 77}, 7);
    wr16(n, REGS(0), 0x24, 100);
    command(n, 0, 0x20);
    assert_int_equal(misuse(n), 0);
    wr8(n, TX(0), 2048 + 99, 1);
    assert_misuse(n, "TX data written over data in flight");
    uint64_t before = misuse(n);
    wr8(n, TX(0), 100, 1);
    assert_int_equal(misuse(n), before);
    command(n, 0, 0x20);
    assert_misuse(n, "SEND before SENDOK");
    assert_true(wait_bits(n, 0, 0x02, 0x08, 3 * SEC));
    wr16(n, REGS(0), 0x24, 100 + 2049);
    assert_int_equal(rd16(n, REGS(0), 0x20), 0xFFFF);
    command(n, 0, 0x20);
    assert_misuse(n, "TX_WR beyond TX_FSR");
    wr16(n, REGS(0), 0x28, 1);
    command(n, 0, 0x40);
    assert_misuse(n, "RX_RD beyond RX_WR");
    assert_int_equal(rd16(n, REGS(0), 0x26), 0xFFFF);
    rig_free(r);
}

/* 5.1 to 5.3: write 1 to clear, masks, and a pin that stays low until all is cleared. */
static void test_interrupts(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    open_as(b, 3, 2, 3000);
    open_as(b, 6, 2, 6000);
    open_as(a, 0, 2, 1000);
    destination(a, 0, b->ip, 3000);
    assert_true(send_all(a, 0, "x", 1));
    destination(a, 0, b->ip, 6000);
    assert_true(send_all(a, 0, "y", 1));
    rig_run(r, MS);
    assert_int_equal(rd8(b, 0, 0x17), 0x48);
    assert_int_equal(sim_w5500_int_n(b->chip), 1);
    wr8(b, 0, 0x18, 0x48);
    assert_int_equal(sim_w5500_int_n(b->chip), 0);
    wr8(b, REGS(3), 0x2C, 0xFB);
    assert_int_equal(rd8(b, 0, 0x17), 0x40);
    assert_int_equal(sim_w5500_int_n(b->chip), 0);
    wr8(b, REGS(6), 0x02, 0x04);
    assert_int_equal(sim_w5500_int_n(b->chip), 1);
    assert_int_equal(rd8(b, REGS(3), 0x02), 0x04);
    wr8(b, REGS(3), 0x2C, 0xFF);
    assert_int_equal(sim_w5500_int_n(b->chip), 0);
    /* The lost edge: another frame comes while one bit is left; the pin does not move. */
    assert_true(send_all(a, 0, "z", 1));
    rig_run(r, MS);
    assert_int_equal(rd8(b, 0, 0x17), 0x48);
    wr8(b, REGS(3), 0x02, 0x1F);
    assert_int_equal(sim_w5500_int_n(b->chip), 0);
    wr8(b, REGS(6), 0x02, 0x1F);
    assert_int_equal(sim_w5500_int_n(b->chip), 1);
    /* Data that is there gives no new bit (5.4): RX_RSR is the truth. */
    assert_int_equal(rd16(b, REGS(6), 0x26), 18);
    uint8_t got[9];
    assert_int_equal(take(b, 6, got, 9), 9);
    assert_int_equal(rd8(b, REGS(6), 0x02), 0);
    assert_int_equal(rd16(b, REGS(6), 0x26), 9);
    rig_free(r);
}

static void test_common_interrupt(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    uint8_t f[SIM_FRAME_MAX];
    uint8_t other[6] = {2, 0, 0, 0, 0, 8};
    uint8_t all[6] = {255, 255, 255, 255, 255, 255};
    inject(n, f, build_arp(f, 1, all, other, n->ip, n->ip));
    assert_int_equal(rd8(n, 0, 0x15), 0x80);
    assert_int_equal(sim_w5500_int_n(n->chip), 1);
    wr8(n, 0, 0x16, 0x80);
    assert_int_equal(sim_w5500_int_n(n->chip), 0);
    wr8(n, 0, 0x15, 0x40);
    assert_int_equal(rd8(n, 0, 0x15), 0x80);
    wr8(n, 0, 0x15, 0x80);
    assert_int_equal(rd8(n, 0, 0x15), 0);
    assert_int_equal(sim_w5500_int_n(n->chip), 1);
    rig_free(r);
}

/* A copy of the bytes is a snapshot: both go on alike. */
static void test_snapshot(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *n = &r->node[0];
    struct sim_w5500 *live = n->chip;
    open_as(n, 0, 1, 1000);
    destination(n, 0, (const uint8_t[]){10, 0, 0, 77}, 9);
    wr8(n, REGS(0), 0x01, 0x04);
    struct sim_w5500 *copy = malloc(sim_w5500_size());
    assert_non_null(copy);
    memcpy(copy, live, sim_w5500_size());
    uint64_t start = r->now;
    assert_true(wait_bits(n, 0, 0x02, 0x08, 3 * SEC));
    unsigned sent = n->sent;
    uint64_t end = r->now;
    n->chip = copy;
    n->sent = 0;
    r->now = start;
    assert_true(wait_bits(n, 0, 0x02, 0x08, 3 * SEC));
    assert_int_equal(n->sent, sent);
    assert_true(r->now == end);
    free(live);
    rig_free(r);
}

/* Calling only at deadlines, and in small steps, is the same. */
static void test_step_sizes(void **state)
{
    (void)state;
    uint64_t at[2][16] = {{0}};
    for (unsigned k = 0; k < 2; k++) {
        struct rig *r = rig_new(1);
        struct node *n = &r->node[0];
        open_as(n, 0, 1, 1000);
        destination(n, 0, (const uint8_t[]){10, 0, 0, 77}, 9);
        command(n, 0, 0x04);
        uint64_t end = r->now + 2 * SEC;
        while (k == 0 && r->now < end) {
            r->now += 3 * MS;
            sim_w5500_step(n->chip, r->now);
        }
        sim_w5500_step(n->chip, end);
        assert_int_equal(n->sent, 9);
        for (unsigned i = 0; i < 9; i++) {
            at[k][i] = last(n, i)->at;
        }
        rig_free(r);
    }
    assert_memory_equal(at[0], at[1], sizeof at[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_echo),
        cmocka_unit_test(test_fixed_lengths),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_reset_values),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_reset_pin),
        cmocka_unit_test(test_reset_too_short),
        cmocka_unit_test(test_soft_reset),
        cmocka_unit_test(test_reset_within_transfer),
        cmocka_unit_test(test_reset_amid_transfer),
        cmocka_unit_test(test_glitch_reset),
        cmocka_unit_test(test_phy),
        cmocka_unit_test(test_phy_modes),
        cmocka_unit_test(test_acceptance),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_wrong_state),
        cmocka_unit_test(test_size_misuse),
        cmocka_unit_test(test_pointer_misuse),
        cmocka_unit_test(test_interrupts),
        cmocka_unit_test(test_common_interrupt),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_step_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
