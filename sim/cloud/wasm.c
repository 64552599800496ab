/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "platform/core/node.h"
#include "sim/cloud/memory.h"
#include "sim/cloud/store.h"

/* The platform's access node as a WebAssembly module: connections are numbers, their bytes come
 * and go through buffer(), time is the caller's, in f64 milliseconds. The same calls give the
 * same answers: there is no clock, no chance and no I/O in it. Imported from "env":
 *   log(device, direction, verdict, packet, code, topic, topic_len, body, body_len, reason,
 *       reason_len)     a line of the message log; pointers valid during the call
 *
 * Texts of a call stand one behind the other in the buffer, their lengths are arguments.
 * A turn of the caller: input, close; step; take_ready until 0, for each output, output_done,
 * and close when is_closed. */

#define EXPORT(name) __attribute__((export_name(name)))

#define BUFFER_CAP (1u << 17)
#define SEATS      64

__attribute__((import_module("env"), import_name("log"))) extern void
host_log(uint32_t device, uint32_t direction, uint32_t verdict, uint32_t packet,
         int32_t code, const char *topic, size_t topic_len, const char *body,
         size_t body_len, const char *reason, size_t reason_len);

static uint8_t buffer[BUFFER_CAP];
static struct ol_node node;
static struct ol_session sessions[SEATS];
static bool is_used[SEATS];
static bool is_up;

static ol_ms ms(double now)
{
    return now > 0 ? (ol_ms)now : 0;
}

void sim_store_log(const struct ol_msglog *line)
{
    host_log((uint32_t)line->device, line->direction, line->verdict, line->packet,
             line->code, line->topic.ptr, line->topic.len, line->body.ptr, line->body.len,
             line->reason.ptr, line->reason.len);
}

/* The next text of the buffer; *at moves behind it. */
static struct ol_str text(size_t *at, size_t len)
{
    if (len > BUFFER_CAP - *at) {
        len = BUFFER_CAP - *at;
    }
    struct ol_str s = ol_str_make((const char *)buffer + *at, len);
    *at += len;
    return s;
}

static struct ol_session *session(uint32_t n)
{
    return n > 0 && n <= SEATS && is_used[n - 1] ? &sessions[n - 1] : NULL;
}

EXPORT("buffer") uint8_t *cloud_buffer(void)
{
    return buffer;
}

/* ---- the process ---- */

/* A platform without products that is down. */
EXPORT("init") void cloud_init(void)
{
    is_up = false;
    memset(is_used, 0, sizeof is_used);
    sim_memory_reset();
    sim_store_reset();
}

/* The program starts; products and devices stay from run to run. false: it did not. */
EXPORT("start") int cloud_start(double now, double unix_ms)
{
    const struct ol_node_config config = {
        .alloc = sim_memory_alloc, .store = sim_store, .connections_max = SEATS};
    is_up = !is_up && ol_node_init(&node, &config) == OL_OK;
    if (is_up) {
        ol_node_set_wall(&node, ms(now), (int64_t)unix_ms);
    }
    return is_up;
}

/* The program dies without a word to anybody. */
EXPORT("crash") void cloud_crash(double now)
{
    if (!is_up) {
        return;
    }
    for (size_t i = 0; i < SEATS; i++) {
        if (is_used[i]) {
            ol_node_close(&node, &sessions[i], ms(now));
            is_used[i] = false;
        }
    }
    ol_node_reset(&node);
    sim_store_crash();
    is_up = false;
}

EXPORT("is_up") int cloud_is_up(void)
{
    return is_up;
}

/* ---- products and devices ---- */

EXPORT("add_product")
uint32_t cloud_add_product(size_t id_len, size_t key_len, size_t model_len)
{
    size_t at = 0;
    struct ol_str id = text(&at, id_len);
    struct ol_str key = text(&at, key_len);
    return sim_store_add_product(id, key, text(&at, model_len));
}

EXPORT("add_device")
uint32_t cloud_add_device(uint32_t product, size_t name_len, size_t key_len)
{
    size_t at = 0;
    struct ol_str name = text(&at, name_len);
    return sim_store_add_device(product, name, text(&at, key_len));
}

/* The device has another key from now on, and is thrown out. */
EXPORT("set_key") void cloud_set_key(uint32_t device, size_t len, double now)
{
    size_t at = 0;
    sim_store_set_key(device, text(&at, len));
    if (is_up) {
        ol_node_kick(&node, device, ms(now));
    }
}

/* Length of the newest committed value of the property whose name is in the buffer, which the
 * value is in afterwards; 0: none. */
EXPORT("value") size_t cloud_value(uint32_t device, size_t len)
{
    size_t at = 0;
    struct ol_str v = sim_store_value(device, text(&at, len));
    if (v.len > 0) {
        memcpy(buffer, v.ptr, v.len);
    }
    return v.len;
}

