/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_CLOCK_H
#define TESTS_SIM_CLOCK_H

#include <stdint.h>

#include "onelink/base/time.h"

/* The time of a simulated world. */
struct sim_clock {
    ol_ms now;
    int64_t true_offset_ms; /* the true date, Unix, minus now */
};

#endif
