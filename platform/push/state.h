/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_PUSH_STATE_H
#define PLATFORM_PUSH_STATE_H

#include <event2/event.h>
#include <event2/http.h>

#include "platform/push/body.h"
#include "platform/push/push.h"

/* What the files of this layer share. */

#define OL_PUSH_LANES   1024 /* places of the table of lanes, a power of two */
#define OL_PUSH_REPLY_S 5    /* an answer must be there by then */
#define OL_PUSH_OVER    256  /* ids that are forgotten at once */

/* One exchange with the address, the connection included: it is over when it is answered,
 * fails or lasts too long, and then done is called once, from the loop. */
struct ol_push_exchange {
    struct ol_push *push;
    struct evhttp_connection *connection;
    struct event *timer;
    int status;        /* of HTTP; 0: none came */
    bool same;         /* the answer's body is what was expected */
    const char *reply; /* what to expect; NULL: nothing */
    void (*done)(void *ctx, const struct ol_push_exchange *x);
    void *ctx;
};

struct ol_push_message {
    struct ol_push_message *next;
    struct ol_push_target *target;
    int64_t device;
    int64_t id;
    int64_t time_ms;
    size_t len;
    char text[];
};

/* The messages of one device, oldest first. It is there while it has some. */
struct ol_push_lane {
    struct ol_push_lane *next;       /* in its place of the table */
    struct ol_push_lane *next_ready; /* may send now */
    struct ol_push_target *target;
    struct ol_push_message *first;
    struct ol_push_message *last;
    struct event *timer; /* the wait before the next attempt */
    struct ol_push_exchange *running;
    int64_t device;
    unsigned attempts; /* of the first message */
};

/* One product's address. */
struct ol_push_target {
    struct ol_push *push;
    struct ol_push_target *next;
    struct ol_str product_id;
    struct ol_str url;
    struct ol_str token;
    struct ol_str aes;
    char *text; /* what the spans above point into */
    struct evhttp_uri *uri;
    char host[OL_PUSH_URL_MAX + 1]; /* an IPv6 address without its brackets */
    char path[OL_PUSH_URL_MAX + 2]; /* with the query */
    enum ol_push_state state;
    bool agreed; /* to what the settings are now; messages are made */
    const char *why;
    struct ol_push_exchange *verifying;
    char challenge[OL_PUSH_NONCE_CAP];
    struct ol_push_lane *lanes[OL_PUSH_LANES];
    struct ol_push_lane *ready_first;
    struct ol_push_lane *ready_last;
    unsigned running;
    size_t bytes; /* of the messages that wait, those not committed included */
    uint32_t waiting;
    uint64_t sent, retries, failed, dropped;
};

struct ol_push {
    struct ol_push_config config;
    struct evdns_base *dns; /* made when a name must be resolved */
    struct ol_push_target *targets;
    size_t target_count;
    int64_t next_id;
    /* Members of the post that is being put, and messages that wait for the commit. */
    struct ol_push_text members;
    struct ol_push_target *member_target;
    int64_t member_device;
    struct ol_push_message *uncommitted_first;
    struct ol_push_message *uncommitted_last;
    /* Messages that are over and still kept; the timer forgets them. */
    struct event *over_timer;
    size_t over_count;
    int64_t over[OL_PUSH_OVER];
};

struct ol_push_target *ol_push_target_find(const struct ol_push *push,
                                           struct ol_str product_id);
void ol_push_target_free(struct ol_push_target *t);

/* Starts an exchange with the address of t. body NULL: a GET. NULL: no memory. */
struct ol_push_exchange *ol_push_exchange_open(
    struct ol_push_target *t, const char *path, struct ol_str body, const char *reply,
    void (*done)(void *ctx, const struct ol_push_exchange *x), void *ctx);

/* Ends it without a word. x may be NULL. */
void ol_push_exchange_close(struct ol_push_exchange *x);

/* Asks the address whether it agrees. */
void ol_push_verify_begin(struct ol_push_target *t);

/* A message, counted as one that waits. NULL: no room or memory; it is counted as dropped. */
struct ol_push_message *ol_push_message_make(struct ol_push_target *t,
                                             const struct ol_push_kept *kept);

/* Frees a message, which waits no more. over: it need not be kept any longer. */
void ol_push_message_free(struct ol_push_message *m, bool over);

/* Forgets what is over. */
void ol_push_over_flush(struct ol_push *push);

/* Lines the message up, and gives it away; no memory: counts it as dropped. */
void ol_push_lane_add(struct ol_push_target *t, struct ol_push_message *m);

/* Frees all messages and what is under way; they stay kept. */
void ol_push_lanes_free(struct ol_push_target *t);

/* Keeps the settings and whether the address has agreed. OL_OK, OL_E_IO. */
OL_MUST int32_t ol_push_target_keep(const struct ol_push_target *t);

#endif
