/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/mqtt/packet.h"
#include "onelink/onenet/model.h"
#include "platform/core/node.h"
#include "tests/support/rng.h"

/* Bytes from a client into the access node. The first byte chooses where the client
 * stands and how limits are kept, the next two seed the cuts; the rest is what it sends,
 * once whole and once in pieces. Both must give the same answers, every answer must be
 * made of whole packets that a server may send, memory must stay bounded and be given
 * back. */

#define PID     "P1a2B3c4D5"
#define KEY     "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
#define OUT_CAP (512u * 1024)
/* The node's tables, what a delayed session may keep, and as much again while it grows.
 */
#define LIVE_MAX (64u * 1024 + 2 * (OL_SESSION_PACKET_MAX + 65536))

/* CONNECT of dev-1 with a token of KEY (sha1, 2018-10-31) until 2050, then SUBSCRIBE. */
static const char login[] =
    "\x10\x9b\x01\x00\x04MQTT\x04\xc2\x00\x78\x00\x05"
    "dev-1\x00\x0a" PID "\x00|version=2018-10-31&res=products%2F" PID
    "%2Fdevices%2Fdev-1&et=2524579200&method=sha1&sign=J7M377zK65lFMuFD5dTVc0ut2Xw%3D"
    "\x82\x22\x00\x01\x00\x1d$sys/" PID "/dev-1/thing/#\x00";

static const struct ol_onenet_field fields[] = {
    {.identifier = OL_STR_INIT("temp"), .type = OL_ONENET_FLOAT},
    {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true},
    {.identifier = OL_STR_INIT("text"), .type = OL_ONENET_STRING, .length = 8},
};
static const struct ol_onenet_model model = {
    .fields = fields, .field_count = 3, .property_count = 3};
static const struct ol_store_product product = {1, OL_STR_INIT(PID), OL_STR_INIT(KEY),
                                                &model};

struct run {
    struct ol_node node;
    struct ol_session *session;
    ol_ms now;
    size_t live;
    uint32_t samples;
    bool closed;
    uint8_t *out;
    size_t out_len;
};

