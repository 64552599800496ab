/* SPDX-License-Identifier: MIT */
#include "sim/chip/chip.h"

enum {
    PHY_RUN = 0x80,
    PHY_OPMD = 0x40,
    PHY_FULL = 0x04,
    PHY_100 = 0x02,
    PHY_LINK = 0x01
};
enum {
    MODE_10_HALF,
    MODE_10_FULL,
    MODE_100_HALF,
    MODE_100_FULL,
    MODE_100_HALF_AUTO,
    MODE_OFF = 6,
    MODE_AUTO = 7
};

static uint8_t mode_of(uint8_t phycfgr)
{
    return (phycfgr & PHY_OPMD) != 0 ? phycfgr >> 3 & 7 : MODE_AUTO;
}

uint8_t w5_phy_register(const struct sim_w5500 *c)
{
    uint8_t value = c->common[W5_PHYCFGR] & 0xF8;
    if (!c->has_link) {
        return value;
    }
    switch (c->phy_mode) {
    case MODE_10_HALF:
        return value | PHY_LINK;
    case MODE_10_FULL:
        return value | PHY_FULL | PHY_LINK;
    case MODE_100_HALF:
    case MODE_100_HALF_AUTO:
        return value | PHY_100 | PHY_LINK;
    default:
        return value | PHY_FULL | PHY_100 | PHY_LINK;
    }
}

/* A mode counts from the PHY's next reset on (model 3.2). */
void w5_phy_write(struct sim_w5500 *c, uint8_t value)
{
    uint8_t before = c->common[W5_PHYCFGR];
    c->common[W5_PHYCFGR] = value & 0xF8;
    if ((before & PHY_RUN) == 0 && (value & PHY_RUN) != 0) {
        c->phy_mode = mode_of(value);
    }
    w5_phy_update(c);
}

/* Starts or ends negotiation, as the cable and the PHY's state ask. */
void w5_phy_update(struct sim_w5500 *c)
{
    bool can_link = c->has_cable && !c->is_held && c->phy_mode != MODE_OFF &&
                    (c->common[W5_PHYCFGR] & PHY_RUN) != 0;
    if (!can_link) {
        c->has_link = false;
        c->link_at = SIM_NEVER;
    } else if (!c->has_link && c->link_at == SIM_NEVER) {
        uint64_t start = c->ready_at != SIM_NEVER ? c->ready_at : c->now;
        c->link_at = start + 1000 * W5_MS + w5_random(&c->rng) % (2000 * W5_MS);
    }
}

void w5_phy_restart(struct sim_w5500 *c)
{
    c->phy_mode = MODE_AUTO;
    c->has_link = false;
    c->link_at = SIM_NEVER;
    w5_phy_update(c);
}

void w5_phy_due(struct sim_w5500 *c)
{
    c->link_at = SIM_NEVER;
    c->has_link = true;
}