EXPORT("is_online") int cloud_is_online(uint32_t device)
{
    return is_up && ol_node_is_online(&node, device);
}

/* posts answered 200, posts answered otherwise, logins, logins refused, connections closed for a
 * broken rule, connections now, samples stored */
EXPORT("stat") double cloud_stat(uint32_t i)
{
    struct ol_node_stats s = {0};
    if (is_up) {
        s = ol_node_stats(&node);
    }
    const double values[] = {(double)s.posts,
                             (double)s.refused,
                             (double)s.logins,
                             (double)s.logins_refused,
                             (double)s.closed,
                             s.connections,
                             (double)sim_store_samples()};
    return i < sizeof values / sizeof values[0] ? values[i] : 0;
}

/* ---- connections ---- */

/* The connection's number; 0: refused. peer: a number for the address at the other end. */
EXPORT("open") uint32_t cloud_open(double peer, double now)
{
    for (uint32_t i = 0; is_up && i < SEATS; i++) {
        if (!is_used[i]) {
            memset(&sessions[i], 0, sizeof sessions[i]);
            sessions[i].peer = (uint64_t)peer;
            is_used[i] = ol_node_open(&node, &sessions[i], NULL, ms(now)) == OL_OK;
            return is_used[i] ? i + 1 : 0;
        }
    }
    return 0;
}

/* Bytes from the buffer, at most 64 KB, while is_reading. */
EXPORT("input") void cloud_input(uint32_t n, size_t len, double now)
{
    struct ol_session *s = session(n);
    if (s != NULL && len <= BUFFER_CAP) {
        ol_node_input(&node, s, buffer, len, ms(now));
    }
}

EXPORT("is_reading") int cloud_is_reading(uint32_t n)
{
    const struct ol_session *s = session(n);
    return s != NULL && ol_session_is_reading(s);
}

/* What may be sent: its length, and the bytes (as many as fit) in the buffer. */
EXPORT("output") size_t cloud_output(uint32_t n)
{
    const struct ol_session *s = session(n);
    size_t len = 0;
    const uint8_t *data = s != NULL ? ol_session_output(s, &len) : NULL;
    if (len > BUFFER_CAP) {
        len = BUFFER_CAP;
    }
    if (len > 0) {
        memcpy(buffer, data, len);
    }
    return len;
}

EXPORT("output_done") void cloud_output_done(uint32_t n, size_t len, double now)
{
    struct ol_session *s = session(n);
    if (s != NULL) {
        ol_node_output_done(&node, s, len, ms(now));
    }
}

EXPORT("is_closed") int cloud_is_closed(uint32_t n)
{
    const struct ol_session *s = session(n);
    return s == NULL || ol_session_is_closed(s);
}

/* The connection is gone; its number is free. */
EXPORT("close") void cloud_close(uint32_t n, double now)
{
    struct ol_session *s = session(n);
    if (s != NULL) {
        ol_node_close(&node, s, ms(now));
        is_used[n - 1] = false;
    }
}

/* ---- a turn ---- */

/* What is due, then the commit. */
EXPORT("step") void cloud_step(double now)
{
    if (is_up) {
        ol_node_step(&node, ms(now));
        (void)(ol_node_commit(&node, ms(now)) == OL_OK); /* this store never refuses */
    }
}

EXPORT("deadline") double cloud_deadline(void)
{
    ol_ms due = is_up ? ol_node_deadline(&node) : OL_NEVER;
    return due == OL_NEVER ? __builtin_inf() : (double)due;
}

/* The next connection to look at; 0: none. */
EXPORT("take_ready") uint32_t cloud_take_ready(void)
{
    const struct ol_session *s = is_up ? ol_node_next_ready(&node) : NULL;
    return s != NULL ? (uint32_t)(s - sessions) + 1 : 0;
}

/* ---- applications ---- */

/* Sets properties: params in the buffer. The call's handle, or 0: refused, start_code() says
 * why. */
static int32_t start_code;

EXPORT("set") uint32_t cloud_set(uint32_t device, size_t len, double now)
{
    struct ol_call_start start = {0};
    size_t at = 0;
    if (!is_up) {
        return 0;
    }
    int32_t rc = ol_node_set_begin(&node, device, text(&at, len), NULL, ms(now), &start);
    start_code = start.code;
    return rc == OL_OK ? start.handle : 0;
}

EXPORT("start_code") int32_t cloud_start_code(void)
{
    return start_code;
}

static struct ol_node_event event;

/* The handle of the next call that ended, 0: none. */
EXPORT("take_event") uint32_t cloud_take_event(void)
{
    return is_up && ol_node_next_event(&node, &event) ? event.handle : 0;
}

/* Of the event taken last: the API's code; the device's own. */
EXPORT("event_code") int32_t cloud_event_code(int is_of_device)
{
    return is_of_device != 0 ? event.code : event.api_code;
}
