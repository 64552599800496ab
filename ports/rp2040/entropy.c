/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/entropy.h"

#include <stdbool.h>

#include "ports/rp2040/adc.h"
#include "ports/rp2040/cpu.h"

/* The pool is a sponge: 16 words, permuted by the rounds of ChaCha (RFC 8439 section 2.1); half
 * of them take input and give output, the other half is never seen. */
#define POOL_WORDS    16u
#define RATE_WORDS    8u
#define DOUBLE_ROUNDS 4

/* How much is believed, in bits, deliberately little. */
#define BATCH_BITS      256u /* of the oscillator, 40 us or more: jitter needs time */
#define BATCH_CREDIT    4u
#define BATCH_RUN_MAX   40u /* equal bits in a row: 2 in 10^10 for a fair coin */
#define BATCH_ONES_MIN  64u
#define ADC_SAMPLES     32u
#define ADC_CHANGES_MIN 8u
#define ADC_CREDIT      4u
#define ENOUGH          128u
#define BATCHES_A_CALL  32u /* enough even where one of the two is stuck */

static uint32_t pool[POOL_WORDS];
static uint32_t next_word;
static uint32_t credit;
static volatile uint32_t event_mix;
static volatile uint32_t event_count;

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32u - bits);
}

static void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
    *a += *b;
    *d = rotate(*d ^ *a, 16);
    *c += *d;
    *b = rotate(*b ^ *c, 12);
    *a += *b;
    *d = rotate(*d ^ *a, 8);
    *c += *d;
    *b = rotate(*b ^ *c, 7);
}

static void permute(void)
{
    uint32_t *p = pool;
    pool[POOL_WORDS - 1] ^= 0x4f4c454eu; /* all zeros would stay so */
    for (int round = 0; round < DOUBLE_ROUNDS; round++) {
        for (unsigned i = 0; i < 4; i++) {
            quarter(&p[i], &p[4 + i], &p[8 + i], &p[12 + i]);
        }
        for (unsigned i = 0; i < 4; i++) {
            quarter(&p[i], &p[4 + (i + 1) % 4], &p[8 + (i + 2) % 4],
                    &p[12 + (i + 3) % 4]);
        }
    }
}

static void absorb(uint32_t word)
{
    pool[next_word++] ^= word;
    if (next_word == RATE_WORDS) {
        permute();
        next_word = 0;
    }
}

static void add_credit(uint32_t bits)
{
    credit = credit + bits > 2 * ENOUGH ? 2 * ENOUGH : credit + bits;
}

/* A batch of the oscillator's random bit. False: it looks stuck. */
static bool sample_oscillator(void)
{
    uint32_t word = 0, ones = 0, run = 0, longest = 0, last = 2;
    for (uint32_t i = 0; i < BATCH_BITS; i++) {
        uint32_t bit = RP_REG(RP_ROSC_RANDOMBIT) & 1u;
        word = word << 1 | bit;
        ones += bit;
        run = bit == last ? run + 1 : 1;
        last = bit;
        longest = run > longest ? run : longest;
        if (i % 32 == 31) {
            absorb(word);
        }
    }
    bool live = longest <= BATCH_RUN_MAX && ones >= BATCH_ONES_MIN &&
                ones <= BATCH_BITS - BATCH_ONES_MIN;
    add_credit(live ? BATCH_CREDIT : 0);
    return live;
}

/* The lowest bits of the temperature reading. False: they do not change. */
static bool sample_adc(void)
{
    uint32_t changes = 0, last = 0, word = 0;
    for (uint32_t i = 0; i < ADC_SAMPLES; i++) {
        uint32_t value = (uint32_t)ol_rp_adc_read(OL_RP_ADC_TEMPERATURE);
        changes += ((value ^ last) & 1u) != 0;
        last = value;
        word = rotate(word, 5) ^ value;
        if (i % 4 == 3) {
            absorb(word);
        }
    }
    bool live = changes >= ADC_CHANGES_MIN;
    add_credit(live ? ADC_CREDIT : 0);
    return live;
}

static void take_events(void)
{
    uint32_t mask = ol_rp_irq_off();
    uint32_t mix = event_mix, count = event_count;
    event_count = 0;
    ol_rp_irq_restore(mask);
    absorb(mix);
    absorb(count);
    add_credit(count);
}

void ol_rp_entropy_event(void)
{
    /* The cycle counter of the system timer at clk_sys, against something outside. */
    event_mix = rotate(event_mix, 7) ^ RP_REG(RP_SYST_CVR) ^ ol_rp_micros() << 16;
    event_count = event_count < ENOUGH ? event_count + 1 : event_count;
}

void ol_rp_entropy_add(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++) {
        absorb(bytes[i]);
    }
}

void ol_rp_entropy_init(const uint32_t *ram, size_t words)
{
    RP_REG(RP_SYST_RVR) = 0x00ffffffu;
    RP_REG(RP_SYST_CVR) = 0;
    RP_REG(RP_SYST_CSR) = RP_SYST_ON;
    for (size_t i = 0; i < words; i++) {
        absorb(ram[i]);
    }
}

static void squeeze(uint8_t *to, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (i % (4u * RATE_WORDS) == 0) {
            permute();
        }
        to[i] = (uint8_t)(pool[i / 4 % RATE_WORDS] >> (8u * (i % 4)));
    }
    /* What was given out cannot be worked out again from what the pool holds later. */
    for (size_t i = 0; i < RATE_WORDS; i++) {
        pool[i] = 0;
    }
    next_word = 0;
    permute();
}

static int32_t fill(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    bool live = false;
    take_events();
    for (uint32_t i = 0; i < BATCHES_A_CALL && (i == 0 || credit < ENOUGH); i++) {
        live = sample_oscillator() || live;
        live = sample_adc() || live;
    }
    if (credit < ENOUGH) {
        return live ? OL_E_AGAIN : OL_E_IO;
    }
    squeeze(buf, len);
    return OL_OK;
}

struct ol_entropy ol_rp_entropy(void)
{
    return (struct ol_entropy){.fill = fill};
}
