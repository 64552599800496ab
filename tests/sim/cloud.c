/* SPDX-License-Identifier: MIT */
#include "tests/sim/cloud.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/mqtt/packet.h"
#include "onelink/onenet/model.h"
#include "onelink/onenet/token.h"

#define SEAT_HANDSHAKE_MS 10000
#define STACKED_KEY       0x5EED
#define SETTLE_MS         5000 /* what a fault held up has arrived by then */

static void *resize(void *ctx, void *ptr, size_t old_len, size_t new_len)
{
    struct sim_cloud *c = ctx;

    c->allocated += new_len - old_len;
    if (new_len == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_len);
}

static void start_node(struct sim_cloud *c)
{
    const struct ol_node_config config = {.alloc = {.ctx = c, .resize = resize},
                                          .store = sim_history_store(&c->history),
                                          .log_off = true,
                                          .connections_max = 64};

    if (ol_node_init(&c->node, &config) != OL_OK) {
        abort();
    }
    ol_node_set_wall(&c->node, c->clock->now,
                     c->clock->true_offset_ms + (int64_t)c->clock->now);
    c->is_up = true;
}

void sim_cloud_init(struct sim_cloud *c, const struct sim_clock *clock,
                    struct sim_front front, struct ol_rng *rng)
{
    c->clock = clock;
    c->front = front;
    c->rng = rng;
    for (size_t i = 0; i < SIM_SEATS; i++) {
        c->seat[i].used = false;
    }
    c->has_twin = false;
    c->disturbed_at = clock->now;
    c->is_up = false;
    c->is_stacked = false;
    c->rejects = false;
    c->allocated = 0;
    c->illegal = 0;
    c->unanswered = 0;
    c->answered = 0;
    memset(c->call, 0, sizeof c->call);
    c->history.stored_count = 0;
    c->history.staged_count = 0;
    c->history.fail_commits = 0;
    c->history.overwritten = 0;
    c->history.overflow = 0;
}

void sim_cloud_start(struct sim_cloud *c)
{
    if (!c->is_up) {
        start_node(c);
    }
}

/* ---- Connections ---- */

static struct sim_seat *find_seat(struct sim_cloud *c)
{
    for (size_t i = 0; i < SIM_SEATS; i++) {
        if (!c->seat[i].used) {
            return &c->seat[i];
        }
    }
    return NULL;
}

static bool accept_all(struct sim_cloud *c)
{
    struct ol_stream stream;
    bool any = false;

    while (c->front.accept(c->front.ctx, &stream)) {
        struct sim_seat *seat = find_seat(c);
        any = true;
        if (seat == NULL) {
            abort(); /* as many seats as connections */
        }
        seat->stream = stream;
        seat->is_closing = false;
        seat->is_node_closed = false;
        if (c->is_stacked) {
            ol_stacked_init(&seat->stacked, seat->stream, STACKED_KEY,
                            (uint32_t)ol_rng_u64(c->rng));
            ol_stacked_accept(&seat->stacked, c->clock->now,
                              c->clock->now + SEAT_HANDSHAKE_MS);
            seat->stream = ol_stacked_link(&seat->stacked);
        }
        memset(&seat->session, 0, sizeof seat->session);
        if (ol_node_open(&c->node, &seat->session, seat, c->clock->now) != OL_OK) {
            abort();
        }
        seat->used = true;
    }
    return any;
}

/* Ends that are no fault of the device. */
static bool is_excused(uint8_t reason)
{
    switch (reason) {
    case OL_REASON_NONE:
    case OL_REASON_DISCONNECT:
    case OL_REASON_PEER:
    case OL_REASON_SHUTDOWN:
    case OL_REASON_REMOVED:
    case OL_REASON_LOGIN_TIMEOUT:
    case OL_REASON_LOGIN_REFUSED:
    case OL_REASON_KEEP_ALIVE_OVER:
    case OL_REASON_TWIN:
    case OL_REASON_SLOW:
    case OL_REASON_STORE:
        return true;
    default:
        return false;
    }
}

static void leave_node(struct sim_cloud *c, struct sim_seat *seat)
{
    if (seat->is_node_closed) {
        return;
    }
    if (!is_excused(seat->session.reason)) {
        c->illegal++;
        c->illegal_reason = seat->session.reason;
    }
    ol_node_close(&c->node, &seat->session, c->clock->now);
    seat->is_node_closed = true;
}

