/* SPDX-License-Identifier: MIT */
/* The host port in a network namespace of its own: no network at first, then loopback
 * alone. */
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ports/posix/clock.h"
#include "ports/posix/datagram.h"
#include "ports/posix/netif.h"
#include "ports/posix/stream.h"
#include "ports/posix/wait.h"

#define PORT 40000

static void set_loopback(bool is_up)
{
    struct ifreq req = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &req), 0);
    req.ifr_flags = (short)(is_up ? req.ifr_flags | IFF_UP : req.ifr_flags & ~IFF_UP);
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &req), 0);
    (void)close(fd);
}

/* No interface is up. */
static void test_no_network(void **state)
{
    struct ol_posix_netif n;
    struct ol_netif_config config;
    struct ol_posix_stream s;
    struct ol_posix_datagram d;
    struct ol_addr to = ol_addr_ipv4(127, 0, 0, 1, PORT);
    uint8_t mac[6];
    (void)state;
    set_loopback(false);
    ol_posix_netif_init(&n);
    struct ol_netif netif = ol_posix_netif_link(&n);
    assert_false(netif.ops->is_link_up(netif.ctx));
    netif.ops->get_config(netif.ctx, &config);
    assert_int_equal(config.address.family, OL_ADDR_NONE);
    assert_int_equal(config.gateway.family, OL_ADDR_NONE);
    netif.ops->get_mac(netif.ctx, mac);
    assert_memory_equal(mac, "\0\0\0\0\0\0", 6);

    ol_posix_stream_init(&s);
    struct ol_stream stream = ol_posix_stream_link(&s);
    ol_ms now = ol_posix_now_ms();
    assert_int_equal(stream.ops->open(stream.ctx, &to, OL_STR(""), now, now + 1000),
                     OL_E_IO);
    assert_int_equal(stream.ops->state(stream.ctx), OL_E_IO);
    assert_int_equal(stream.ops->deadline(stream.ctx), OL_NEVER);
    assert_int_equal(s.fd, -1);

    ol_posix_datagram_init(&d);
    struct ol_datagram datagram = ol_posix_datagram_link(&d);
    assert_int_equal(datagram.ops->open(datagram.ctx, 0), OL_OK);
    assert_int_equal(datagram.ops->send(datagram.ctx, &to, "x", 1), OL_E_IO);
    datagram.ops->close(datagram.ctx);
}

/* The link comes: seen within a second and a bit. */
static void test_link_comes(void **state)
{
    struct ol_posix_netif n;
    struct ol_netif_config config;
    struct ol_addr loopback = ol_addr_ipv4(127, 0, 0, 1, 0);
    struct ol_posix_wait w;
    (void)state;
    set_loopback(false);
    ol_posix_netif_init(&n);
    struct ol_netif netif = ol_posix_netif_link(&n);
    assert_false(netif.ops->is_link_up(netif.ctx));
    set_loopback(true);
    ol_ms begin = ol_posix_now_ms();
    while (!netif.ops->is_link_up(netif.ctx) && ol_posix_now_ms() < begin + 3000) {
        ol_posix_wait_init(&w);
        assert_int_equal(ol_posix_wait(&w, ol_posix_now_ms() + 50), 0);
    }
    assert_true(netif.ops->is_link_up(netif.ctx));
    assert_true(ol_posix_now_ms() - begin < 2000);
    netif.ops->get_config(netif.ctx, &config);
    assert_true(ol_addr_equal(&config.address, &loopback));
    assert_int_equal(config.prefix_len, 8);
}

/* The kernel has one local port to give, the one that is connected to: TCP meets itself.
 * It is refused like any port that nobody listens on, and the port is free again. */
static void test_connects_to_itself(void **state)
{
    struct ol_posix_stream s;
    struct ol_addr to = ol_addr_ipv4(127, 0, 0, 1, PORT);
    (void)state;
    set_loopback(true);
    FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
    if (range == NULL || fprintf(range, "%d %d\n", PORT, PORT) < 0 ||
        fclose(range) != 0) {
        skip();
    }
    ol_posix_stream_init(&s);
    struct ol_stream stream = ol_posix_stream_link(&s);
    for (int i = 0; i < 3; i++) {
        ol_ms now = ol_posix_now_ms();
        assert_int_equal(stream.ops->open(stream.ctx, &to, OL_STR(""), now, now + 5000),
                         OL_OK);
        while (stream.ops->state(stream.ctx) == OL_E_AGAIN) {
            stream.ops->step(stream.ctx, ol_posix_now_ms());
        }
        assert_int_equal(stream.ops->state(stream.ctx), OL_E_IO);
        assert_int_equal(s.fd, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_network),
        cmocka_unit_test(test_link_comes),
        cmocka_unit_test(test_connects_to_itself),
    };
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        printf("no network namespace to be had here: skipped\n");
        return 77;
    }
    return cmocka_run_group_tests_name("posix in a namespace", tests, NULL, NULL);
}
