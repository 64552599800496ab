/* SPDX-License-Identifier: MIT */
#include "ports/posix/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ports/posix/clock.h"
#include "ports/posix/datagram.h"
#include "ports/posix/wait.h"

/* A stream and the peer it talks to, a plain blocking socket. */
struct fixture {
    struct ol_posix_stream posix;
    struct ol_stream link;
    struct ol_addr address; /* of the listener */
    int listener;
    int peer;
};

static int listen_at(struct ol_addr *out)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof sa;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
    *out = ol_addr_ipv4(127, 0, 0, 1, ntohs(sa.sin_port));
    return fd;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    ol_posix_stream_init(&f->posix);
    f->link = ol_posix_stream_link(&f->posix);
    f->listener = listen_at(&f->address);
    f->peer = -1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    ol_posix_stream_reset(&f->posix);
    if (f->peer >= 0) {
        (void)close(f->peer);
    }
    if (f->listener >= 0) {
        (void)close(f->listener);
    }
    free(f);
    return 0;
}

static int32_t state_of(struct fixture *f)
{
    return f->link.ops->state(f->link.ctx);
}

static int32_t begin(struct fixture *f, ol_ms within_ms)
{
    ol_ms now = ol_posix_now_ms();
    return f->link.ops->open(f->link.ctx, &f->address, OL_STR("x"), now, now + within_ms);
}

/* Sleeps and steps until the state is not OL_E_AGAIN any more, at most ten seconds. */
static int32_t settle(struct fixture *f)
{
    ol_ms end = ol_posix_now_ms() + 10000;
    for (;;) {
        ol_ms now = ol_posix_now_ms();
        f->link.ops->step(f->link.ctx, now);
        if (state_of(f) != OL_E_AGAIN || now >= end) {
            return state_of(f);
        }
        struct ol_posix_wait w;
        ol_posix_wait_init(&w);
        ol_posix_wait_add_stream(&w, &f->posix, false);
        assert_true(
            ol_posix_wait(&w, ol_ms_min(end, f->link.ops->deadline(f->link.ctx))) >= 0);
    }
}

static void join(struct fixture *f)
{
    assert_int_equal(begin(f, 5000), OL_OK);
    assert_int_equal(settle(f), OL_OK);
    f->peer = accept(f->listener, NULL, NULL);
    assert_true(f->peer >= 0);
}

static void wait_readable(struct fixture *f)
{
    struct ol_posix_wait w;
    ol_posix_wait_init(&w);
    ol_posix_wait_add_stream(&w, &f->posix, false);
    assert_int_equal(ol_posix_wait(&w, ol_posix_now_ms() + 5000), 1);
    assert_true(ol_posix_wait_get(&w, f->posix.fd) != 0);
}

static void set_peer_reset(int fd)
{
    struct linger none = {1, 0};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
}

static void test_bytes(void **state)
{
    struct fixture *f = *state;
    char b[16];
    assert_int_equal(state_of(f), OL_E_CLOSED);
    assert_int_equal(f->link.ops->send(f->link.ctx, "x", 1), OL_E_CLOSED);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, 1), OL_E_CLOSED);
    join(f);
    assert_int_equal(f->link.ops->deadline(f->link.ctx), OL_NEVER);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, sizeof b), OL_E_AGAIN);
    assert_int_equal(f->link.ops->send(f->link.ctx, "hello", 5), 5);
    assert_int_equal(recv(f->peer, b, sizeof b, 0), 5);
    assert_memory_equal(b, "hello", 5);
    assert_int_equal(send(f->peer, "back", 4, 0), 4);
    wait_readable(f);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, 3), 3);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, 3), 1);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, 3), OL_E_AGAIN);
}

static void test_open_while_open(void **state)
{
    struct fixture *f = *state;
    join(f);
    assert_int_equal(begin(f, 1000), OL_E_ARG);
    assert_int_equal(state_of(f), OL_OK);
}

static void test_bad_address(void **state)
{
    struct fixture *f = *state;
    struct ol_addr v6 = {.family = OL_ADDR_IPV6, .port = 1};
    struct ol_addr none = {0};
    struct ol_addr no_port = ol_addr_ipv4(127, 0, 0, 1, 0);
    assert_int_equal(f->link.ops->open(f->link.ctx, &v6, OL_STR(""), 0, 1), OL_E_ARG);
    assert_int_equal(f->link.ops->open(f->link.ctx, &none, OL_STR(""), 0, 1), OL_E_ARG);
    assert_int_equal(f->link.ops->open(f->link.ctx, &no_port, OL_STR(""), 0, 1),
                     OL_E_ARG);
    assert_int_equal(state_of(f), OL_E_CLOSED);
}