static bool read_seat(struct sim_cloud *c, struct sim_seat *seat)
{
    uint8_t bytes[1024];

    if (!ol_session_is_reading(&seat->session)) {
        return false;
    }
    int32_t n = seat->stream.ops->recv(seat->stream.ctx, bytes, sizeof bytes);
    if (n > 0) {
        ol_node_input(&c->node, &seat->session, bytes, (size_t)n, c->clock->now);
        return true;
    }
    int32_t state = seat->stream.ops->state(seat->stream.ctx);
    if (n == OL_E_CLOSED && state != OL_E_AGAIN) {
        seat->is_closing = true;
        return true;
    }
    return false;
}

static bool write_seat(struct sim_cloud *c, struct sim_seat *seat)
{
    size_t len = 0;
    const uint8_t *data = ol_session_output(&seat->session, &len);

    if (len == 0) {
        return false;
    }
    int32_t n = seat->stream.ops->send(seat->stream.ctx, data, len);
    if (n > 0) {
        ol_node_output_done(&c->node, &seat->session, (size_t)n, c->clock->now);
        return true;
    }
    if (n == OL_E_CLOSED && seat->stream.ops->state(seat->stream.ctx) != OL_E_AGAIN) {
        seat->is_closing = true;
    }
    return false;
}

static bool turn_seat(struct sim_cloud *c, struct sim_seat *seat)
{
    ol_ms now = c->clock->now;
    bool any = false;

    seat->stream.ops->step(seat->stream.ctx, now);
    if (!seat->is_closing) {
        any = read_seat(c, seat) || any;
        any = write_seat(c, seat) || any;
        if (ol_session_is_closed(&seat->session)) {
            seat->is_closing = true;
        }
    }
    if (seat->is_closing) {
        if (!seat->is_node_closed) {
            leave_node(c, seat);
            seat->stream.ops->close(seat->stream.ctx, now, now + 1000);
            any = true;
        }
        int32_t state = seat->stream.ops->state(seat->stream.ctx);
        if (state != OL_E_AGAIN && state != OL_OK) {
            seat->used = false;
        }
    }
    return any;
}

static void finish_call(struct sim_cloud *c, const struct ol_node_event *ev)
{
    for (size_t i = 0; i < SIM_CALLS_MAX; i++) {
        struct sim_call *call = &c->call[i];
        if (call->handle != ev->handle) {
            continue;
        }
        if (ev->kind == OL_NODE_CALL_DONE) {
            c->answered++;
        } else if (ev->kind == OL_NODE_CALL_TIMEOUT && call->is_calm) {
            c->unanswered++;
        }
        call->handle = 0;
        return;
    }
}

static void close_twin(struct sim_cloud *c)
{
    if (c->has_twin) {
        ol_node_close(&c->node, &c->twin, c->clock->now);
        c->has_twin = false;
    }
}

bool sim_cloud_turn(struct sim_cloud *c)
{
    ol_ms now = c->clock->now;
    struct ol_node_event ev;
    bool any = false;

    if (!c->is_up) {
        return false;
    }
    any = accept_all(c);
    for (size_t i = 0; i < SIM_SEATS; i++) {
        if (c->seat[i].used) {
            any = turn_seat(c, &c->seat[i]) || any;
        }
    }
    ol_node_step(&c->node, now);
    (void)(ol_node_commit(&c->node, now) == OL_OK);
    while (ol_node_next_ready(&c->node) != NULL) {
        any = true; /* each turn looks at every seat */
    }
    while (ol_node_next_event(&c->node, &ev)) {
        finish_call(c, &ev);
    }
    if (c->has_twin && ol_session_is_closed(&c->twin)) {
        close_twin(c);
    }
    return any;
}

ol_ms sim_cloud_next(const struct sim_cloud *c)
{
    ol_ms next = c->is_up ? ol_node_deadline(&c->node) : OL_NEVER;

    for (size_t i = 0; i < SIM_SEATS; i++) {
        const struct sim_seat *seat = &c->seat[i];
        if (seat->used) {
            next = ol_ms_min(next, seat->stream.ops->deadline(seat->stream.ctx));
        }
    }
    return next > c->clock->now ? next : c->clock->now + 1;
}

void sim_cloud_crash(struct sim_cloud *c, bool silent)
{
    if (!c->is_up) {
        return;
    }
    close_twin(c);
    for (size_t i = 0; i < SIM_SEATS; i++) {
        if (c->seat[i].used) {
            leave_node(c, &c->seat[i]);
            c->seat[i].used = false;
        }
    }
    c->front.crash(c->front.ctx, silent);
    ol_node_reset(&c->node);
    sim_history_crash(&c->history);
    memset(c->call, 0, sizeof c->call);
    c->is_up = false;
}

