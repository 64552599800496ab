/* SPDX-License-Identifier: MIT */
#include "ports/template/entropy.h"

/* Supply: a hardware generator whose health is checked, or several weak sources hashed
 * together (oscillator jitter, ADC noise, arrival times, a unique identifier). Answer
 * OL_E_AGAIN until enough has been collected, OL_E_IO when the source repeats itself.
 * Never fill with a constant or with a counter: then answer an error, as here. */
static int32_t entropy_fill(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    (void)buf;
    (void)len;
    return OL_E_IO;
}

struct ol_entropy my_entropy(void)
{
    return (struct ol_entropy){.fill = entropy_fill};
}
