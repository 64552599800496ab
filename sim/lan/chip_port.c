/* SPDX-License-Identifier: MIT */
#include "sim/lan/chip_port.h"

static void frame_out(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    const struct sim_wire_chip *c = ctx;
    sim_lan_transmit(c->wire->lan, c->station, frame, len, at_ns);
}

static void frame_in(void *ctx, const uint8_t *frame, size_t len, uint64_t at_ns)
{
    const struct sim_wire_chip *c = ctx;
    sim_w5500_frame_in(c->chip, frame, len, at_ns);
}

static void link_changed(void *ctx, bool is_up, uint64_t at_ns)
{
    const struct sim_wire_chip *c = ctx;
    sim_w5500_link(c->chip, is_up, at_ns);
}

void sim_wire_init(struct sim_wire *wire, struct sim_lan *lan)
{
    *wire = (struct sim_wire){.lan = lan};
}

uint32_t sim_wire_add_chip(struct sim_wire *wire, struct sim_w5500 *chip, uint64_t seed)
{
    if (wire->chip_count == SIM_WIRE_CHIPS) {
        return 0;
    }
    struct sim_wire_chip *c = &wire->chips[wire->chip_count];
    *c = (struct sim_wire_chip){.wire = wire, .chip = chip};
    c->station = sim_lan_add_device(
        wire->lan,
        &(struct sim_lan_device){.ctx = c, .frame = frame_in, .link = link_changed});
    if (c->station == 0) {
        return 0;
    }
    wire->chip_count++;
    sim_w5500_init(chip, &(struct sim_w5500_host){.ctx = c, .frame_out = frame_out},
                   seed);
    sim_w5500_link(chip, true, sim_lan_now(wire->lan));
    return c->station;
}

uint64_t sim_wire_deadline(const struct sim_wire *wire)
{
    uint64_t at = sim_lan_deadline(wire->lan);
    for (unsigned i = 0; i < wire->chip_count; i++) {
        uint64_t due = sim_w5500_deadline(wire->chips[i].chip);
        at = due < at ? due : at;
    }
    return at;
}

/* Chips first at the same instant: what they send then is on the wire when it is stepped. */
static void step_all(struct sim_wire *wire, uint64_t at)
{
    for (unsigned i = 0; i < wire->chip_count; i++) {
        sim_w5500_step(wire->chips[i].chip, at);
    }
    sim_lan_step(wire->lan, at);
}

void sim_wire_step(struct sim_wire *wire, uint64_t now_ns)
{
    uint64_t at;
    while ((at = sim_wire_deadline(wire)) <= now_ns) {
        uint64_t now = sim_lan_now(wire->lan);
        step_all(wire, at > now ? at : now);
    }
    step_all(wire, now_ns);
}