static void require(bool fine, const char *what)
{
    if (!fine) {
        (void)fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

/* ---- store and memory ---- */

static const struct ol_store_product *find_product(void *ctx, struct ol_str product_id)
{
    (void)ctx;
    return ol_str_equal(product_id, product.product_id) ? &product : NULL;
}

static int32_t find_device(void *ctx, const struct ol_store_product *p,
                           struct ol_str name, struct ol_store_device *out)
{
    (void)ctx;
    (void)p;
    *out = (struct ol_store_device){1, OL_STR(KEY)};
    return ol_str_equal(name, OL_STR("dev-1")) ? OL_OK : OL_E_NOENT;
}

static int32_t put_sample(void *ctx, const struct ol_store_sample *sample)
{
    struct run *r = ctx;
    require(sample->device == 1 && sample->property < 3 && sample->value.len > 0,
            "sample");
    r->samples++;
    return OL_OK;
}

static int32_t put_presence(void *ctx, const struct ol_store_presence *presence)
{
    (void)ctx;
    require(presence->device == 1, "presence");
    return OL_OK;
}

static void put_log(void *ctx, const struct ol_msglog *line)
{
    /* Every byte of a line must be there to be read. */
    (void)ctx;
    volatile char sum = 0;
    const struct ol_str parts[] = {line->topic, line->body, line->reason,
                                   line->product_id, line->device_name};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (size_t k = 0; k < parts[i].len; k += 16) {
            sum = (char)(sum ^ parts[i].ptr[k]);
        }
    }
}

static int32_t commit(void *ctx)
{
    (void)ctx;
    return OL_OK;
}

static const struct ol_store_ops store_ops = {.find_product = find_product,
                                              .find_device = find_device,
                                              .put_sample = put_sample,
                                              .put_presence = put_presence,
                                              .put_log = put_log,
                                              .commit = commit};

static void *resize(void *ctx, void *ptr, size_t old_len, size_t new_len)
{
    struct run *r = ctx;
    r->live = r->live - old_len + new_len;
    require(r->live <= LIVE_MAX, "memory is bounded");
    if (new_len == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_len);
}

/* ---- one client ---- */

static void collect(struct run *r)
{
    size_t len;
    const uint8_t *data;
    ol_node_step(&r->node, r->now);
    require(ol_node_commit(&r->node, r->now) == OL_OK, "commit");
    while (ol_node_next_ready(&r->node) != NULL) {
        while ((data = ol_session_output(r->session, &len)) != NULL) {
            require(r->out_len + len <= OUT_CAP, "output is bounded");
            memcpy(r->out + r->out_len, data, len);
            r->out_len += len;
            ol_node_output_done(&r->node, r->session, len, r->now);
        }
        r->closed = r->closed || ol_session_is_closed(r->session);
    }
}

/* Waits until the node reads again; limits hold a client back second by second. */
static bool wait_reading(struct run *r)
{
    while (!r->closed && !ol_session_is_reading(r->session)) {
        r->now = ol_node_deadline(&r->node);
        require(r->now != OL_NEVER, "a delayed session has a deadline");
        collect(r);
    }
    return !r->closed;
}

static void feed(struct run *r, const uint8_t *data, size_t len)
{
    if (!wait_reading(r)) {
        return;
    }
    /* A copy of its own, freed at once: the node keeps nothing of it. */
    uint8_t *piece = malloc(len + 1);
    require(piece != NULL, "memory");
    memcpy(piece, data, len);
    ol_node_input(&r->node, r->session, piece, len, r->now);
    free(piece);
    collect(r);
}

static void open_run(struct run *r, uint8_t mode)
{
    memset(r, 0, sizeof *r);
    r->out = malloc(OUT_CAP);
    r->session = calloc(1, sizeof *r->session);
    require(r->out != NULL && r->session != NULL, "memory");
    r->now = 1000;
    const struct ol_node_config config = {.alloc = {r, resize},
                                          .store = {r, &store_ops},
                                          .limits = (enum ol_limits)(mode >> 1 & 3) % 3,
                                          .output_max = 64 * 1024};
    require(ol_node_init(&r->node, &config) == OL_OK, "init");
    ol_node_set_wall(&r->node, r->now, INT64_C(1700000000000));
    require(ol_node_open(&r->node, r->session, NULL, r->now) == OL_OK, "open");
    if ((mode & 1) != 0) {
        feed(r, (const uint8_t *)login, sizeof login - 1);
        require(r->out_len == 9 && ol_node_is_online(&r->node, 1), "login");
    }
}

static void close_run(struct run *r)
{
    ol_node_close(&r->node, r->session, r->now);
    require(!ol_node_is_online(&r->node, 1), "offline after the end");
    require(ol_node_next_ready(&r->node) == NULL, "nothing left to look at");
    ol_node_reset(&r->node);
    require(r->live == 0, "memory is given back");
    free(r->session);
    free(r->out);
}

static void check_output(const struct run *r)
{
    size_t pos = 0;
    while (pos < r->out_len) {
        struct ol_mqtt_header h;
        require(ol_mqtt_header_decode(r->out + pos, r->out_len - pos, &h) == OL_OK,
                "answers are packets");
        const bool server = h.type == OL_MQTT_CONNACK || h.type == OL_MQTT_PUBACK ||
                            h.type == OL_MQTT_SUBACK || h.type == OL_MQTT_UNSUBACK ||
                            h.type == OL_MQTT_PINGRESP ||
                            (h.type == OL_MQTT_PUBLISH && h.flags == 0);
        require(server, "answers are a server's");
        pos += h.len + h.remaining;
    }
    require(pos == r->out_len, "answers are whole");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 3 || len > 60000) {
        return 0;
    }
    struct run whole;
    struct run cut;
    open_run(&whole, data[0]);
    feed(&whole, data + 3, len - 3);
    (void)wait_reading(&whole);
    open_run(&cut, data[0]);
    struct ol_rng rng = ol_rng_make((uint64_t)data[1] * 256 + data[2]);
    for (size_t at = 3; at < len;) {
        size_t n = 1 + (size_t)ol_rng_below(&rng, (data[1] & 1) != 0 ? 8 : 200);
        n = n < len - at ? n : len - at;
        feed(&cut, data + at, n);
        at += n;
    }
    (void)wait_reading(&cut);
    check_output(&whole);
    require(whole.out_len == cut.out_len &&
                memcmp(whole.out, cut.out, cut.out_len) == 0 &&
                whole.closed == cut.closed && whole.samples == cut.samples,
            "cuts change nothing");
    close_run(&whole);
    close_run(&cut);
    return 0;
}
