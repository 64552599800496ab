/* SPDX-License-Identifier: MIT */
#include "platform_peer.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/mqtt/packet.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/token.h"

static const struct ol_onenet_label labels[] = {
    {0, OL_STR_INIT("off")}, {1, OL_STR_INIT("slow")}, {2, OL_STR_INIT("fast")}};

static const struct ol_onenet_field fields[] = {
    [PEER_TEMP] = {.identifier = OL_STR_INIT("temp"),
                   .type = OL_ONENET_FLOAT,
                   .has_min = true,
                   .min = {-40, 0},
                   .has_max = true,
                   .max = {85, 0},
                   .has_step = true,
                   .step = {1, -1}},
    [PEER_LED] = {.identifier = OL_STR_INIT("led"),
                  .type = OL_ONENET_BOOL,
                  .writable = true},
    [PEER_COUNT] = {.identifier = OL_STR_INIT("count"), .type = OL_ONENET_INT32},
    [PEER_MODE] = {.identifier = OL_STR_INIT("mode"),
                   .type = OL_ONENET_ENUM,
                   .writable = true,
                   .label_count = 3},
    [PEER_TEXT] = {.identifier = OL_STR_INIT("text"),
                   .type = OL_ONENET_STRING,
                   .writable = true,
                   .length = 8},
    [PEER_TOTAL] = {.identifier = OL_STR_INIT("total"), .type = OL_ONENET_INT64},
    [PEER_EXACT] = {.identifier = OL_STR_INIT("exact"),
                    .type = OL_ONENET_DOUBLE,
                    .has_step = true,
                    .step = {5, -1}},
    [PEER_SINCE] = {.identifier = OL_STR_INIT("since"), .type = OL_ONENET_DATE},
    [PEER_FLAGS] = {.identifier = OL_STR_INIT("flags"), .type = OL_ONENET_BITMAP},
    [PEER_PLACE] = {.identifier = OL_STR_INIT("place"),
                    .type = OL_ONENET_STRUCT,
                    .first_child = PEER_PROPERTIES,
                    .child_count = 2},
    [PEER_ROW] = {.identifier = OL_STR_INIT("row"),
                  .type = OL_ONENET_ARRAY,
                  .length = 3,
                  .first_child = PEER_PROPERTIES + 2,
                  .child_count = 1},
    {.identifier = OL_STR_INIT("x"),
     .type = OL_ONENET_INT32,
     .has_max = true,
     .max = {9, 0}},
    {.identifier = OL_STR_INIT("ok"), .type = OL_ONENET_BOOL},
    {.type = OL_ONENET_INT32, .has_max = true, .max = {9, 0}},
};

static const struct ol_onenet_model model = {.fields = fields,
                                             .field_count = PEER_PROPERTIES + 3,
                                             .property_count = PEER_PROPERTIES,
                                             .labels = labels,
                                             .label_count = 3};

/* Counts, fails on demand, and moves every block so that stale pointers show. */
static void *resize(void *ctx, void *ptr, size_t old_len, size_t new_len)
{
    struct ol_world *w = ctx;
    assert_true((ptr == NULL) == (old_len == 0));
    if (new_len == 0) {
        w->live -= old_len;
        free(ptr);
        return NULL;
    }
    w->allocations++;
    void *moved = w->allocations == w->fail_at ? NULL : malloc(new_len);
    if (moved == NULL) {
        return NULL;
    }
    if (old_len > 0) {
        memcpy(moved, ptr, old_len < new_len ? old_len : new_len);
        free(ptr);
    }
    w->live += new_len - old_len;
    return moved;
}

void ol_world_open(struct ol_world *w, const struct ol_node_config *config)
{
    memset(w, 0, sizeof *w);
    w->now = OL_PEER_NOW;
    ol_memory_open(&w->store);
    const struct ol_store_product *product =
        ol_memory_add_product(&w->store, OL_PEER_PID, OL_PEER_PRODUCT_KEY, &model);
    (void)ol_memory_add_device(&w->store, product, "dev-1", OL_PEER_DEVICE_KEY);
    (void)ol_memory_add_device(&w->store, product, "dev-2", OL_PEER_DEVICE_KEY);
    struct ol_node_config c = *config;
    c.alloc = (struct ol_alloc){w, resize};
    c.store = ol_memory_ops(&w->store);
    assert_int_equal(ol_node_init(&w->node, &c), OL_OK);
    ol_node_set_wall(&w->node, w->now, OL_PEER_WALL_S * 1000);
}

void ol_world_close(struct ol_world *w)
{
    ol_node_reset(&w->node);
    assert_int_equal(w->live, 0);
    ol_memory_close(&w->store);
}

static void collect(struct ol_peer *p)
{
    size_t len;
    const uint8_t *data;
    while (!p->blocked && (data = ol_session_output(p->session, &len)) != NULL) {
        if (p->got_len + len > p->got_cap) {
            p->got_cap = (p->got_len + len) * 2;
            p->got = realloc(p->got, p->got_cap);
            assert_non_null(p->got);
        }
        memcpy(p->got + p->got_len, data, len);
        p->got_len += len;
        ol_node_output_done(&p->world->node, p->session, len, p->world->now);
    }
    if (ol_session_is_closed(p->session)) {
        ol_node_close(&p->world->node, p->session, p->world->now);
        free(p->session);
        p->session = NULL;
        p->closed = true;
    }
}

int32_t ol_world_turn(struct ol_world *w)
{
    ol_node_step(&w->node, w->now);
    int32_t rc = ol_node_commit(&w->node, w->now);
    struct ol_session *s;
    while ((s = ol_node_next_ready(&w->node)) != NULL) {
        collect(s->user);
    }
    return rc;
}

