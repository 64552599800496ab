/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_STATE_H
#define PLATFORM_API_STATE_H

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "platform/api/call.h"

/* Bytes of an answer; memory that an answer does not reach is never touched. */
#define OL_API_ANSWER_MAX (5U << 20)

/* A request that waits for a device. */
struct ol_api_pending {
    struct ol_api_pending *prev;
    struct ol_api_pending *next;
    struct ol_api_call call;
    uint32_t handle;
    bool get; /* the answer's data is the answer */
};

struct ol_api {
    struct ol_api_config config;
    struct evhttp *http;
    struct evconnlistener *listener;
    struct event *again; /* looks for connections that have ended */
    struct ol_api_pending *pending;
    char *answer; /* OL_API_ANSWER_MAX bytes, shared by all calls */
    struct bufferevent *connections[OL_API_CONNECTIONS_MAX];
    size_t connection_count;
};

/* Frees the request that waits; its answer has been sent or never will be. */
void ol_api_pending_free(struct ol_api *api, struct ol_api_pending *p);

/* Keeps the number of connections below OL_API_CONNECTIONS_MAX. false: no memory. */
bool ol_api_limit_open(struct ol_api *api);
void ol_api_limit_close(struct ol_api *api);

#endif
