/* SPDX-License-Identifier: MIT */

/* What was seen: with --mqtt [::]:1883 all hosts that come by IPv4 shared the room that one
 * address has for connections without login, so that one of them could lock out the others,
 * and were told as [::ffff:192.0.2.7]. Cause: such an address comes as one of IPv6 of which
 * only the last four bytes tell hosts apart, and IPv6 hosts are counted by the first eight.
 * Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "platform/access/listen.h"

static struct ol_peer peer_of(const char *address, char text[OL_LISTEN_TEXT_CAP])
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(49152)};
    assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
    struct ol_peer peer = ol_peer_make((struct sockaddr *)&six);
    ol_peer_str(&peer, text);
    return peer;
}

static void a_mapped_address_is_one_of_ipv4(void **state)
{
    (void)state;
    char text[OL_LISTEN_TEXT_CAP];
    struct ol_peer peer = peer_of("::ffff:192.0.2.7", text);
    assert_string_equal(text, "192.0.2.7:49152");
    assert_int_equal(peer.family, AF_INET);
    assert_memory_equal(peer.address, "\xC0\x00\x02\x07\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

static void others_stay_what_they_are(void **state)
{
    (void)state;
    char text[OL_LISTEN_TEXT_CAP];
    static const char *const addresses[] = {"::1", "2001:db8::7", "::192.0.2.7"};
    static const char *const told[] = {"[::1]:49152", "[2001:db8::7]:49152",
                                       "[::192.0.2.7]:49152"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(peer_of(addresses[i], text).family, AF_INET6);
        assert_string_equal(text, told[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapped_address_is_one_of_ipv4),
        cmocka_unit_test(others_stay_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