void ol_world_pass(struct ol_world *w, ol_ms ms)
{
    w->now += ms;
    (void)ol_world_turn(w);
}

void ol_peer_open(struct ol_peer *p, struct ol_world *w)
{
    memset(p, 0, sizeof *p);
    p->world = w;
    p->session = calloc(1, sizeof *p->session);
    assert_non_null(p->session);
    assert_int_equal(ol_node_open(&w->node, p->session, p, w->now), OL_OK);
}

void ol_peer_close(struct ol_peer *p)
{
    if (p->session != NULL) {
        ol_node_close(&p->world->node, p->session, p->world->now);
        free(p->session);
        p->session = NULL;
    }
    free(p->got);
    p->got = NULL;
    p->got_len = 0;
    p->got_cap = 0;
}

void ol_peer_feed(struct ol_peer *p, const void *data, size_t len)
{
    /* 64 KB a call at most, each piece in memory of its own that is gone afterwards. */
    const uint8_t *at = data;
    while (len > 0 && p->session != NULL && ol_session_is_reading(p->session)) {
        size_t n = len < 65536 ? len : 65536;
        uint8_t *piece = malloc(n);
        assert_non_null(piece);
        memcpy(piece, at, n);
        ol_node_input(&p->world->node, p->session, piece, n, p->world->now);
        free(piece);
        at += n;
        len -= n;
    }
}

void ol_peer_send(struct ol_peer *p, const void *data, size_t len)
{
    ol_peer_feed(p, data, len);
    (void)ol_world_turn(p->world);
}

void ol_peer_forget(struct ol_peer *p)
{
    p->got_len = 0;
}

bool ol_peer_got(struct ol_peer *p, const void *data, size_t len)
{
    bool same = p->got_len == len && (len == 0 || memcmp(p->got, data, len) == 0);
    ol_peer_forget(p);
    return same;
}

bool ol_peer_saw(const struct ol_peer *p, const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i + len <= p->got_len; i++) {
        if (memcmp(p->got + i, text, len) == 0) {
            return true;
        }
    }
    return false;
}

void ol_peer_connect_encode(struct ol_writer *w, const char *device, uint16_t keep_alive)
{
    char res[OL_ONENET_RESOURCE_MAX];
    struct ol_writer r = ol_writer_make(res, sizeof res);
    const struct ol_onenet_resource resource = {.kind = OL_ONENET_RESOURCE_DEVICE,
                                                .pid = OL_STR(OL_PEER_PID),
                                                .device = ol_str_from(device)};
    assert_int_equal(ol_onenet_resource_encode(&r, &resource), OL_OK);
    const struct ol_onenet_token token = {.version = OL_STR(OL_ONENET_VERSION_2018),
                                          .res = ol_str_make(res, r.len),
                                          .et = INT64_C(2524579200),
                                          .method = &ol_onenet_sha1};
    char text[OL_ONENET_TOKEN_MAX];
    struct ol_writer t = ol_writer_make(text, sizeof text);
    struct ol_onenet_token_scratch scratch;
    assert_int_equal(
        ol_onenet_token_encode(&t, &token, OL_STR(OL_PEER_DEVICE_KEY), &scratch),
        OL_ONENET_TOKEN_OK);
    const struct ol_mqtt_connect connect = {.flags = 0xC2,
                                            .keepalive_s = keep_alive,
                                            .client_id = ol_str_from(device),
                                            .user_name = OL_STR(OL_PEER_PID),
                                            .password = ol_str_make(text, t.len)};
    assert_int_equal(ol_mqtt_connect_encode(w, &connect), OL_OK);
}

void ol_peer_login(struct ol_peer *p, const char *device, uint16_t keep_alive)
{
    uint8_t packet[600];
    struct ol_writer w = ol_writer_make(packet, sizeof packet);
    ol_peer_connect_encode(&w, device, keep_alive);
    ol_peer_send(p, packet, w.len);
    assert_true(ol_peer_got(p, "\x20\x02\x00\x00", 4));
    assert_false(p->closed);
}

static size_t topic_make(char *out, size_t cap, const char *device, const char *tail)
{
    int n = snprintf(out, cap, "$sys/" OL_PEER_PID "/%s/%s", device, tail);
    assert_in_range(n, 1, cap - 1);
    return (size_t)n;
}

void ol_peer_subscribe(struct ol_peer *p, const char *device)
{
    char topic[200];
    uint8_t packet[300];
    struct ol_writer w = ol_writer_make(packet, sizeof packet);
    const struct ol_str filter =
        ol_str_make(topic, topic_make(topic, sizeof topic, device, "thing/#"));
    assert_int_equal(ol_mqtt_subscribe_encode(&w, OL_MQTT_SUBSCRIBE, 1, &filter, 1, 0),
                     OL_OK);
    ol_peer_send(p, packet, w.len);
    assert_true(ol_peer_got(p, "\x90\x03\x00\x01\x00", 5));
}

void ol_peer_publish(struct ol_peer *p, const char *device, const char *tail,
                     const char *payload, uint16_t id)
{
    char topic[200];
    size_t cap = strlen(payload) + 300;
    uint8_t *packet = malloc(cap);
    assert_non_null(packet);
    struct ol_writer w = ol_writer_make(packet, cap);
    const struct ol_mqtt_publish publish = {
        .topic = ol_str_make(topic, topic_make(topic, sizeof topic, device, tail)),
        .payload = ol_str_from(payload),
        .packet_id = id,
        .qos = id != 0};
    assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
    ol_peer_send(p, packet, w.len);
    free(packet);
}
