/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

/* splitmix64: any state is good. */
uint64_t w5_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void w5_misuse(struct sim_w5500 *c, const char *text)
{
    c->stats.misuse++;
    c->stats.misuse_text = text;
}

void w5_note(struct sim_w5500 *c, const char *text)
{
    c->stats.notes++;
    c->stats.note_text = text;
}

bool w5_is_frozen(const struct sim_w5500 *c)
{
    return c->fault[SIM_W5500_FAULT_FROZEN] != 0;
}
