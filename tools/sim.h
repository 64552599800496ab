/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_H
#define TOOLS_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "onelink/json/number.h"

/* A simulated sensor: the value is a function of the time or of the number of readings.
 */
enum cli_sim_shape { CLI_SIM_SINE, CLI_SIM_RAMP, CLI_SIM_COUNTER };

struct cli_sim {
    enum cli_sim_shape shape;
    struct ol_dec low;    /* min, or start */
    struct ol_dec high;   /* max, or step */
    struct ol_dec period; /* seconds, above 0 */
    uint64_t readings;    /* so far */
};

/* Reads "sine,min=18,max=28,period=60", "ramp,...", "counter,start=1,step=1". true, or
 * false and a sentence fragment in *reason, what is allowed in *allowed, both static. */
bool cli_sim_decode(struct ol_str text, struct cli_sim *out, const char **reason,
                    const char **allowed);

/* The next value; elapsed is the time since the program began. Rounded to a thousandth
 * where it is not exact. false when the number has become too long. */
bool cli_sim_next(struct cli_sim *s, ol_ms elapsed, struct ol_dec *out);

#endif
