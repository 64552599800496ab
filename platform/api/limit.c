/* SPDX-License-Identifier: MIT */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <poll.h>
#include <sys/socket.h>

#include "platform/api/state.h"

/* libevent 2.1 cannot limit the connections of its HTTP server, nor does it tell when one
 * ends, nor can it limit the time that a request takes to arrive (its timeout begins anew
 * with each byte). So each connection gets its bufferevent from here, with a reference
 * more than the server holds: one that the server has freed shows by its callback
 * argument, which is gone. Such a bufferevent still has its events in the loop. It
 * therefore owns the descriptor (BEV_OPT_CLOSE_ON_FREE): were the server to close it, the
 * next connection would get the same number and no event of its own. */

#define LOOK_MS 100
/* With all places taken it looks more often, and takes them from those that use them
 * least, a few at a time, as long as others wait. */
#define LOOK_FULL_MS 10
#define TAKEN_A_LOOK 16
#define SPARED_MS    250 /* a new one has this long to show what it is */
/* What one connection may have read ahead: a bound for one that the server has given up.
 * It must hold a whole request, which the server takes only when it is all there. */
#define READ_AHEAD (2 * (OL_API_HEADERS_MAX + OL_API_BODY_MAX))

static ol_ms now_of(const struct ol_api *api)
{
    return api->config.backend.now(api->config.backend.ctx);
}

static void set_state(struct ol_api_connection *c, enum ol_api_connection_state state)
{
    c->state = state;
    c->since = now_of(c->api);
    c->more = false;
}

/* ---- what a connection does ---- */

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info,
                     void *ctx)
{
    (void)input;
    struct ol_api_connection *c = ctx;
    if (info->n_added == 0) {
        return;
    }
    switch (c->state) {
    case OL_API_SILENT:
    case OL_API_IDLE:
        set_state(c, OL_API_ASKING);
        break;
    case OL_API_ANSWERING:
        c->more = true;
        break;
    default:
        break;
    }
}

static struct ol_api_connection *find(struct ol_api *api, struct evhttp_request *http)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(http);
    struct bufferevent *b =
        connection == NULL ? NULL : evhttp_connection_get_bufferevent(connection);
    for (size_t i = 0; b != NULL && i < OL_API_CONNECTIONS_MAX; i++) {
        if (api->connections[i].b == b) {
            return &api->connections[i];
        }
    }
    return NULL;
}

void ol_api_limit_asked(struct ol_api *api, struct evhttp_request *http)
{
    struct ol_api_connection *c = find(api, http);
    if (c != NULL && c->state != OL_API_ENDING) {
        set_state(c, OL_API_WAITING);
    }
}

void ol_api_limit_answered(struct ol_api *api, struct evhttp_request *http)
{
    struct ol_api_connection *c = find(api, http);
    if (c != NULL && c->state != OL_API_ENDING) {
        set_state(c, OL_API_ANSWERING);
        c->more = evbuffer_get_length(bufferevent_get_input(c->b)) > 0;
    }
}

/* The answer is gone: the next request may have begun. */
static void look_at_output(struct ol_api_connection *c)
{
    if (c->state == OL_API_ANSWERING &&
        evbuffer_get_length(bufferevent_get_output(c->b)) == 0) {
        set_state(c, c->more ? OL_API_ASKING : OL_API_IDLE);
    }
}

/* ---- ends ---- */

/* The server sees the end of the stream and gives the connection up. */
static void end(struct ol_api_connection *c)
{
    (void)shutdown(bufferevent_getfd(c->b), SHUT_RDWR);
    set_state(c, OL_API_ENDING);
}

static void forget(struct ol_api_connection *c)
{
    evbuffer_remove_cb(bufferevent_get_input(c->b), on_input, c);
    bufferevent_decref(c->b);
    c->b = NULL;
    c->api->connection_count--;
}

static void forget_ended(struct ol_api *api)
{
    for (size_t i = 0; i < OL_API_CONNECTIONS_MAX; i++) {
        struct ol_api_connection *c = &api->connections[i];
        void *arg = NULL;
        if (c->b != NULL) {
            bufferevent_getcb(c->b, NULL, NULL, NULL, &arg);
        }
        if (c->b != NULL && arg == NULL) {
            forget(c);
        }
    }
}

static bool is_late(const struct ol_api_connection *c, ol_ms now)
{
    return (c->state == OL_API_ASKING && now - c->since >= OL_API_REQUEST_S * 1000) ||
           (c->state == OL_API_ANSWERING && now - c->since >= OL_API_ANSWER_S * 1000);
}

