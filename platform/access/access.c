/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* accept4 */

#include "platform/access/access.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "platform/access/connection.h"

#define ACCEPTS_A_TURN  256
#define ACCEPT_PAUSE_MS 100
#define UNSTORED_MAX    (4U << 20) /* bytes read before a commit comes early */
#define TIMER_MAX_MS    3600000U

static uint64_t clock_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

ol_ms ol_access_now(struct ol_access *a)
{
    if (a->now == 0) {
        a->now = clock_ms(CLOCK_MONOTONIC);
        ol_node_set_wall(a->config.node, a->now, (int64_t)clock_ms(CLOCK_REALTIME));
    }
    return a->now;
}

void ol_access_commit(struct ol_access *a)
{
    a->unstored = 0;
    /* A failed commit has closed whoever waited for it: nothing is left to be done. */
    (void)(ol_node_commit(a->config.node, ol_access_now(a)) == OL_OK);
}

bool ol_access_read(struct ol_access *a, struct ol_connection *c)
{
    ol_ms now = ol_access_now(a);
    if (!ol_session_is_reading(&c->session)) {
        ol_connection_hold(c);
        return true;
    }
    ssize_t n = recv(ol_connection_fd(c), a->buf, OL_ACCESS_READ_CAP, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return true;
    }
    if (n <= 0) {
        ol_connection_close(a, c);
        return false;
    }
    a->handled = c;
    ol_node_input(a->config.node, &c->session, a->buf, (size_t)n, now);
    a->handled = NULL;
    if (!ol_session_is_reading(&c->session)) {
        ol_connection_hold(c);
    }
    a->unstored += (uint32_t)n;
    if (a->unstored > UNSTORED_MAX) {
        ol_access_commit(a);
    }
    return true;
}

/* ---- who is at the other end ---- */

const struct ol_connection *ol_access_handled(const struct ol_access *a)
{
    return a->handled;
}

const struct ol_connection *ol_access_find(const struct ol_access *a, int64_t device)
{
    const struct ol_session *s = ol_node_find(a->config.node, device);
    return s == NULL ? NULL : s->user;
}

const struct ol_connection *ol_access_find_waiting(const struct ol_access *a)
{
    const struct ol_session *s = ol_node_find_pending(a->config.node);
    return s == NULL ? NULL : s->user;
}

/* ---- accepting ---- */

static void on_again(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_access *a = ctx;
    event_add(a->acceptor, NULL);
}

/* The listening socket stays readable while there are no descriptors: look again
 * later. */
static void pause_accepting(struct ol_access *a)
{
    struct timeval tv = {0, ACCEPT_PAUSE_MS * 1000};
    event_del(a->acceptor);
    event_add(a->again, &tv);
}

static void on_accept(evutil_socket_t fd, short what, void *ctx)
{
    (void)what;
    struct ol_access *a = ctx;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
        socklen_t len = sizeof sa;
        int device =
            accept4(fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (device >= 0) {
            struct ol_peer peer = ol_peer_make((struct sockaddr *)&sa);
            ol_connection_open(a, device, &peer);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                   errno == ENOMEM) {
            pause_accepting(a);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

/* ---- the turn ---- */

static void set_timer(struct ol_access *a, ol_ms now)
{
    ol_ms at = ol_node_deadline(a->config.node);
    if (at == a->timer_at) {
        return;
    }
    a->timer_at = at;
    if (at == OL_NEVER) {
        event_del(a->timer);
        return;
    }
    ol_ms left = at > now ? at - now : 0;
    left = left < TIMER_MAX_MS ? left : TIMER_MAX_MS;
    struct timeval tv = {(time_t)(left / 1000), (suseconds_t)(left % 1000 * 1000)};
    event_add(a->timer, &tv);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct ol_access *a = ctx;
    a->timer_at = 0; /* the turn sets it anew */
}

static void send_ready(struct ol_access *a)
{
    for (struct ol_session *s = ol_node_next_ready(a->config.node); s != NULL;
         s = ol_node_next_ready(a->config.node)) {
        ol_connection_flush(a, s->user);
    }
}

static void tell_applications(struct ol_access *a)
{
    struct ol_node_event ev;
    while (ol_node_next_event(a->config.node, &ev)) {
        a->config.on_event(a->config.ctx, &ev);
    }
}

static void turn(struct ol_access *a)
{
    ol_ms now = ol_access_now(a);
    ol_node_step(a->config.node, now);
    ol_access_commit(a);
    send_ready(a);
    tell_applications(a);
    set_timer(a, now);
    a->now = 0;
}

void ol_access_run(struct ol_access *a)
{
    turn(a);
    while (!a->stopping && event_base_loop(a->config.base, EVLOOP_ONCE) >= 0) {
        turn(a);
    }
}

void ol_access_stop(struct ol_access *a)
{
    a->stopping = true;
}

/* ---- open and close ---- */

int32_t ol_access_open(struct ol_access *a, const struct ol_access_config *config)
{
    *a = (struct ol_access){.config = *config, .timer_at = OL_NEVER};
    a->buf = malloc(OL_ACCESS_READ_CAP);
    a->acceptor =
        event_new(config->base, config->listen_fd, EV_READ | EV_PERSIST, on_accept, a);
    a->timer = event_new(config->base, -1, 0, on_timer, a);
    a->again = event_new(config->base, -1, 0, on_again, a);
    if (a->buf == NULL || a->acceptor == NULL || a->timer == NULL || a->again == NULL ||
        event_add(a->acceptor, NULL) != 0) {
        ol_access_close(a);
        return OL_E_NOSPC;
    }
    return OL_OK;
}

static void free_event(struct event *ev)
{
    if (ev != NULL) {
        event_free(ev);
    }
}

void ol_access_close(struct ol_access *a)
{
    free_event(a->acceptor);
    free_event(a->timer);
    free_event(a->again);
    close(a->config.listen_fd);
    if (a->connections != NULL) {
        ol_node_close_all(a->config.node, ol_access_now(a));
        ol_access_commit(a);
        send_ready(a);
    }
    /* Those that do not take their last bytes at once. */
    while (a->connections != NULL) {
        ol_connection_close(a, a->connections);
    }
    ol_access_commit(a);
    free(a->buf);
    a->buf = NULL;
}
