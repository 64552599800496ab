/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "onelink/agent/agent.h"
#include "tests/sim/clock.h"
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
    /* Of a board only. */
    SIM_BUG_LEASE,   /* DHCP does not notice the end of a lease */
    SIM_BUG_NO_LOOK, /* the driver looks only when INTn tells it to */
    SIM_BUG_UNTOLD,  /* the driver does not give RECV for what it has read */
    SIM_BUG_AMNESIA, /* the driver forgets its address when the chip is reset */
    SIM_BUG_COUNT
};

#define SIM_FAULTS_MAX 64 /* kinds of fault of a site */

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

struct sim_world;

/* What lies between device and platform, and what can go wrong there. Faults are numbers below
 * fault_count. */
struct sim_site {
    bool is_strict; /* the device is stepped only when it asked to be */
    unsigned fault_count;
    const char *(*fault_str)(unsigned fault);
    /* Begins; false: not this time. A fault that lasts is stopped later. */
    bool (*fault_start)(struct sim_world *w, unsigned fault);
    void (*fault_stop)(struct sim_world *w, unsigned fault);

    /* A new network, and then the device's place on it: streams, interface, names, servers. */
    void (*make)(struct sim_world *w, uint64_t seed);
    void (*choose_host)(struct sim_world *w);
    void (*equip)(struct sim_world *w);

    /* Something of the network waits for the device, which may want to send. */
    bool (*is_ready)(const struct sim_world *w, bool wants_send);
    /* Steps what lies below the agent. */
    void (*step)(struct sim_world *w);
    /* When that must be done at the latest. */
    ol_ms (*deadline)(const struct sim_world *w);
    /* When anything of the network happens next after now. */
    ol_ms (*next)(const struct sim_world *w);
    /* Lets time pass until `to`, or until the network has news before. */
    void (*advance)(struct sim_world *w, ol_ms to);
    /* The device has a connection on which bytes pass. */
    bool (*is_connected)(const struct sim_world *w);
    /* Makes the goodbye hard. */
    void (*hinder)(struct sim_world *w);
    /* How often a second the device may wake. */
    unsigned (*wakes_a_second)(const struct sim_world *w);
    /* What holds after each instant, and at the end. */
    void (*watch)(struct sim_world *w);
    void (*check_end)(struct sim_world *w);
};

extern const struct sim_site sim_plain_site; /* a made-up network */

/* What became of a value. */
enum sim_fate {
    SIM_FATE_NONE,     /* not used, or not accepted */
    SIM_FATE_ACCEPTED, /* the agent answers for it */
    SIM_FATE_ASKED     /* of a command; accepted when it is answered with 200 */
};

struct sim_world {
    uint64_t seed;
    bool verbose;
    bool is_fixed; /* nothing is left to chance but what cannot be avoided */
    enum sim_bug bug;
    struct ol_rng rng;
    const struct sim_site *site;
    struct sim_clock clock;
    struct sim_net net; /* of sim_plain_site */
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
    ol_ms calm_at;               /* faults end then */
    ol_ms end_at;                /* and all must be well by then */
    ol_ms until[SIM_FAULTS_MAX]; /* when a lasting fault ends; 0: it does not last */

    /* What is watched. */
    uint32_t logins_seen;
    ol_ms login_at[4];
    ol_ms posted_at;
    ol_ms delivered_at;
    uint64_t posted[16]; /* identifiers of posts since sim_await */
    size_t posted_count;
    ol_ms answered_at; /* the first of them was; 0: none */
    uint32_t steps;
    uint8_t in_flight;
    /* Bytes were changed where no checksum guards them: values may be wrong, refused or lost,
     * and connections end. That the device comes back is all that can be asked. */
    bool is_garbled;
    bool has_last_sample; /* taken when all was well */
    uint32_t faults;
    char failure[160];
    struct sim_totals totals;
};

/* Runs one seed at w->site. true: every invariant held; else w->failure says which did not. */
bool sim_run(struct sim_world *w, uint64_t seed, enum sim_bug bug, bool verbose);

/* The same in steps. sim_begin puts the world together, sim_go_on does what is due at one
 * instant, and false tells that all is well again after the faults; sim_finish judges. */
void sim_begin(struct sim_world *w, uint64_t seed, enum sim_bug bug, bool verbose);
bool sim_go_on(struct sim_world *w);
bool sim_finish(struct sim_world *w);
/* From now on the next report is awaited: w->answered_at. */
void sim_await(struct sim_world *w);

const char *sim_bug_str(enum sim_bug bug);

/* ---- between the files of the simulator ---- */

uint64_t sim_roll(struct sim_world *w, uint64_t bound);
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
/* A fault: the device's clock jumps forward or back, up to two hours; set back for the fourth time
 * is more than the agent answers for, so it goes forward then. */
void sim_jump_wall(struct sim_world *w);
struct ol_wall_time sim_wall(const struct sim_world *w);

#endif
