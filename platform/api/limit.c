/* SPDX-License-Identifier: MIT */
#include <event2/bufferevent.h>

#include "platform/api/state.h"

/* libevent 2.1 cannot limit the connections of its HTTP server, nor does it tell when one
 * ends. So each connection gets its bufferevent from here, with a reference more than the
 * server holds: one that the server has freed shows by its callback argument, which is
 * gone. Such a bufferevent still has its events in the loop. It therefore owns the
 * descriptor (BEV_OPT_CLOSE_ON_FREE): were the server to close it, the next connection
 * would get the same number and no event of its own. */

#define LOOK_MS 100
/* What one connection may have read ahead: a bound for one that the server has given up.
 * It must hold a whole request, which the server takes only when it is all there. */
#define READ_AHEAD (2 * (OL_API_HEADERS_MAX + OL_API_BODY_MAX))

static void drop_ended(struct ol_api *api)
{
    size_t kept = 0;
    for (size_t i = 0; i < api->connection_count; i++) {
        struct bufferevent *b = api->connections[i];
        void *arg = NULL;
        bufferevent_getcb(b, NULL, NULL, NULL, &arg);
        if (arg == NULL) {
            bufferevent_decref(b);
        } else {
            api->connections[kept++] = b;
        }
    }
    api->connection_count = kept;
}

static void look_again(struct ol_api *api)
{
    struct timeval tv = {0, LOOK_MS * 1000};
    if (!event_pending(api->again, EV_TIMEOUT, NULL)) {
        event_add(api->again, &tv);
    }
}

static void on_again(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_api *api = ctx;
    drop_ended(api);
    if (api->connection_count < OL_API_CONNECTIONS_MAX) {
        evconnlistener_enable(api->listener);
    }
    if (api->connection_count > 0) {
        look_again(api);
    }
}

static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
    struct ol_api *api = ctx;
    drop_ended(api);
    struct bufferevent *b = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (b == NULL || api->connection_count == OL_API_CONNECTIONS_MAX) {
        return b;
    }
    bufferevent_setwatermark(b, EV_READ, 0, READ_AHEAD);
    bufferevent_incref(b);
    api->connections[api->connection_count++] = b;
    if (api->connection_count == OL_API_CONNECTIONS_MAX) {
        evconnlistener_disable(api->listener);
    }
    look_again(api);
    return b;
}

bool ol_api_limit_open(struct ol_api *api)
{
    api->again = event_new(api->config.base, -1, 0, on_again, api);
    if (api->again == NULL) {
        return false;
    }
    evhttp_set_bevcb(api->http, on_connection, api);
    return true;
}

void ol_api_limit_close(struct ol_api *api)
{
    if (api->again != NULL) {
        event_free(api->again);
    }
    for (size_t i = 0; i < api->connection_count; i++) {
        bufferevent_decref(api->connections[i]);
    }
    api->connection_count = 0;
}
