/* SPDX-License-Identifier: MIT */
#include <event2/bufferevent.h>

#include "platform/api/state.h"

/* libevent 2.1 cannot limit the connections of its HTTP server, nor does it tell when one
 * ends. So each connection gets its bufferevent from here, with a reference more than the
 * server holds: one that the server has freed shows by its callback argument, which is
 * gone. */

#define PAUSE_MS 200

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

static void pause_listening(struct ol_api *api)
{
    struct timeval tv = {0, PAUSE_MS * 1000};
    evconnlistener_disable(api->listener);
    event_add(api->again, &tv);
}

static void on_again(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_api *api = ctx;
    drop_ended(api);
    if (api->connection_count < OL_API_CONNECTIONS_MAX) {
        evconnlistener_enable(api->listener);
    } else {
        pause_listening(api);
    }
}

static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
    struct ol_api *api = ctx;
    drop_ended(api);
    struct bufferevent *b = bufferevent_socket_new(base, -1, 0);
    if (b == NULL || api->connection_count == OL_API_CONNECTIONS_MAX) {
        return b;
    }
    bufferevent_incref(b);
    api->connections[api->connection_count++] = b;
    if (api->connection_count == OL_API_CONNECTIONS_MAX) {
        pause_listening(api);
    }
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
