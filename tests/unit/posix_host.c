/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ports/posix/clock.h"
#include "ports/posix/datagram.h"
#include "ports/posix/entropy.h"
#include "ports/posix/hosts.h"
#include "ports/posix/netif.h"
#include "ports/posix/wait.h"

/* A file with this text, removed by the caller. */
static void put_file(char path[32], const char *text)
{
    strcpy(path, "/tmp/ol_posix_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
}

static void test_datagrams(void **state)
{
    struct ol_posix_datagram d[2];
    struct ol_datagram link[2];
    struct ol_addr from;
    char b[4];
    (void)state;
    for (int i = 0; i < 2; i++) {
        ol_posix_datagram_init(&d[i]);
        link[i] = ol_posix_datagram_link(&d[i]);
        assert_int_equal(link[i].ops->recv(link[i].ctx, b, sizeof b, &from), OL_E_CLOSED);
        assert_int_equal(ol_posix_datagram_get_port(&d[i]), 0);
        assert_int_equal(link[i].ops->open(link[i].ctx, 0), OL_OK);
        assert_int_not_equal(ol_posix_datagram_get_port(&d[i]), 0);
    }
    struct ol_addr to = ol_addr_ipv4(127, 0, 0, 1, ol_posix_datagram_get_port(&d[1]));
    struct ol_addr own = ol_addr_ipv4(127, 0, 0, 1, ol_posix_datagram_get_port(&d[0]));
    assert_int_equal(link[1].ops->recv(link[1].ctx, b, sizeof b, &from), OL_E_AGAIN);
    assert_int_equal(link[0].ops->send(link[0].ctx, &to, "abc", 3), OL_OK);
    assert_int_equal(link[0].ops->send(link[0].ctx, &to, "", 0), OL_OK);
    assert_int_equal(link[0].ops->send(link[0].ctx, &to, "sevenab", 7), OL_OK);
    assert_int_equal(link[1].ops->recv(link[1].ctx, b, sizeof b, &from), 3);
    assert_memory_equal(b, "abc", 3);
    assert_true(ol_addr_equal(&from, &own));
    assert_int_equal(link[1].ops->recv(link[1].ctx, b, sizeof b, &from), 0);
    assert_int_equal(link[1].ops->recv(link[1].ctx, b, sizeof b, &from), 7); /* was cut */
    assert_memory_equal(b, "seve", 4);
    struct ol_posix_datagram third;
    ol_posix_datagram_init(&third);
    struct ol_datagram third_link = ol_posix_datagram_link(&third);
    assert_int_equal(third_link.ops->open(third_link.ctx, to.port), OL_E_NOSPC);
    for (int i = 0; i < 2; i++) {
        link[i].ops->close(link[i].ctx);
        link[i].ops->close(link[i].ctx);
        assert_int_equal(link[i].ops->send(link[i].ctx, &to, "x", 1), OL_E_CLOSED);
    }
}

static void test_datagram_errors(void **state)
{
    static char huge[70000];
    struct ol_posix_datagram d;
    struct ol_addr from;
    char b[8];
    (void)state;
    ol_posix_datagram_init(&d);
    struct ol_datagram link = ol_posix_datagram_link(&d);
    assert_int_equal(link.ops->open(link.ctx, 0), OL_OK);
    struct ol_addr to = ol_addr_ipv4(127, 0, 0, 1, 9);
    struct ol_addr v6 = {.family = OL_ADDR_IPV6, .port = 9};
    assert_int_equal(link.ops->send(link.ctx, &to, huge, sizeof huge), OL_E_ARG);
    assert_int_equal(link.ops->send(link.ctx, &v6, b, 1), OL_E_ARG);
    assert_int_equal(link.ops->send(link.ctx, &to, b, 1), OL_OK); /* to nobody */
    assert_int_equal(link.ops->recv(link.ctx, b, sizeof b, &from), OL_E_AGAIN);
    assert_int_equal(link.ops->send(link.ctx, &to, b, 1), OL_OK);
    link.ops->close(link.ctx);
}

static void test_hosts(void **state)
{
    char path[32];
    char longer[1500];
    struct ol_addr a;
    struct ol_addr expected = ol_addr_ipv4(192, 0, 2, 7, 0);
    (void)state;
    memset(longer, 'x', sizeof longer);
    memcpy(longer, "192.0.2.9 ", 10);
    strcpy(longer + sizeof longer - 20, " tail\n192.0.2.8 y\n");
    put_file(path, longer);
    assert_int_equal(ol_posix_hosts_find(path, OL_STR("tail"), &a), OL_E_NOENT);
    assert_int_equal(ol_posix_hosts_find(path, OL_STR("y"), &a), OL_OK);
    (void)unlink(path);
    put_file(path, "# 192.0.2.1 broker\n::1 broker\n\nbroker\n192.0.2 broker\n"
                   "192.0.2.6 # broker\n \t192.0.2.7\tBroker.example  BROKER # x\r\n"
                   "192.0.2.8 broker\n192.0.2.9 last");
    assert_int_equal(ol_posix_hosts_find(path, OL_STR("broker"), &a), OL_OK);
    assert_true(ol_addr_equal(&a, &expected));
    assert_int_equal(ol_posix_hosts_find(path, OL_STR("broker.EXAMPLE"), &a), OL_OK);
    assert_true(ol_addr_equal(&a, &expected));
    assert_int_equal(ol_posix_hosts_find(path, OL_STR("last"), &a), OL_OK);
    assert_int_equal(ol_posix_hosts_find(path, OL_STR("brok"), &a), OL_E_NOENT);
    assert_int_equal(ol_posix_hosts_find(path, OL_STR(""), &a), OL_E_NOENT);
    assert_int_equal(ol_posix_hosts_find("/no/such/file", OL_STR("x"), &a), OL_E_NOENT);
    (void)unlink(path);
}

static void test_resolv(void **state)
{
    char path[32];
    struct ol_addr dns[3];
    (void)state;
    put_file(path,
             "; nameserver 192.0.2.1\nsearch example\nnameserver\nnameserver ::1\n"
             "nameserver  192.0.2.2 # x\nnameservers 192.0.2.9\noptions rotate\n"
             "\tnameserver 192.0.2.3\nnameserver 192.0.2.4\nnameserver 192.0.2.5\n");
    assert_int_equal(ol_posix_resolv_get(path, dns, 3), 3);
    for (int i = 0; i < 3; i++) {
        struct ol_addr expected = ol_addr_ipv4(192, 0, 2, (uint8_t)(i + 2), 53);
        assert_true(ol_addr_equal(&dns[i], &expected));
    }
    assert_int_equal(ol_posix_resolv_get("/no/such/file", dns, 3), 0);
    (void)unlink(path);
}

static void test_route(void **state)
{
    char path[32];
    struct ol_addr expected = ol_addr_ipv4(192, 0, 2, 1, 0);
    uint32_t gateway;
    char text[300];
    (void)state;
    memcpy(&gateway, expected.bytes, 4);
    (void)snprintf(text, sizeof text,
                   "Iface Destination Gateway Flags RefCnt\n"
                   "eth0 000200C0 00000000 0001 0\neth1 00000000 00000000 0001 0\neth2\n"
                   "eth0 00000000 %08X 0003 0\n",
                   (unsigned)gateway);
    put_file(path, text);
    struct ol_addr got = ol_posix_route_get_gateway(path);
    assert_true(ol_addr_equal(&got, &expected));
    (void)unlink(path);
    got = ol_posix_route_get_gateway("/no/such/file");
    assert_int_equal(got.family, OL_ADDR_NONE);
}

static void test_netif(void **state)
{
    char resolv[32];
    char hosts[32];
    struct ol_posix_netif n;
    struct ol_netif_config config;
    struct ol_addr a;
    struct ol_addr loopback = ol_addr_ipv4(127, 0, 0, 1, 0);
    uint8_t mac[6];
    (void)state;
    put_file(resolv, "nameserver 192.0.2.53\n");
    put_file(hosts, "192.0.2.1 localhost a.localhost box\n");
    ol_posix_netif_init(&n);
    n.resolv_path = resolv;
    n.hosts_path = hosts;
    n.ntp[0] = ol_addr_ipv4(192, 0, 2, 123, 0);
    struct ol_netif link = ol_posix_netif_link(&n);
    assert_true(link.managed);
    assert_null(link.ops->set_config);
    assert_null(link.ops->probe);
    assert_true(link.ops->is_link_up(link.ctx)); /* the loopback interface counts */
    assert_true(link.ops->is_link_up(link.ctx));
    link.ops->get_mac(link.ctx, mac);
    link.ops->get_config(link.ctx, &config);
    assert_int_equal(config.address.family, OL_ADDR_IPV4);
    assert_in_range(config.prefix_len, 1, 32);
    assert_int_equal(config.dns[0].bytes[3], 53);
    assert_int_equal(config.dns[0].port, 53);
    assert_int_equal(config.dns[1].family, OL_ADDR_NONE);
    assert_int_equal(config.ntp[0].bytes[3], 123);
    /* RFC 6761 6.3, even against the file */
    assert_int_equal(link.ops->find_host(link.ctx, OL_STR("LocalHost"), &a), OL_OK);
    assert_true(ol_addr_equal(&a, &loopback));
    assert_int_equal(link.ops->find_host(link.ctx, OL_STR("a.localhost."), &a), OL_OK);
    assert_true(ol_addr_equal(&a, &loopback));
    assert_int_equal(link.ops->find_host(link.ctx, OL_STR("box"), &a), OL_OK);
    assert_int_equal(a.bytes[0], 192);
    assert_int_equal(link.ops->find_host(link.ctx, OL_STR("notlocalhost"), &a),
                     OL_E_NOENT);
    (void)unlink(resolv);
    (void)unlink(hosts);
}

static void test_clock(void **state)
{
    struct ol_clock clock = ol_posix_clock();
    (void)state;
    assert_null(clock.ops->set_wall);
    ol_ms a = clock.ops->monotonic_ms(clock.ctx);
    assert_true(a > 0);
    ol_ms last = a;
    for (int i = 0; i < 1000; i++) {
        ol_ms now = ol_posix_now_ms();
        assert_true(now >= last);
        last = now;
    }
    struct ol_wall_time wall = clock.ops->wall(clock.ctx);
    struct timespec ts;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &ts), 0);
    if (ts.tv_sec < 1704067200) {
        assert_int_equal(wall.quality, OL_CLOCK_NONE);
        return;
    }
    assert_int_not_equal(wall.quality, OL_CLOCK_NONE);
    int64_t apart = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 - wall.unix_ms;
    assert_true(apart >= 0 && apart < 5000);
}