/* ---- What others do with the platform ---- */

void sim_cloud_twin(struct sim_cloud *c)
{
    static struct ol_onenet_token_scratch scratch;
    char token[OL_ONENET_TOKEN_MAX];
    char res[OL_ONENET_RESOURCE_MAX];
    uint8_t packet[512];
    struct ol_writer w = ol_writer_make(res, sizeof res);
    struct ol_str pid = c->history.product.product_id;
    const struct ol_onenet_resource resource = {
        .kind = OL_ONENET_RESOURCE_DEVICE, .pid = pid, .device = c->history.device_name};

    if (!c->is_up || c->has_twin || ol_onenet_resource_encode(&w, &resource) != OL_OK) {
        return;
    }
    const struct ol_onenet_token fields = {.version = OL_STR(OL_ONENET_VERSION_2018),
                                           .res = ol_str_make(res, w.len),
                                           .et = OL_ONENET_TOKEN_ET_FAR,
                                           .method = &ol_onenet_md5};
    w = ol_writer_make(token, sizeof token);
    if (ol_onenet_token_encode(&w, &fields, c->history.device_key, &scratch) !=
        OL_ONENET_TOKEN_OK) {
        return;
    }
    const struct ol_mqtt_connect connect = {.flags = OL_MQTT_CONNECT_USER_NAME |
                                                     OL_MQTT_CONNECT_PASSWORD |
                                                     OL_MQTT_CONNECT_CLEAN_SESSION,
                                            .keepalive_s = 60,
                                            .client_id = c->history.device_name,
                                            .user_name = pid,
                                            .password = ol_str_make(token, w.len)};
    w = ol_writer_make(packet, sizeof packet);
    memset(&c->twin, 0, sizeof c->twin);
    if (ol_mqtt_connect_encode(&w, &connect) != OL_OK ||
        ol_node_open(&c->node, &c->twin, NULL, c->clock->now) != OL_OK) {
        abort();
    }
    c->has_twin = true;
    ol_node_input(&c->node, &c->twin, packet, w.len, c->clock->now);
}

static struct sim_call *find_call(struct sim_cloud *c)
{
    for (size_t i = 0; i < SIM_CALLS_MAX; i++) {
        if (c->call[i].handle == 0) {
            return &c->call[i];
        }
    }
    return NULL;
}

static bool note_call(struct sim_cloud *c, struct sim_call *call, int32_t rc,
                      const struct ol_call_start *start, bool is_calm)
{
    if (rc != OL_OK) {
        return false;
    }
    call->handle = start->handle;
    call->began_at = c->clock->now;
    call->is_calm = is_calm && c->clock->now > c->disturbed_at + SETTLE_MS;
    return true;
}

bool sim_cloud_set(struct sim_cloud *c, uint16_t property, int64_t value, bool is_calm)
{
    struct ol_call_start start;
    struct sim_call *call = find_call(c);
    char params[128];
    struct ol_str name = c->history.product.model->fields[property].identifier;

    if (!c->is_up || call == NULL) {
        return false;
    }
    int n = snprintf(params, sizeof params, "{\"%.*s\":%lld}", (int)name.len, name.ptr,
                     (long long)value);
    call->property = property;
    call->value = value;
    return note_call(c, call,
                     ol_node_set_begin(&c->node, 1, ol_str_make(params, (size_t)n), c,
                                       c->clock->now, &start),
                     &start, is_calm);
}

bool sim_cloud_get(struct sim_cloud *c, bool is_calm)
{
    struct ol_call_start start;
    struct sim_call *call = find_call(c);
    struct ol_str name = c->history.product.model->fields[0].identifier;
    char params[80];

    if (!c->is_up || call == NULL) {
        return false;
    }
    int n = snprintf(params, sizeof params, "[\"%.*s\"]", (int)name.len, name.ptr);
    call->property = -1;
    return note_call(c, call,
                     ol_node_get_begin(&c->node, 1, ol_str_make(params, (size_t)n), c,
                                       c->clock->now, &start),
                     &start, is_calm);
}

void sim_cloud_disturb(struct sim_cloud *c)
{
    c->disturbed_at = c->clock->now;
    for (size_t i = 0; i < SIM_CALLS_MAX; i++) {
        c->call[i].is_calm = false;
    }
}

void sim_cloud_free(struct sim_cloud *c)
{
    sim_cloud_crash(c, false);
}
