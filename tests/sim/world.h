/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "onelink/agent/agent.h"
#include "tests/sim/cloud.h"
#include "tests/sim/net.h"

/* One device and one platform in one process, in virtual time, from one seed. */

#define SIM_VALUES_MAX 400 /* samples of one property in a run */
#define SIM_PROPERTIES 6

/* Deliberate mistakes of the device, to show that the simulator finds them. They are made from
 * outside, by meddling with the agent's memory between its steps. */
enum sim_bug {
    SIM_BUG_NONE,
    SIM_BUG_PUBACK,    /* takes a PUBACK for delivery */
    SIM_BUG_FORGET,    /* forgets the posts in flight when a connection is lost */
    SIM_BUG_NEW_TIMES, /* gives samples another time when they are sent again */
    SIM_BUG_ONE_TIME,  /* gives two samples of a property the same time */
    SIM_BUG_HASTE,     /* neither posts nor logins are paced */
    SIM_BUG_DEAF,      /* never answers commands */
    SIM_BUG_PATIENT,   /* waits for a ping's answer for ever */
    SIM_BUG_OVERWRITE, /* drops the oldest sample when a new one comes */
    SIM_BUG_COUNT
};

enum sim_fault {
    SIM_FAULT_RESET,     /* the connection is reset */
    SIM_FAULT_FINISH,    /* a box between ends it in order */
    SIM_FAULT_SILENCE,   /* half-open */
    SIM_FAULT_REFUSE,    /* connections are refused for a while */
    SIM_FAULT_BLACKHOLE, /* connections are not answered for a while */
    SIM_FAULT_CRASH,     /* kill -9 of the platform, down for a while */
    SIM_FAULT_POWER,     /* the platform's machine vanishes without a word */
    SIM_FAULT_COMMIT,    /* the platform cannot store for a while */
    SIM_FAULT_TWIN,      /* another client with our name */
    SIM_FAULT_WALL,      /* the device's wall clock jumps */
    SIM_FAULT_DNS,       /* names are not resolved for a while */
    SIM_FAULT_NTP,       /* time servers are silent for a while */
    SIM_FAULT_UNPLUG,    /* no cable for a while */
    SIM_FAULT_ADDRESS,   /* no address for a while */
    SIM_FAULT_SLOW,      /* long delays for a while */
    SIM_FAULT_STALL,     /* nothing is taken for a while */
    SIM_FAULT_SPLIT,     /* tiny pieces for a while */
    SIM_FAULT_KEY,       /* logins are rejected for a while */
    SIM_FAULT_COUNT /* faults of flash, power, chip and DHCP join here with their models */
};

/* What a number of runs amounted to: shows that they were not idle. */
struct sim_totals {
    uint64_t faults;
    uint64_t virtual_s;
    uint64_t logins;
    uint64_t online;
    uint64_t posts;
    uint64_t reposts;
    uint64_t delivered;
    uint64_t refused_full;
    uint64_t dropped_aside;
    uint64_t commands;
    uint64_t late;
    uint64_t dateless; /* runs with posts without times */
};

/* What became of a value. */
enum sim_fate {
    SIM_FATE_NONE,     /* not used, or not accepted */
    SIM_FATE_ACCEPTED, /* the agent answers for it */
    SIM_FATE_ASKED     /* of a command; accepted when it is answered with 200 */
};

struct sim_world {
    uint64_t seed;
    bool verbose;
    enum sim_bug bug;
    struct ol_rng rng;
    struct sim_net net;
    struct sim_cloud cloud;

    /* The device. */
    struct ol_agent agent;
    struct ol_agent_config config;
    struct ol_agent_slot slots[SIM_PROPERTIES];
    struct ol_agent_scratch scratch;
    struct ol_stacked stacked;
    uint8_t rx[1024];
    uint8_t tx[1536];
    uint8_t queue[4096];
    int64_t wall_error_ms; /* of its own clock */
    enum ol_clock_quality wall_quality;
    unsigned set_backs; /* of it */
    bool has_dateless_posts;
    ol_ms busy_until; /* its processor does something else */

    /* The application on it. */
    ol_ms sample_at;
    ol_ms sample_every_ms;
    ol_ms set_at;
    int64_t next_value[SIM_PROPERTIES];
    uint8_t fate[SIM_PROPERTIES][SIM_VALUES_MAX];
    uint8_t open_handle; /* a command that is answered later */
    int64_t open_value;
    uint16_t open_property;
    ol_ms open_until;

    /* The course of the run. */
    ol_ms began_at;
    ol_ms fault_at;
    ol_ms calm_at;                /* faults end then */
    ol_ms end_at;                 /* and all must be well by then */
    ol_ms until[SIM_FAULT_COUNT]; /* when a lasting fault ends; 0: it does not last */

    /* What is watched. */
    uint32_t logins_seen;
    ol_ms login_at[4];
    ol_ms posted_at;
    uint32_t steps;
    uint8_t in_flight;
    uint32_t faults;
    char failure[160];
    struct sim_totals totals;
};

/* Runs one seed. true: every invariant held; else w->failure says which did not. */
bool sim_run(struct sim_world *w, uint64_t seed, enum sim_bug bug, bool verbose);

const char *sim_bug_str(enum sim_bug bug);
const char *sim_fault_str(enum sim_fault fault);

/* ---- between the files of the simulator ---- */

/* Notes the first broken invariant. */
void sim_fail(struct sim_world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sim_say(const struct sim_world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sim_fault_begin(struct sim_world *w);
void sim_fault_end_all(struct sim_world *w);
void sim_fault_expire(struct sim_world *w);
ol_ms sim_fault_next(const struct sim_world *w);
bool sim_fault_is_any(const struct sim_world *w);
/* Before and after each step of the agent. */
void sim_bug_before(struct sim_world *w);
void sim_bug_after(struct sim_world *w);
struct ol_wall_time sim_wall(const struct sim_world *w);

#endif
