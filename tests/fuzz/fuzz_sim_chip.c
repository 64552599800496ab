/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chip/w5500.h"
#include "tests/fuzz/fuzz.h"

/* The chip under an odd host and a hostile wire: the input is a list of commands that clock SPI
 * bytes, bring frames (as given, or with addresses and checksums that let them pass), move pins
 * and let time pass. Left alone, it comes to rest. */

struct run {
    struct fuzz_input in;
    uint64_t now;
    uint32_t emitted;
    struct sim_w5500 *chip;
};

static void transfer(struct run *r, uint8_t addr_high, uint8_t addr, uint8_t control,
                     size_t len)
{
    const uint8_t head[3] = {addr_high, addr, control};
    sim_w5500_select(r->chip, 0, r->now);
    for (size_t i = 0; i < 3 + len; i++) {
        uint8_t ahead = sim_w5500_peek(r->chip);
        uint8_t byte = i < 3 ? head[i] : fuzz_next(&r->in);
        require(sim_w5500_exchange(r->chip, byte, r->now) == ahead);
        r->now += 200;
    }
    sim_w5500_select(r->chip, 1, r->now);
}

static void write8(struct run *r, unsigned s, uint8_t reg, uint8_t value)
{
    struct run one = *r;
    one.in.data = &value;
    one.in.left = 1;
    transfer(&one, 0, reg, (uint8_t)((s * 4 + 1) << 3 | 4), 1);
    r->now = one.now + 5000;
}

static uint32_t add(uint32_t sum, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum += (uint32_t)p[i] << ((i & 1) != 0 ? 0 : 8);
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return sum;
}

static void frame_out(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    struct run *r = ctx;
    require(len >= 60 && len <= SIM_FRAME_MAX);
    require(at_ns != SIM_NEVER);
    r->emitted += add(0, frame, len); /* reads it all */
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* Makes what would be thrown away at the door pass it. */
static void repair(struct run *r, uint8_t *f, size_t len)
{
    for (unsigned i = 0; i < 6; i++) {
        f[i] = sim_w5500_register(r->chip, 0, 0x09 + i);
    }
    if (len < 34 || f[12] != 8 || f[13] != 0) {
        return;
    }
    uint8_t *ip = f + 14;
    size_t total = len - 14;
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)total);
    put16(ip + 6, 0);
    for (unsigned i = 0; i < 4; i++) {
        ip[16 + i] = sim_w5500_register(r->chip, 0, 0x0F + i);
    }
    put16(ip + 10, 0);
    put16(ip + 10, ~add(0, ip, 20));
    size_t at = ip[9] == 6 ? 36 : ip[9] == 17 ? 26 : ip[9] == 1 ? 22 : 0;
    if (at == 0 || total < at + 2) {
        return;
    }
    uint8_t pseudo[12] = {0};
    memcpy(pseudo, ip + 12, 8);
    pseudo[9] = ip[9];
    put16(pseudo + 10, (uint32_t)(total - 20));
    put16(ip + at, 0);
    uint32_t sum = ip[9] == 1 ? 0 : add(0, pseudo, 12);
    put16(ip + at, ~add(sum, ip + 20, total - 20));
}

/* A TCP segment to socket s, near to what it expects. */
static void segment(struct run *r)
{
    uint8_t f[200] = {0};
    unsigned block = (fuzz_next(&r->in) & 7U) * 4 + 1;
    f[12] = 8;
    f[23] = 6;
    for (unsigned i = 0; i < 4; i++) {
        f[26 + i] = sim_w5500_register(r->chip, block, 0x0C + i);
    }
    for (unsigned i = 0; i < 2; i++) {
        f[34 + i] = sim_w5500_register(r->chip, block, 0x10 + i);
        f[36 + i] = sim_w5500_register(r->chip, block, 0x04 + i);
    }
    for (unsigned i = 38; i < 50; i++) {
        f[i] = fuzz_next(&r->in);
    }
    f[46] = (uint8_t)(0x50 + (fuzz_next(&r->in) & 0x10));
    size_t len = 58 + fuzz_next(&r->in) % 140U;
    repair(r, f, len);
    sim_w5500_frame_in(r->chip, f, len, r->now);
}

static void frame(struct run *r, int is_repaired)
{
    size_t len = ((size_t)fuzz_next(&r->in) << 3) + (fuzz_next(&r->in) & 7U);
    uint8_t *f = calloc(1, len + 14);
    require(f != NULL);
    for (size_t i = 0; i < len && r->in.left > 0; i++) {
        f[i] = fuzz_next(&r->in);
    }
    if (is_repaired && len >= 14) {
        repair(r, f, len);
    }
    sim_w5500_frame_in(r->chip, f, len, r->now);
    free(f);
}

static void command(struct run *r)
{
    uint8_t op = fuzz_next(&r->in);
    switch (op & 15) {
    case 0:
    case 1:
        transfer(r, fuzz_next(&r->in), fuzz_next(&r->in), fuzz_next(&r->in),
                 fuzz_next(&r->in));
        break;
    case 2:
    case 3:
        write8(r, op >> 4 & 7, fuzz_next(&r->in) & 0x2F, fuzz_next(&r->in));
        break;
    case 4:
        write8(r, op >> 4 & 7, 1, fuzz_next(&r->in));
        break;
    case 5:
        frame(r, 1);
        break;
    case 6:
        frame(r, 0);
        break;
    case 7:
    case 8:
        segment(r);
        break;
    case 9:
        r->now += (uint64_t)fuzz_next(&r->in) << 20;
        break;
    case 10:
        r->now += (uint64_t)fuzz_next(&r->in) << 30;
        sim_w5500_step(r->chip, r->now);
        break;
    case 11:
        sim_w5500_link(r->chip, fuzz_next(&r->in) & 1, r->now);
        r->now += UINT64_C(3000000000);
        break;
    case 12:
        sim_w5500_reset_pin(r->chip, fuzz_next(&r->in) & 1, r->now);
        break;
    case 13:
        sim_w5500_set_fault(r->chip, (enum sim_w5500_fault)(fuzz_next(&r->in) % 16),
                            fuzz_next(&r->in));
        break;
    case 14:
        sim_w5500_glitch_reset(r->chip, r->now);
        break;
    default:
        (void)sim_w5500_int_n(r->chip);
        (void)sim_w5500_register(r->chip, fuzz_next(&r->in), fuzz_next(&r->in));
        break;
    }
}

static void set_up(struct run *r)
{
    static const uint8_t own[] = {2, 0, 0, 0, 0, 1, 10, 0, 0, 1};
    struct run one = *r;
    sim_w5500_link(r->chip, 1, 0);
    one.now = r->now = UINT64_C(4000000000);
    one.in.data = own;
    one.in.left = sizeof own;
    transfer(&one, 0, 0x09, 4, sizeof own);
    r->now = one.now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run r = {.in = {data, size}};
    const struct sim_w5500_host host = {.ctx = &r, .frame_out = frame_out};
    r.chip = malloc(sim_w5500_size());
    require(r.chip != NULL);
    sim_w5500_init(r.chip, &host, size);
    set_up(&r);
    while (r.in.left > 0) {
        command(&r);
    }
    /* Without a host and a wire, all that can still happen is bounded, keep alive at most. */
    sim_w5500_reset_pin(r.chip, 1, r.now);
    for (unsigned i = 0; sim_w5500_deadline(r.chip) != SIM_NEVER; i++) {
        require(i < 40000);
        sim_w5500_step(r.chip, sim_w5500_deadline(r.chip));
    }
    free(r.chip);
    return 0;
}