/* Nobody reads: send takes part, then says "later", and the waiting ends when there is
 * room. */
static void test_partial_sends(void **state)
{
    struct fixture *f = *state;
    static char block[1 << 20];
    size_t sent = 0;
    size_t received = 0;
    int32_t n;
    join(f);
    while ((n = f->link.ops->send(f->link.ctx, block, sizeof block)) > 0) {
        sent += (size_t)n;
    }
    assert_int_equal(n, OL_E_AGAIN);
    assert_int_equal(state_of(f), OL_OK);
    struct ol_posix_wait w;
    ol_posix_wait_init(&w);
    ol_posix_wait_add_stream(&w, &f->posix, true);
    assert_int_equal(ol_posix_wait(&w, ol_posix_now_ms() + 20), 0);
    while (received < sent) {
        ssize_t part = recv(f->peer, block, sizeof block, 0);
        assert_true(part > 0);
        received += (size_t)part;
    }
    assert_int_equal(ol_posix_wait(&w, ol_posix_now_ms() + 5000), 1);
    assert_true(f->link.ops->send(f->link.ctx, block, sizeof block) > 0);
}

static void test_peer_closes(void **state)
{
    struct fixture *f = *state;
    char b[8];
    join(f);
    assert_int_equal(send(f->peer, "bye", 3, 0), 3);
    (void)close(f->peer);
    f->peer = -1;
    wait_readable(f);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, sizeof b), 3);
    int32_t n;
    while ((n = f->link.ops->recv(f->link.ctx, b, sizeof b)) == OL_E_AGAIN) {
        wait_readable(f);
    }
    assert_int_equal(n, OL_E_CLOSED);
    assert_int_equal(state_of(f), OL_E_CLOSED);
    assert_int_equal(f->link.ops->send(f->link.ctx, "x", 1), OL_E_CLOSED);
    join(f); /* the object serves again */
}

static void test_peer_resets(void **state)
{
    struct fixture *f = *state;
    char b[8];
    join(f);
    set_peer_reset(f->peer);
    (void)close(f->peer);
    f->peer = -1;
    wait_readable(f);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, sizeof b), OL_E_CLOSED);
    assert_int_equal(state_of(f), OL_E_IO);
    f->link.ops->close(f->link.ctx, 0, 0);
    assert_int_equal(state_of(f), OL_E_IO); /* says why until the next open */
    join(f);
    assert_int_equal(state_of(f), OL_OK);
}

/* Writing to a peer that is gone is a status, never a signal. */
static void test_no_sigpipe(void **state)
{
    struct fixture *f = *state;
    struct sigaction old;
    assert_int_equal(sigaction(SIGPIPE, NULL, &old), 0);
    assert_true(old.sa_handler == SIG_DFL);
    join(f);
    set_peer_reset(f->peer);
    (void)close(f->peer);
    f->peer = -1;
    wait_readable(f);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(f->link.ops->send(f->link.ctx, "x", 1), OL_E_CLOSED);
    }
    assert_int_equal(state_of(f), OL_E_IO);
    assert_int_equal(ol_posix_stream_get_events(&f->posix, true), 0); /* no busy loop */
}

/* Received before the failure, read after it. */
static void test_bytes_before_failure(void **state)
{
    struct fixture *f = *state;
    char b[8];
    join(f);
    assert_int_equal(send(f->peer, "rest", 4, 0), 4);
    wait_readable(f);
    (void)shutdown(f->posix.fd, SHUT_WR); /* what a failing send finds */
    assert_int_equal(f->link.ops->send(f->link.ctx, "x", 1), OL_E_CLOSED);
    assert_int_equal(state_of(f), OL_E_IO);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, sizeof b), 4);
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, sizeof b), OL_E_CLOSED);
    assert_int_equal(state_of(f), OL_E_IO);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    (void)close(f->listener);
    f->listener = -1;
    int32_t rc = begin(f, 5000);
    assert_true(rc == OL_OK || rc == OL_E_IO);
    assert_int_equal(settle(f), OL_E_IO);
    assert_int_equal(f->posix.fd, -1);
}

/* A listener whose queue is full does not answer at all. */
static void test_connect_timeout(void **state)
{
    struct fixture *f = *state;
    struct fixture *fill[8];
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(setup((void **)&fill[i]), 0);
        fill[i]->address = f->address;
        assert_int_equal(begin(fill[i], 60000), OL_OK);
    }
    ol_ms before = ol_posix_now_ms();
    assert_int_equal(begin(f, 200), OL_OK);
    assert_int_equal(state_of(f), OL_E_AGAIN);
    assert_int_equal(f->link.ops->send(f->link.ctx, "x", 1), OL_E_AGAIN);
    assert_true(f->link.ops->deadline(f->link.ctx) >= before + 200);
    assert_int_equal(settle(f), OL_E_TIMEOUT);
    assert_true(ol_posix_now_ms() - before >= 200);
    assert_int_equal(f->link.ops->deadline(f->link.ctx), OL_NEVER);
    for (size_t i = 0; i < 8; i++) {
        (void)teardown((void **)&fill[i]);
    }
}

