/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

/* Faults come, last and end. */

void sim_fault_begin(struct sim_world *w)
{
    unsigned fault = (unsigned)sim_roll(w, w->site->fault_count);

    if (!w->site->fault_start(w, fault)) {
        return;
    }
    sim_say(w, "fault    %s", w->site->fault_str(fault));
    w->faults++;
    sim_cloud_disturb(&w->cloud);
    w->until[fault] = w->clock.now + 100 + sim_roll(w, 12000);
    if (w->until[fault] > w->calm_at) {
        w->until[fault] = w->calm_at;
    }
}

void sim_fault_expire(struct sim_world *w)
{
    for (unsigned fault = 0; fault < w->site->fault_count; fault++) {
        if (w->until[fault] != 0 && w->clock.now >= w->until[fault]) {
            w->until[fault] = 0;
            w->site->fault_stop(w, fault);
            sim_cloud_disturb(&w->cloud);
        }
    }
}

void sim_fault_end_all(struct sim_world *w)
{
    for (unsigned fault = 0; fault < w->site->fault_count; fault++) {
        if (w->until[fault] != 0) {
            w->until[fault] = 0;
            w->site->fault_stop(w, fault);
        }
    }
    sim_cloud_start(&w->cloud);
}

ol_ms sim_fault_next(const struct sim_world *w)
{
    ol_ms next = OL_NEVER;

    for (unsigned fault = 0; fault < w->site->fault_count; fault++) {
        if (w->until[fault] != 0) {
            next = ol_ms_min(next, w->until[fault]);
        }
    }
    return next;
}

bool sim_fault_is_any(const struct sim_world *w)
{
    return sim_fault_next(w) != OL_NEVER;
}
