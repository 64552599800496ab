/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_CLOUD_H
#define TESTS_SIM_CLOUD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/core/node.h"
#include "tests/sim/clock.h"
#include "tests/sim/history.h"
#include "tests/support/rng.h"
#include "tests/support/stacked_stream.h"

/* The platform: the access node with its owner's loop, over a simulated network. */

#define SIM_SEATS 24 /* connections at a time */

/* The platform's side of a network. */
struct sim_front {
    void *ctx;
    /* The next connection that has come, open; false: none. */
    bool (*accept)(void *ctx, struct ol_stream *out);
    /* The platform's process is gone: its ends reset, or vanish without a word. */
    void (*crash)(void *ctx, bool silent);
};

struct sim_seat {
    bool used;
    bool is_closing;
    bool is_node_closed; /* the node has let go of it */
    struct ol_stream stream;
    struct ol_stacked stacked;
    struct ol_session session;
};

/* An application's set that the device has not answered yet. */
struct sim_call {
    uint32_t handle; /* 0: free */
    ol_ms began_at;
    int32_t property;
    int64_t value;
    bool is_calm; /* no fault since it began */
};
#define SIM_CALLS_MAX 8

struct sim_cloud {
    const struct sim_clock *clock;
    struct sim_front front;
    struct ol_rng *rng; /* of the network */
    struct ol_node node;
    struct sim_history history;
    struct sim_seat seat[SIM_SEATS];
    struct ol_session twin; /* another client with our device's name */
    bool has_twin;
    bool is_up;
    bool is_stacked; /* connections carry the TLS-shaped filter */
    bool rejects;    /* the device's key was changed */
    ol_ms disturbed_at;
    size_t allocated;
    unsigned illegal; /* connections closed for what the device sent */
    uint8_t illegal_reason;
    unsigned unanswered; /* sets that got no answer though nothing disturbed */
    unsigned answered;
    struct sim_call call[SIM_CALLS_MAX];
};

void sim_cloud_init(struct sim_cloud *c, const struct sim_clock *clock,
                    struct sim_front front, struct ol_rng *rng);
void sim_cloud_start(struct sim_cloud *c);

/* kill -9: what was not committed is lost. */
void sim_cloud_crash(struct sim_cloud *c, bool silent);

/* One turn of the loop: accepts, reads, commits, writes. true: something happened. */
bool sim_cloud_turn(struct sim_cloud *c);

ol_ms sim_cloud_next(const struct sim_cloud *c);

/* Another client logs in with the device's name and key. */
void sim_cloud_twin(struct sim_cloud *c);

/* Sets a property of the device. false: not online, or refused. is_calm: nothing disturbs now, so
 * that an answer must come. */
bool sim_cloud_set(struct sim_cloud *c, uint16_t property, int64_t value, bool is_calm);
/* Asks for a property; the answer is only counted. */
bool sim_cloud_get(struct sim_cloud *c, bool is_calm);
/* Something disturbed: unanswered sets are excused. */
void sim_cloud_disturb(struct sim_cloud *c);

void sim_cloud_free(struct sim_cloud *c);

#endif
