/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_API_H
#define PLATFORM_API_API_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/api/backend.h"
#include "platform/core/node.h"

struct event_base;
struct ol_api;

/* The application API over HTTP, docs/protocol.md §8: the same paths, envelope, codes and
 * words as the cloud's, on libevent's HTTP server. Every answer has HTTP status 200 and
 * its code in the envelope, except what never reaches a call: an unknown path (404), a
 * wrong method (405) and what is too large or no HTTP. */

#define OL_API_HEADERS_MAX     8192
#define OL_API_BODY_MAX        65536
#define OL_API_CONNECTIONS_MAX 256
#define OL_API_IDLE_S          60 /* a connection without a request is closed */
#define OL_API_REQUEST_S       10 /* from the first byte of a request to its last */
#define OL_API_ANSWER_S        60 /* for an answer to be taken */

struct ol_api_config {
    struct event_base *base;
    int listen_fd; /* listening, non-blocking; the API takes it over */
    struct ol_node *node;
    struct ol_api_backend backend;
    bool studio_lists; /* data.list instead of an array, as OneNET Studio */
};

/* Starts to answer. NULL: no memory; listen_fd is then closed. */
struct ol_api *ol_api_open(const struct ol_api_config *config);

/* What the node tells: answers the request that waits for it. */
void ol_api_on_event(struct ol_api *api, const struct ol_node_event *ev);

/* Ends all connections. api may be NULL. */
void ol_api_close(struct ol_api *api);

#endif
