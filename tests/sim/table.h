/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_TABLE_H
#define TESTS_SIM_TABLE_H

#include "tests/sim/world.h"

/* Prints a row for each fault of the board, alone and at a fixed place: how long it lasts, and
 * the virtual time until the next answered report. 1: the device did not come back from one, or
 * an invariant did not hold. */
int sim_table(struct sim_world *w);

#endif