static void test_close_in_order(void **state)
{
    struct fixture *f = *state;
    char b[8];
    join(f);
    assert_int_equal(f->link.ops->send(f->link.ctx, "last", 4), 4);
    ol_ms now = ol_posix_now_ms();
    f->link.ops->close(f->link.ctx, now, now + 5000);
    assert_int_equal(state_of(f), OL_E_AGAIN);
    assert_int_equal(begin(f, 1000), OL_E_AGAIN);
    assert_int_equal(recv(f->peer, b, sizeof b, MSG_WAITALL), 4);
    assert_int_equal(send(f->peer, "waste", 5, 0), 5); /* is not ours to read any more */
    assert_int_equal(f->link.ops->recv(f->link.ctx, b, sizeof b), OL_E_CLOSED);
    (void)close(f->peer);
    f->peer = -1;
    assert_int_equal(settle(f), OL_E_CLOSED);
    join(f);
}

static void test_close_deadline(void **state)
{
    struct fixture *f = *state;
    char b[8];
    join(f);
    ol_ms now = ol_posix_now_ms();
    f->link.ops->close(f->link.ctx, now, now + 100);
    assert_int_equal(settle(f), OL_E_CLOSED); /* the peer never closed */
    assert_true(ol_posix_now_ms() >= now + 100);
    assert_int_equal(recv(f->peer, b, sizeof b, 0), 0); /* our FIN came first */
}

/* Patience that ran out: a second close with less time is obeyed. */
static void test_close_twice(void **state)
{
    struct fixture *f = *state;
    join(f);
    ol_ms now = ol_posix_now_ms();
    f->link.ops->close(f->link.ctx, now, now + 60000);
    f->link.ops->close(f->link.ctx, now, now + 90000); /* more time is not given */
    assert_true(f->link.ops->deadline(f->link.ctx) == now + 60000);
    assert_int_equal(state_of(f), OL_E_AGAIN);
    f->link.ops->close(f->link.ctx, now, now);
    assert_int_equal(state_of(f), OL_E_CLOSED);
    assert_int_equal(f->posix.fd, -1);
}

static void test_drop(void **state)
{
    struct fixture *f = *state;
    char b[8];
    join(f);
    ol_ms now = ol_posix_now_ms();
    f->link.ops->close(f->link.ctx, now, now);
    assert_int_equal(state_of(f), OL_E_CLOSED);
    assert_int_equal(recv(f->peer, b, sizeof b, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    f->link.ops->close(f->link.ctx, now, now);
}

static void test_close_while_opening(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(begin(f, 5000), OL_OK);
    ol_ms now = ol_posix_now_ms();
    f->link.ops->close(f->link.ctx, now, now + 1000);
    assert_int_equal(state_of(f), OL_E_CLOSED);
    assert_int_equal(f->posix.fd, -1);
}

/* Out of descriptors is told as such and passes. */
static void test_no_descriptor(void **state)
{
    struct fixture *f = *state;
    struct ol_posix_datagram d;
    struct rlimit old;
    ol_posix_datagram_init(&d);
    struct ol_datagram link = ol_posix_datagram_link(&d);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit none = {.rlim_cur = 3, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int32_t stream = begin(f, 1000);
    int32_t datagram = link.ops->open(link.ctx, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(stream, OL_E_NOSPC);
    assert_int_equal(datagram, OL_E_NOSPC);
    assert_int_equal(state_of(f), OL_E_CLOSED);
    join(f);
}

#define STREAM_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(test_bytes),
        STREAM_TEST(test_open_while_open),
        STREAM_TEST(test_bad_address),
        STREAM_TEST(test_partial_sends),
        STREAM_TEST(test_peer_closes),
        STREAM_TEST(test_peer_resets),
        STREAM_TEST(test_no_sigpipe),
        STREAM_TEST(test_bytes_before_failure),
        STREAM_TEST(test_refused),
        STREAM_TEST(test_connect_timeout),
        STREAM_TEST(test_close_in_order),
        STREAM_TEST(test_close_deadline),
        STREAM_TEST(test_close_twice),
        STREAM_TEST(test_drop),
        STREAM_TEST(test_close_while_opening),
        STREAM_TEST(test_no_descriptor),
    };
    return cmocka_run_group_tests_name("posix/stream", tests, NULL, NULL);
}
