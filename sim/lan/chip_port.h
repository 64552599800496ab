/* SPDX-License-Identifier: MIT */
#ifndef SIM_LAN_CHIP_PORT_H
#define SIM_LAN_CHIP_PORT_H

#include "sim/chip/w5500.h"
#include "sim/lan/lan.h"

/* Chip models on a virtual network, stepped together in the order of time.
 *
 *     sim_wire_init(&wire, lan);
 *     station = sim_wire_add_chip(&wire, chip, seed);
 *     ... before each transfer to the chip at the instant now_ns, and when nothing else
 *     happens at sim_wire_deadline:
 *     sim_wire_step(&wire, now_ns);
 *
 * The chip must not be told a time to which the wire has not been stepped. */

#define SIM_WIRE_CHIPS 4

struct sim_wire_chip {
    struct sim_wire *wire;
    struct sim_w5500 *chip;
    uint32_t station;
};

/* Holds pointers into itself: it stays where it was initialised. */
struct sim_wire {
    struct sim_lan *lan;
    struct sim_wire_chip chips[SIM_WIRE_CHIPS];
    unsigned chip_count;
};

/* lan must live as long as the wire. */
void sim_wire_init(struct sim_wire *wire, struct sim_lan *lan);

/* Powers a chip on (sim_w5500_init) on a port of its own, cable in, and returns its station;
 * 0: no room. chip is sim_w5500_size() bytes that live as long as the wire. */
uint32_t sim_wire_add_chip(struct sim_wire *wire, struct sim_w5500 *chip, uint64_t seed);

/* Does what is due on the network and in all chips until now_ns, in order. */
void sim_wire_step(struct sim_wire *wire, uint64_t now_ns);

/* When sim_wire_step must be called at the latest; SIM_NEVER: nothing is due. */
uint64_t sim_wire_deadline(const struct sim_wire *wire);

#endif