static void end_late(struct ol_api *api)
{
    ol_ms now = now_of(api);
    for (size_t i = 0; i < OL_API_CONNECTIONS_MAX; i++) {
        struct ol_api_connection *c = &api->connections[i];
        if (c->b != NULL) {
            look_at_output(c);
            if (is_late(c, now)) {
                end(c);
            }
        }
    }
}

/* The one that loses least by going: by what it does, then the oldest. NULL: none. */
static struct ol_api_connection *find_least(struct ol_api *api, ol_ms now)
{
    struct ol_api_connection *least = NULL;
    for (size_t i = 0; i < OL_API_CONNECTIONS_MAX; i++) {
        struct ol_api_connection *c = &api->connections[i];
        if (c->b == NULL || c->state >= OL_API_WAITING || now - c->since < SPARED_MS) {
            continue;
        }
        if (least == NULL || c->state < least->state ||
            (c->state == least->state && c->since < least->since)) {
            least = c;
        }
    }
    return least;
}

static bool is_somebody_waiting(const struct ol_api *api)
{
    struct pollfd p = {.fd = api->config.listen_fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void make_room(struct ol_api *api)
{
    ol_ms now = now_of(api);
    for (int i = 0; i < TAKEN_A_LOOK; i++) {
        struct ol_api_connection *c = find_least(api, now);
        if (c == NULL) {
            return;
        }
        end(c);
    }
}

/* ---- answers that are not taken ---- */

static size_t unsent_of(const struct ol_api_connection *c)
{
    return c->b == NULL ? 0 : evbuffer_get_length(bufferevent_get_output(c->b));
}

/* What all connections hold, those that are ending included. */
static size_t unsent(const struct ol_api *api)
{
    size_t total = 0;
    for (size_t i = 0; i < OL_API_CONNECTIONS_MAX; i++) {
        total += unsent_of(&api->connections[i]);
    }
    return total;
}

static struct ol_api_connection *find_slowest(struct ol_api *api)
{
    struct ol_api_connection *slowest = NULL;
    for (size_t i = 0; i < OL_API_CONNECTIONS_MAX; i++) {
        struct ol_api_connection *c = &api->connections[i];
        if (c->state == OL_API_ANSWERING && unsent_of(c) > 0 &&
            (slowest == NULL || c->since < slowest->since)) {
            slowest = c;
        }
    }
    return slowest;
}

bool ol_api_limit_has_room(struct ol_api *api, size_t len)
{
    if (len <= OL_API_UNSENT_FREE || unsent(api) + len <= OL_API_UNSENT_MAX) {
        return true;
    }
    size_t freed = 0;
    while (freed < len) {
        struct ol_api_connection *c = find_slowest(api);
        if (c == NULL) {
            break;
        }
        freed += unsent_of(c);
        end(c);
    }
    return false;
}

/* ---- looking ---- */

static bool is_full(const struct ol_api *api)
{
    return api->connection_count == OL_API_CONNECTIONS_MAX;
}

static void look_again(struct ol_api *api)
{
    struct timeval tv = {0, (is_full(api) ? LOOK_FULL_MS : LOOK_MS) * 1000};
    if (is_full(api) || !event_pending(api->again, EV_TIMEOUT, NULL)) {
        event_add(api->again, &tv);
    }
}

static void on_again(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_api *api = ctx;
    forget_ended(api);
    end_late(api);
    if (!is_full(api)) {
        evconnlistener_enable(api->listener);
    } else if (is_somebody_waiting(api)) {
        make_room(api);
    }
    if (api->connection_count > 0) {
        look_again(api);
    }
}

static struct ol_api_connection *find_place(struct ol_api *api)
{
    for (size_t i = 0; i < OL_API_CONNECTIONS_MAX; i++) {
        if (api->connections[i].b == NULL) {
            return &api->connections[i];
        }
    }
    return NULL;
}

static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
    struct ol_api *api = ctx;
    forget_ended(api);
    struct ol_api_connection *c = find_place(api);
    struct bufferevent *b = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (b == NULL || c == NULL) {
        return b;
    }
    bufferevent_setwatermark(b, EV_READ, 0, READ_AHEAD);
    bufferevent_incref(b);
    *c = (struct ol_api_connection){.api = api, .b = b};
    set_state(c, OL_API_SILENT);
    (void)evbuffer_add_cb(bufferevent_get_input(b), on_input, c);
    api->connection_count++;
    if (is_full(api)) {
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
    for (size_t i = 0; i < OL_API_CONNECTIONS_MAX; i++) {
        if (api->connections[i].b != NULL) {
            forget(&api->connections[i]);
        }
    }
}
