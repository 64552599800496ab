/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/core/pending.h"
#include "platform_peer.h"

/* What bounds a crowd, docs/limits.md: connections without login, in all and by address,
 * all connections, and memory. */

static int32_t open_from(struct ol_world *w, struct ol_peer *p, uint64_t peer)
{
    memset(p, 0, sizeof *p);
    p->world = w;
    p->session = calloc(1, sizeof *p->session);
    assert_non_null(p->session);
    p->session->peer = peer;
    int32_t rc = ol_node_open(&w->node, p->session, p, w->now);
    if (rc != OL_OK) {
        free(p->session);
        p->session = NULL;
    }
    return rc;
}

static void close_peers(struct ol_peer *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ol_peer_close(&p[i]);
    }
}

/* The share of those without login is full: the oldest goes, a device gets in. */
static void test_pending_share(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p[21];
    ol_world_open(&w, &(struct ol_node_config){.connections_max = 100,
                                               .pending_max = 20,
                                               .pending_address_max = 10});
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(open_from(&w, &p[i], i), OL_OK);
    }
    (void)ol_world_turn(&w);
    assert_false(p[0].closed);
    assert_int_equal(open_from(&w, &p[20], 20), OL_OK);
    (void)ol_world_turn(&w);
    assert_true(p[0].closed);
    assert_false(p[1].closed);
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_peer_connect_encode(&out, "dev-1", 60);
    ol_peer_send(&p[20], packet, out.len);
    assert_true(ol_peer_got(&p[20], "\x20\x02\x00\x00", 4));
    close_peers(p, 21);
    ol_world_close(&w);
}

/* One address has its share full: it pushes out its own, not those of others. */
static void test_pending_address(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p[30];
    ol_world_open(&w, &(struct ol_node_config){.connections_max = 100,
                                               .pending_max = 20,
                                               .pending_address_max = 5});
    assert_int_equal(open_from(&w, &p[0], 7), OL_OK);
    for (unsigned i = 1; i < 30; i++) {
        assert_int_equal(open_from(&w, &p[i], 8), OL_OK);
        (void)ol_world_turn(&w);
        assert_int_equal(w.node.pending->count, i < 5 ? i + 1 : 6);
    }
    assert_false(p[0].closed);
    assert_true(p[24].closed);
    assert_false(p[25].closed);
    close_peers(p, 30);
    ol_world_close(&w);
}

/* 10,000 that never log in: few are held, and a device logs in among them each time. */
static void test_half_open_crowd(void **state)
{
    (void)state;
    struct ol_world w;
    static struct ol_peer crowd[10000];
    struct ol_peer device;
    ol_world_open(&w, &(struct ol_node_config){.connections_max = 1000});
    for (unsigned i = 0; i < 10000; i++) {
        assert_int_equal(open_from(&w, &crowd[i], i % 3), OL_OK);
        if (i % 100 == 0) {
            (void)ol_world_turn(&w);
            w.now += 5000; /* as limits on logins go */
            ol_node_set_wall(&w.node, w.now, OL_PEER_WALL_S * 1000);
            ol_peer_open(&device, &w);
            ol_peer_login(&device, "dev-1", 60);
            ol_peer_close(&device);
        }
        if (i % 10 == 0) {
            (void)ol_world_turn(&w);
        }
        assert_in_range(w.node.pending->count, 0, 500);
    }
    close_peers(crowd, 10000);
    assert_int_equal(w.node.pending->count, 0);
    ol_world_close(&w);
}

/* All connections are taken. One that waits for its login makes room, one that has logged
 * in does not. */
static void test_all_connections(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p[4];
    ol_world_open(&w, &(struct ol_node_config){.connections_max = 3,
                                               .pending_max = 2,
                                               .pending_address_max = 2});
    ol_peer_open(&p[0], &w);
    ol_peer_login(&p[0], "dev-1", 60);
    ol_peer_open(&p[1], &w);
    ol_peer_login(&p[1], "dev-2", 60);
    assert_int_equal(open_from(&w, &p[2], 1), OL_OK);
    assert_int_equal(open_from(&w, &p[3], 2), OL_OK);
    (void)ol_world_turn(&w);
    assert_true(p[2].closed);
    assert_false(p[0].closed || p[1].closed || p[3].closed);
    close_peers(p, 4);
    ol_world_close(&w);
}

/* Half a packet of 200 KB from one, and of 20 KB from another, who may stay. */
static void feed_part(struct ol_peer *p, const char *device, size_t len)
{
    char topic[100];
    uint8_t *packet = malloc(len + 200);
    assert_non_null(packet);
    struct ol_writer w = ol_writer_make(packet, len + 200);
    snprintf(topic, sizeof topic, "$sys/" OL_PEER_PID "/%s/thing/property/post", device);
    ol_writer_bytes(&w, "\x32\x80\x80\x10", 4); /* 256 KB announced */
    ol_writer_u16(&w, (uint16_t)strlen(topic));
    ol_writer_bytes(&w, topic, strlen(topic));
    size_t head = w.len;
    memset(packet + head, 'x', len);
    ol_peer_send(p, packet, head + len);
    free(packet);
}

static void test_memory(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p[2];
    ol_world_open(&w, &(struct ol_node_config){.memory_max = 0});
    size_t tables = w.node.mem.used;
    ol_world_close(&w);
    ol_world_open(&w, &(struct ol_node_config){.memory_max = tables + 280000});
    ol_peer_open(&p[0], &w);
    ol_peer_login(&p[0], "dev-1", 60);
    ol_peer_open(&p[1], &w);
    ol_peer_login(&p[1], "dev-2", 60);
    feed_part(&p[0], "dev-1", 20000);
    feed_part(&p[1], "dev-2", 100000);
    assert_false(p[0].closed || p[1].closed);
    feed_part(&p[1], "dev-2", 150000);
    assert_false(p[0].closed);
    assert_true(p[1].closed);
    assert_non_null(strstr(w.store.device[1].reason, "memory is short"));
    assert_in_range(w.node.mem.used, 0, tables + 280000);
    close_peers(p, 2);
    ol_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pending_share),   cmocka_unit_test(test_pending_address),
        cmocka_unit_test(test_half_open_crowd), cmocka_unit_test(test_all_connections),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
