/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_API_STATE_H
#define PLATFORM_API_STATE_H

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/queue.h>

#include "platform/api/call.h"

/* Bytes of an answer; memory that an answer does not reach is never touched. */
#define OL_API_ANSWER_MAX (5U << 20)

/* Bytes of answers that all connections together may hold until they are taken; an answer of
 * at most OL_API_UNSENT_FREE is never too much. */
#define OL_API_UNSENT_MAX  (32U << 20)
#define OL_API_UNSENT_FREE 4096

/* A request that waits for a device. */
struct ol_api_pending {
    struct ol_api_pending *prev;
    struct ol_api_pending *next;
    struct ol_api_call call;
    uint32_t handle;
    bool get; /* the answer's data is the answer */
};

/* What a connection does; one further up loses less by being closed. */
enum ol_api_connection_state {
    OL_API_SILENT,    /* accepted, has sent nothing */
    OL_API_IDLE,      /* between two requests */
    OL_API_ASKING,    /* a part of a request is there */
    OL_API_ANSWERING, /* takes its answer */
    OL_API_WAITING,   /* for its answer */
    OL_API_ENDING
};

struct ol_api_connection {
    struct ol_api *api;
    struct bufferevent *b; /* NULL: the place is free */
    enum ol_api_connection_state state;
    ol_ms since; /* when it came into the state */
    bool more;   /* ANSWERING: a part of the next request is there */
};

struct ol_api {
    struct ol_api_config config;
    struct evhttp *http;
    struct evconnlistener *listener;
    struct event *again; /* looks for connections that have ended */
    struct ol_api_pending *pending;
    TAILQ_HEAD(, ol_api_chart) charts; /* that take more than one slice */
    struct event *chart_turn;          /* when the first of them has its next */
    char *answer;                      /* OL_API_ANSWER_MAX bytes, shared by all calls */
    struct ol_api_connection connections[OL_API_CONNECTIONS_MAX];
    size_t connection_count;
};

/* Frees the request that waits; its answer has been sent or never will be. */
void ol_api_pending_free(struct ol_api *api, struct ol_api_pending *p);

/* Makes charts in slices. false: no memory. */
bool ol_api_charts_open(struct ol_api *api);
void ol_api_charts_close(struct ol_api *api);

/* Keeps the number of connections below OL_API_CONNECTIONS_MAX, ends those that are too
 * slow, and when there is no place takes that of one that does not use it. false: no
 * memory. */
bool ol_api_limit_open(struct ol_api *api);
void ol_api_limit_close(struct ol_api *api);

/* An answer of that length may go out. false: it may not now; the connections that take theirs
 * slowest are ended for the next one. */
bool ol_api_limit_has_room(struct ol_api *api, size_t len);

/* A whole request has come, and its answer goes out now: its connection is not idle. */
void ol_api_limit_asked(struct ol_api *api, struct evhttp_request *http);
void ol_api_limit_answered(struct ol_api *api, struct evhttp_request *http);

#endif
