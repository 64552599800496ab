/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* getloadavg */

/* A whole device: reports the load average every 5 seconds, obeys a switch, comes back by
 * itself.   usage: build/examples/example_report HOST PORT PRODUCT DEVICE < device-key */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/agent/agent.h"
#include "ports/posix/clock.h"
#include "ports/posix/datagram.h"
#include "ports/posix/entropy.h"
#include "ports/posix/netif.h"
#include "ports/posix/stream.h"
#include "ports/posix/wait.h"

enum { LOAD, LED, PROPERTY_COUNT };

static const struct ol_onenet_field fields[PROPERTY_COUNT] = {
    [LOAD] = {.identifier = OL_STR_INIT("load"),
              .type = OL_ONENET_DOUBLE,
              .has_step = true,
              .step = {1, -2}},
    [LED] = {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true},
};
static const struct ol_onenet_model model = {
    .fields = fields, .field_count = PROPERTY_COUNT, .property_count = PROPERTY_COUNT};

static void report_load(struct ol_agent *agent)
{
    double load;
    struct ol_onenet_value value;
    enum ol_onenet_value_error error;
    if (getloadavg(&load, 1) != 1 || ol_onenet_value_from_double(load, &value) != OL_OK) {
        return;
    }
    int32_t rc = ol_agent_sample(agent, LOAD, &value, 0, &error);
    if (rc != OL_OK) {
        printf("load %.2f is dropped: %s\n", load,
               rc == OL_E_ARG    ? ol_onenet_value_error_str(error)
               : rc == OL_E_AUTH ? "the platform refuses this property"
                                 : "the queue is full");
    }
}

static void obey(struct ol_agent *agent, const struct ol_agent_event *ev)
{
    struct ol_onenet_params params = ev->set.params;
    struct ol_onenet_set_item item;
    while (ol_agent_set_next(agent, &params, &item)) {
        if (item.field == LED) {
            printf("the LED is %s\n", item.value.as.b ? "on" : "off");
        }
    }
    /* 200 also reports the new value. */
    if (ol_agent_set_reply(agent, ev->set.handle, 200, OL_STR("")) != OL_OK) {
        printf("the answer came too late\n");
    }
}

static void take_events(struct ol_agent *agent)
{
    struct ol_agent_event ev;
    while (ol_agent_next_event(agent, &ev)) {
        if (ev.kind == OL_AGENT_EVENT_STATE && ev.state.to == OL_AGENT_ONLINE) {
            printf("online\n");
        } else if (ev.kind == OL_AGENT_EVENT_STATE && ev.state.to == OL_AGENT_BACKOFF) {
            printf("%s; next try in %u s\n", ol_agent_cause_str(ev.state.cause),
                   (unsigned)ev.state.wait_ms / 1000);
        } else if (ev.kind == OL_AGENT_EVENT_REJECTED && ev.rejected.hint_count > 0) {
            printf("login refused: %s?\n", ol_agent_hint_str(ev.rejected.hints[0]));
        } else if (ev.kind == OL_AGENT_EVENT_DELIVERED) {
            printf("the platform stored values: %u\n", ev.delivered.count);
        } else if (ev.kind == OL_AGENT_EVENT_REFUSED) {
            printf("the platform refused a report: %d %.*s\n", (int)ev.refused.code,
                   (int)ev.refused.msg.len, ev.refused.msg.ptr);
        } else if (ev.kind == OL_AGENT_EVENT_SET && ev.set.handle != 0) {
            obey(agent, &ev);
        }
    }
}

int main(int argc, char **argv)
{
    static uint8_t rx[1024], tx[1024], queue[16384];
    static struct ol_agent_slot slots[PROPERTY_COUNT];
    static struct ol_agent_scratch scratch;
    static struct ol_posix_stream stream;
    static struct ol_posix_datagram datagram;
    static struct ol_posix_netif netif;
    static struct ol_agent agent;
    static char key[128];

    if (argc != 5 || fgets(key, sizeof key, stdin) == NULL) {
        fprintf(stderr, "usage: %s HOST PORT PRODUCT DEVICE < device-key\n", argv[0]);
        return 2;
    }
    key[strcspn(key, "\r\n")] = '\0';
    ol_posix_stream_init(&stream);
    ol_posix_datagram_init(&datagram);
    ol_posix_netif_init(&netif);
    struct ol_agent_config config = {
        .product_id = ol_str_from(argv[3]),
        .device_name = ol_str_from(argv[4]),
        .key = ol_str_from(key),
        .method = &ol_onenet_sha256,
        .host = ol_str_from(argv[1]),
        .port = (uint16_t)strtoul(argv[2], NULL, 10),
        .model = &model,
        .slots = slots,
        .slot_count = PROPERTY_COUNT,
        .stream = ol_posix_stream_link(&stream),
        .datagram = ol_posix_datagram_link(&datagram),
        .netif = ol_posix_netif_link(&netif),
        .entropy = ol_posix_entropy(),
        .rx = rx,
        .rx_cap = sizeof rx,
        .tx = tx,
        .tx_cap = sizeof tx,
        .queue = queue,
        .queue_cap = sizeof queue,
        .scratch = &scratch,
    };
    enum ol_agent_error error;
    if (ol_agent_init(&agent, &config, &error) != OL_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], ol_agent_error_str(error));
        return 2;
    }
    struct ol_clock clock = ol_posix_clock();
    ol_ms report_at = ol_posix_now_ms();
    ol_agent_open(&agent, report_at);
    for (;;) {
        ol_ms now = ol_posix_now_ms();
        ol_agent_step(&agent, now, clock.ops->wall(clock.ctx));
        take_events(&agent);
        if (now >= report_at) {
            report_load(&agent);
            report_at += 5000;
        }
        fflush(stdout);
        struct ol_posix_wait wait;
        ol_posix_wait_init(&wait);
        ol_posix_wait_add_stream(&wait, &stream, ol_agent_has_output(&agent));
        ol_posix_wait_add_datagram(&wait, &datagram, false);
        if (ol_posix_wait(&wait, ol_ms_min(ol_agent_deadline(&agent), report_at)) < 0) {
            return 1;
        }
    }
}