static void test_entropy(void **state)
{
    struct ol_entropy e = ol_posix_entropy();
    uint8_t a[600];
    uint8_t b[600];
    (void)state;
    memset(a, 0, sizeof a);
    assert_int_equal(e.fill(e.ctx, a, 0), OL_OK);
    assert_int_equal(a[0], 0);
    assert_int_equal(e.fill(e.ctx, a, sizeof a), OL_OK);
    assert_int_equal(e.fill(e.ctx, b, sizeof b), OL_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a + 500, b + 500, 100);
}

static void test_wait_for_fds(void **state)
{
    int pair[2];
    struct ol_posix_wait w;
    (void)state;
    assert_int_equal(pipe(pair), 0);
    ol_posix_wait_init(&w);
    ol_posix_wait_add_fd(&w, pair[0], POLLIN);
    ol_posix_wait_add_fd(&w, -1, POLLIN);
    ol_ms before = ol_posix_now_ms();
    assert_int_equal(ol_posix_wait(&w, before + 30), 0);
    assert_true(ol_posix_now_ms() >= before + 30);
    assert_int_equal(ol_posix_wait(&w, 0), 0); /* a time that has passed */
    assert_int_equal(write(pair[1], "x", 1), 1);
    assert_int_equal(ol_posix_wait(&w, OL_NEVER), 1);
    assert_int_equal(ol_posix_wait_get(&w, pair[0]), POLLIN);
    assert_int_equal(ol_posix_wait_get(&w, pair[1]), 0);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void test_wait_for_datagram(void **state)
{
    struct ol_posix_datagram d;
    struct ol_posix_wait w;
    (void)state;
    ol_posix_datagram_init(&d);
    struct ol_datagram link = ol_posix_datagram_link(&d);
    ol_posix_wait_init(&w);
    ol_posix_wait_add_datagram(&w, &d, false); /* closed: left out */
    assert_int_equal(w.count, 0);
    assert_int_equal(link.ops->open(link.ctx, 0), OL_OK);
    ol_posix_wait_add_datagram(&w, &d, true);
    assert_int_equal(ol_posix_wait(&w, OL_NEVER), 1);
    assert_int_equal(ol_posix_wait_get(&w, d.fd), POLLOUT);
    link.ops->close(link.ctx);
}

static void test_wait_is_full(void **state)
{
    struct ol_posix_wait w;
    (void)state;
    ol_posix_wait_init(&w);
    for (int i = 0; i < OL_POSIX_WAIT_MAX; i++) {
        ol_posix_wait_add_fd(&w, STDOUT_FILENO, 0);
    }
    assert_int_equal(ol_posix_wait(&w, 0), 0);
    ol_posix_wait_add_fd(&w, STDOUT_FILENO, 0);
    assert_int_equal(ol_posix_wait(&w, 0), OL_E_NOSPC);
}

static void on_alarm(int number)
{
    (void)number;
}

static void test_wait_ends_with_signal(void **state)
{
    struct sigaction act = {.sa_handler = on_alarm};
    struct sigaction old;
    struct itimerval once = {.it_value = {.tv_usec = 30000}};
    struct ol_posix_wait w;
    (void)state;
    assert_int_equal(sigaction(SIGALRM, &act, &old), 0);
    ol_posix_wait_init(&w);
    assert_int_equal(setitimer(ITIMER_REAL, &once, NULL), 0);
    assert_int_equal(ol_posix_wait(&w, OL_NEVER), 0);
    assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagrams),    cmocka_unit_test(test_datagram_errors),
        cmocka_unit_test(test_hosts),        cmocka_unit_test(test_resolv),
        cmocka_unit_test(test_route),        cmocka_unit_test(test_netif),
        cmocka_unit_test(test_clock),        cmocka_unit_test(test_entropy),
        cmocka_unit_test(test_wait_for_fds), cmocka_unit_test(test_wait_for_datagram),
        cmocka_unit_test(test_wait_is_full), cmocka_unit_test(test_wait_ends_with_signal),
    };
    return cmocka_run_group_tests_name("posix/host", tests, NULL, NULL);
}
