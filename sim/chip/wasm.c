/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

/* The model as a WebAssembly module: one chip in static memory.
 *
 * Time is f64 nanoseconds (exact up to 2^53 ns, 104 days); no deadline is +Infinity. A snapshot
 * is a copy of the exported memory. Imported from "env":
 *   frame_out(pointer, length, at_ns)   valid during the call; must not call back
 * Exported:
 *   init(seed)                          seed is f64, its integer value counts
 *   reset_pin(level, now)  select(level, now)  peek() -> byte  exchange(mosi, now) -> byte
 *   int_n() -> level       link(is_up, now)    step(now)       deadline() -> ns
 *   buffer() -> pointer of 1514 bytes, where a frame to come in is written first
 *   frame_in(length, now)  glitch_reset(now)   set_fault(fault, arg)
 *   reg(block, offset) -> byte
 *   stat(i) -> f64: the counters of struct sim_w5500_stats in order, without the texts
 *   misuse_text(), note_text() -> pointer of a string, or 0 */

#define EXPORT(name) __attribute__((export_name(name)))

__attribute__((import_module("env"), import_name("frame_out"))) extern void
host_frame_out(const uint8_t *frame, size_t len, double at_ns);

static struct sim_w5500 chip;
static uint8_t buffer[SIM_FRAME_MAX];

/* NaN and what is below zero count as 0, what is above 2^62 as 2^62. */
static uint64_t ns(double now)
{
    if (!(now > 0)) {
        return 0;
    }
    return now < 0x1p62 ? (uint64_t)now : UINT64_C(1) << 62;
}

static void frame_out(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    (void)ctx;
    host_frame_out(frame, len, (double)at_ns);
}

EXPORT("init") void chip_init(double seed);
EXPORT("reset_pin") void chip_reset_pin(int level, double now);
EXPORT("select") void chip_select(int level, double now);
EXPORT("peek") unsigned chip_peek(void);
EXPORT("exchange") unsigned chip_exchange(unsigned mosi, double now);
EXPORT("int_n") int chip_int_n(void);
EXPORT("link") void chip_link(int is_up, double now);
EXPORT("step") void chip_step(double now);
EXPORT("deadline") double chip_deadline(void);
EXPORT("buffer") uint8_t *chip_buffer(void);
EXPORT("frame_in") void chip_frame_in(size_t len, double now);
EXPORT("glitch_reset") void chip_glitch_reset(double now);
EXPORT("set_fault") void chip_set_fault(int fault, uint32_t arg);
EXPORT("reg") unsigned chip_reg(unsigned block, unsigned offset);
EXPORT("stat") double chip_stat(unsigned i);
EXPORT("misuse_text") const char *chip_misuse_text(void);
EXPORT("note_text") const char *chip_note_text(void);

void chip_init(double seed)
{
    const struct sim_w5500_host host = {.ctx = NULL, .frame_out = frame_out};
    sim_w5500_init(&chip, &host, ns(seed));
}

void chip_reset_pin(int level, double now)
{
    sim_w5500_reset_pin(&chip, level, ns(now));
}

void chip_select(int level, double now)
{
    sim_w5500_select(&chip, level, ns(now));
}

unsigned chip_peek(void)
{
    return sim_w5500_peek(&chip);
}

unsigned chip_exchange(unsigned mosi, double now)
{
    return sim_w5500_exchange(&chip, (uint8_t)mosi, ns(now));
}

int chip_int_n(void)
{
    return sim_w5500_int_n(&chip);
}

void chip_link(int is_up, double now)
{
    sim_w5500_link(&chip, is_up != 0, ns(now));
}

void chip_step(double now)
{
    sim_w5500_step(&chip, ns(now));
}

double chip_deadline(void)
{
    uint64_t due = sim_w5500_deadline(&chip);
    return due == SIM_NEVER ? __builtin_inf() : (double)due;
}

uint8_t *chip_buffer(void)
{
    return buffer;
}

void chip_frame_in(size_t len, double now)
{
    if (len <= sizeof buffer) {
        sim_w5500_frame_in(&chip, buffer, len, ns(now));
    }
}

void chip_glitch_reset(double now)
{
    sim_w5500_glitch_reset(&chip, ns(now));
}

void chip_set_fault(int fault, uint32_t arg)
{
    sim_w5500_set_fault(&chip, (enum sim_w5500_fault)fault, arg);
}

unsigned chip_reg(unsigned block, unsigned offset)
{
    return sim_w5500_register(&chip, block, offset);
}

double chip_stat(unsigned i)
{
    const struct sim_w5500_stats *s = &chip.stats;
    const uint64_t counters[] = {s->spi_frames, s->spi_bytes,  s->buffer_bytes,
                                 s->commands,   s->frames_out, s->frames_in,
                                 s->dropped,    s->resets,     s->misuse,
                                 s->notes,      s->lies};
    return i < sizeof counters / sizeof counters[0] ? (double)counters[i] : 0;
}

const char *chip_misuse_text(void)
{
    return chip.stats.misuse_text;
}

const char *chip_note_text(void)
{
    return chip.stats.note_text;
}
