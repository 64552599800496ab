/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_SERVE_H
#define PLATFORM_SERVE_H

#include "platform/access/access.h"
#include "platform/api/api.h"
#include "platform/core/node.h"
#include "platform/datadir.h"
#include "platform/maintain.h"
#include "platform/options.h"
#include "platform/push/push.h"
#include "platform/secret.h"
#include "platform/store/db.h"
#include "platform/store/outbox.h"
#include "platform/watch.h"

/* A platform that serves: everything that lives as long as the process. */
struct ol_platform {
    struct ol_datadir dir;
    struct ol_db db;
    struct ol_node node;
    struct ol_access access;
    struct ol_api *api;
    struct ol_push *push;
    struct ol_outbox outbox; /* of the push */
    struct event_base *base;
    struct ol_store_ops store; /* the database's, but for put_log */
    struct ol_watch watch;
    struct ol_maintain maintain;
    bool message_log; /* keep it in the database */
    bool quiet;       /* nothing for the watch to look at */
    char user_id[OL_SECRET_ID_CAP];
    char user_key[OL_SECRET_CAP];
};

/* Serves until SIGTERM or SIGINT. The folder and the database are open. Returns an exit
 * status, after one sentence on standard error if it is not OL_EXIT_OK. */
int ol_serve(struct ol_platform *p, const struct ol_options *o);

/* What the HTTP API gets from the platform. */
struct ol_api_backend ol_platform_backend(struct ol_platform *p);

/* HTTP push: opened before the node, whose store it watches; its kept settings and messages
 * are taken up when everything else stands, and it is closed after the node. false: no memory,
 * or the database cannot be read. */
bool ol_platform_push_open(struct ol_platform *p, struct ol_store store);
bool ol_platform_push_restore(struct ol_platform *p);
void ol_platform_push_close(struct ol_platform *p);

#endif
