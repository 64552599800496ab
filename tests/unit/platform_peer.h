/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_PLATFORM_PEER_H
#define TESTS_UNIT_PLATFORM_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/buf.h"
#include "platform/core/node.h"
#include "platform_memory_store.h"

/* A node with a memory store, and clients without a network: what a test sends goes
 * straight into the node, what the node sends is collected. */

#define OL_PEER_PID         "P1a2B3c4D5"
#define OL_PEER_DEVICE_KEY  "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
#define OL_PEER_PRODUCT_KEY "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
#define OL_PEER_WALL_S      INT64_C(1700000000)
#define OL_PEER_NOW         UINT64_C(4294962296) /* 2^32 ms less five seconds */

/* The properties of the model, by index. */
enum {
    PEER_TEMP,
    PEER_LED,
    PEER_COUNT,
    PEER_MODE,
    PEER_TEXT,
    PEER_TOTAL,
    PEER_EXACT,
    PEER_SINCE,
    PEER_FLAGS,
    PEER_PLACE,
    PEER_ROW,
    PEER_PROPERTIES
};

struct ol_world {
    struct ol_memory_store store;
    struct ol_node node;
    ol_ms now;
    size_t live; /* bytes the node has from its allocator */
    size_t allocations;
    size_t fail_at; /* the allocation of that number fails; 0: none */
};

struct ol_peer {
    struct ol_world *world;
    struct ol_session *session; /* on the heap, so that tools see a use after the end */
    uint8_t *got;
    size_t got_len;
    size_t got_cap;
    bool closed;  /* by the node */
    bool blocked; /* takes no output */
};

/* A world with product P1a2B3c4D5 and devices dev-1 (id 1), dev-2 (id 2). */
void ol_world_open(struct ol_world *w, const struct ol_node_config *config);

/* Checks that no byte of memory is left with the node and frees the rest. */
void ol_world_close(struct ol_world *w);

/* Step, commit, and every peer gets what there is for it. Returns the status of the
 * commit. */
int32_t ol_world_turn(struct ol_world *w);

/* Lets time pass in one step. */
void ol_world_pass(struct ol_world *w, ol_ms ms);

/* A new connection. */
void ol_peer_open(struct ol_peer *p, struct ol_world *w);

/* The client goes away. */
void ol_peer_close(struct ol_peer *p);

/* Gives bytes to the node, without a turn of the loop. */
void ol_peer_feed(struct ol_peer *p, const void *data, size_t len);

/* Gives bytes to the node and runs a turn. */
void ol_peer_send(struct ol_peer *p, const void *data, size_t len);

/* Forgets what was received. */
void ol_peer_forget(struct ol_peer *p);

/* What was received since is exactly this; forgets it. */
bool ol_peer_got(struct ol_peer *p, const void *data, size_t len);

/* CONNECT of a device with its device key. */
void ol_peer_connect_encode(struct ol_writer *w, const char *device, uint16_t keep_alive);

/* Logs in as the device and subscribes thing/#; the answers are checked and forgotten. */
void ol_peer_login(struct ol_peer *p, const char *device, uint16_t keep_alive);
void ol_peer_subscribe(struct ol_peer *p, const char *device);

/* Sends a PUBLISH of the device to `$sys/{pid}/{device}/{tail}`; QoS 1 with packet
 * identifier id, QoS 0 with 0. */
void ol_peer_publish(struct ol_peer *p, const char *device, const char *tail,
                     const char *payload, uint16_t id);

/* Something received contains this text. */
bool ol_peer_saw(const struct ol_peer *p, const char *text);

#endif
