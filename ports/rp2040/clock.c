/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/clock.h"

#include "ports/rp2040/regs.h"

static int64_t wall_offset_ms;
static enum ol_clock_quality wall_quality;

uint64_t ol_rp_now_us(void)
{
    /* The latched pair of registers is not used: an interrupt handler that read them in between
     * would move the latch. Two equal high words prove the low one. */
    uint32_t high = RP_REG(RP_TIMER_RAWH);
    for (;;) {
        uint32_t low = RP_REG(RP_TIMER_RAWL);
        uint32_t again = RP_REG(RP_TIMER_RAWH);
        if (high == again) {
            return (uint64_t)high << 32 | low;
        }
        high = again;
    }
}

/* Counted on from the last call, as dividing 64 bits takes long. Between two calls lie at most the
 * 8 s of the watchdog; 32 bits are good for 71 minutes. */
ol_ms ol_rp_now_ms(void)
{
    static uint64_t seen_us; /* when millisecond seen_ms began */
    static ol_ms seen_ms;
    uint32_t passed = (uint32_t)(ol_rp_now_us() - seen_us) / 1000u;
    seen_us += passed * 1000u;
    seen_ms += passed;
    return seen_ms;
}

static ol_ms monotonic_ms(void *ctx)
{
    (void)ctx;
    return ol_rp_now_ms();
}

static struct ol_wall_time wall(void *ctx)
{
    (void)ctx;
    return (struct ol_wall_time){.unix_ms = wall_offset_ms + (int64_t)ol_rp_now_ms(),
                                 .quality = wall_quality};
}

static int32_t set_wall(void *ctx, struct ol_wall_time now)
{
    (void)ctx;
    wall_offset_ms = now.unix_ms - (int64_t)ol_rp_now_ms();
    wall_quality = now.quality;
    return OL_OK;
}

struct ol_clock ol_rp_clock(void)
{
    static const struct ol_clock_ops ops = {
        .monotonic_ms = monotonic_ms, .wall = wall, .set_wall = set_wall};
    return (struct ol_clock){.ops = &ops};
}
