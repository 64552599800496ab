/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

static const char wrong_key[] = "d3JvbmcgMDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1A=";

const char *sim_fault_str(enum sim_fault fault)
{
    static const char *const names[SIM_FAULT_COUNT] = {
        "reset",  "finish",  "silence", "refuse", "blackhole", "crash",
        "power",  "commit",  "twin",    "wall",   "dns",       "ntp",
        "unplug", "address", "slow",    "stall",  "split",     "key"};

    return names[fault];
}

static ol_ms roll(struct sim_world *w, ol_ms bound)
{
    return ol_rng_below(&w->rng, bound);
}

static void crash(struct sim_world *w, bool silent)
{
    sim_cloud_crash(&w->cloud, silent);
    if (silent) {
        w->net.weather.is_blackhole = true;
    } else {
        w->net.weather.is_refusing = true;
    }
}

/* Forward or back, up to two hours; a clock that is set back for the fourth time is more than
 * the agent answers for. */
static void jump_wall(struct sim_world *w)
{
    int64_t jump = (int64_t)roll(w, 7200000);

    if (roll(w, 2) == 0 && w->set_backs < 3) {
        w->set_backs++;
        jump = -jump;
    }
    w->wall_error_ms += jump;
}

static void start(struct sim_world *w, enum sim_fault fault)
{
    struct sim_weather *weather = &w->net.weather;

    switch (fault) {
    case SIM_FAULT_RESET:
        sim_net_reset(&w->net);
        break;
    case SIM_FAULT_FINISH:
        sim_net_finish(&w->net);
        break;
    case SIM_FAULT_SILENCE:
        sim_net_silence(&w->net);
        break;
    case SIM_FAULT_REFUSE:
        weather->is_refusing = true;
        break;
    case SIM_FAULT_BLACKHOLE:
        weather->is_blackhole = true;
        break;
    case SIM_FAULT_CRASH:
        crash(w, false);
        break;
    case SIM_FAULT_POWER:
        crash(w, true);
        break;
    case SIM_FAULT_COMMIT:
        w->cloud.history.fail_commits = 1 + (unsigned)roll(w, 4);
        break;
    case SIM_FAULT_TWIN:
        sim_cloud_twin(&w->cloud);
        break;
    case SIM_FAULT_WALL:
        jump_wall(w);
        break;
    case SIM_FAULT_DNS:
        weather->dns_silent = roll(w, 3) == 0;
        weather->dns_failing = !weather->dns_silent && roll(w, 2) == 0;
        weather->dns_lost = !weather->dns_silent && !weather->dns_failing;
        sim_net_reset(&w->net);
        break;
    case SIM_FAULT_NTP:
        weather->ntp_silent = true;
        break;
    case SIM_FAULT_UNPLUG:
        weather->is_unplugged = true;
        sim_net_silence(&w->net);
        break;
    case SIM_FAULT_ADDRESS:
        weather->has_no_address = true;
        sim_net_silence(&w->net);
        break;
    case SIM_FAULT_SLOW:
        weather->delay_min_ms = 50 + roll(w, 300);
        weather->delay_max_ms = weather->delay_min_ms + roll(w, 2000);
        break;
    case SIM_FAULT_STALL:
        weather->is_stalled = true;
        break;
    case SIM_FAULT_SPLIT:
        weather->chunk_max = 1 + (uint32_t)roll(w, 30);
        break;
    case SIM_FAULT_KEY:
        w->cloud.history.device_key = ol_str_from(wrong_key);
        sim_net_reset(&w->net);
        break;
    case SIM_FAULT_COUNT:
        break;
    }
}

static void stop(struct sim_world *w, enum sim_fault fault)
{
    struct sim_weather *weather = &w->net.weather;

    switch (fault) {
    case SIM_FAULT_REFUSE:
        weather->is_refusing = false;
        break;
    case SIM_FAULT_BLACKHOLE:
        weather->is_blackhole = false;
        break;
    case SIM_FAULT_CRASH:
        weather->is_refusing = false;
        sim_cloud_start(&w->cloud);
        break;
    case SIM_FAULT_POWER:
        weather->is_blackhole = false;
        sim_cloud_start(&w->cloud);
        break;
    case SIM_FAULT_COMMIT:
        w->cloud.history.fail_commits = 0;
        break;
    case SIM_FAULT_DNS:
        weather->dns_silent = false;
        weather->dns_failing = false;
        weather->dns_lost = false;
        break;
    case SIM_FAULT_NTP:
        weather->ntp_silent = false;
        break;
    case SIM_FAULT_UNPLUG:
        weather->is_unplugged = false;
        break;
    case SIM_FAULT_ADDRESS:
        weather->has_no_address = false;
        break;
    case SIM_FAULT_SLOW:
        weather->delay_min_ms = 1;
        weather->delay_max_ms = 40;
        break;
    case SIM_FAULT_STALL:
        weather->is_stalled = false;
        break;
    case SIM_FAULT_SPLIT:
        weather->chunk_max = SIM_WAY_CAP;
        break;
    case SIM_FAULT_KEY:
        w->cloud.history.device_key = w->config.key;
        break;
    default:
        break;
    }
}

void sim_fault_begin(struct sim_world *w)
{
    enum sim_fault fault = (enum sim_fault)roll(w, SIM_FAULT_COUNT);

    if (fault == SIM_FAULT_KEY && roll(w, 4) != 0) {
        return; /* costs five minutes each time */
    }
    sim_say(w, "fault    %s", sim_fault_str(fault));
    w->faults++;
    sim_cloud_disturb(&w->cloud);
    start(w, fault);
    w->until[fault] = w->net.now + 100 + roll(w, 12000);
    if (w->until[fault] > w->calm_at) {
        w->until[fault] = w->calm_at;
    }
}

void sim_fault_expire(struct sim_world *w)
{
    for (int fault = 0; fault < SIM_FAULT_COUNT; fault++) {
        if (w->until[fault] != 0 && w->net.now >= w->until[fault]) {
            w->until[fault] = 0;
            stop(w, (enum sim_fault)fault);
            sim_cloud_disturb(&w->cloud);
        }
    }
}

void sim_fault_end_all(struct sim_world *w)
{
    for (int fault = 0; fault < SIM_FAULT_COUNT; fault++) {
        if (w->until[fault] != 0) {
            w->until[fault] = 0;
            stop(w, (enum sim_fault)fault);
        }
    }
    sim_cloud_start(&w->cloud);
}

ol_ms sim_fault_next(const struct sim_world *w)
{
    ol_ms next = OL_NEVER;

    for (int fault = 0; fault < SIM_FAULT_COUNT; fault++) {
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
