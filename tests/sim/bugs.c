/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"
#include "onelink/wiznet/w5500_private.h"
#include "tests/sim/board.h"

const char *sim_bug_str(enum sim_bug bug)
{
    static const char *const names[SIM_BUG_COUNT] = {
        "none",    "puback",    "forget", "new-times", "one-time", "haste",  "deaf",
        "patient", "overwrite", "lease",  "no-look",   "untold",   "amnesia"};

    return names[bug];
}

/* Puts all records in `from` into another state or time. */
static void change_records(struct ol_agent *a, enum ol_queue_state from,
                           enum ol_queue_state to, int64_t shift_ms)
{
    struct ol_queue_record r;
    uint32_t at = 0;

    for (uint32_t pos = 0; ol_queue_next(&a->queue, &pos, &r); at = pos) {
        if (r.state == from) {
            r.state = (uint8_t)to;
            r.time_ms += shift_ms;
            ol_queue_set(&a->queue, at, &r);
        }
    }
}

static void drop_oldest(struct ol_agent *a)
{
    struct ol_queue_record r;
    uint32_t pos = 0;

    while (a->queue.len > a->queue.cap / 2) {
        uint32_t at = pos;
        if (!ol_queue_next(&a->queue, &pos, &r)) {
            return;
        }
        if (r.state == OL_QUEUE_WAITING) {
            r.state = OL_QUEUE_DEAD;
            ol_queue_set(&a->queue, at, &r);
            return;
        }
    }
}

static void forget_to_look(struct sim_world *w, struct sim_board *b)
{
    if (b->driver.state == STATE_UP &&
        ol_agent_get_state(&w->agent) >= OL_AGENT_CONNECT) {
        b->driver.next_at = (uint32_t)w->clock.now + 1000;
        b->tcp.socket.look_at = 0;
    }
}

static void forget_address(struct sim_board *b)
{
    if (b->driver.state != STATE_UP) {
        memset(b->driver.common + COMMON_SIPR, 0, 4);
    }
}

void sim_bug_before(struct sim_world *w)
{
    struct ol_agent *a = &w->agent;
    struct sim_board *b = sim_board_of(w);

    switch (w->bug) {
    case SIM_BUG_HASTE:
        a->post_at = 0;
        a->login_at = 0;
        if (a->state == OL_AGENT_BACKOFF) {
            a->state_until = 0;
        }
        break;
    case SIM_BUG_DEAF:
        for (size_t i = 0; i < OL_AGENT_COMMANDS_MAX; i++) {
            a->commands[i].deadline = OL_NEVER;
        }
        break;
    case SIM_BUG_PATIENT:
        a->mqtt.wait_at = OL_NEVER;
        break;
    case SIM_BUG_OVERWRITE:
        drop_oldest(a);
        break;
    case SIM_BUG_LEASE:
        if (ol_dhcp_get_lease(&b->dhcp.engine, NULL) != NULL) {
            b->dhcp.engine.end_at = OL_NEVER;
            b->dhcp.engine.deadline_ms = OL_NEVER;
        }
        break;
    case SIM_BUG_NO_LOOK:
        forget_to_look(w, b);
        break;
    case SIM_BUG_UNTOLD:
        b->tcp.socket.rx_told = b->tcp.socket.rx_rd;
        break;
    case SIM_BUG_AMNESIA:
        forget_address(b);
        break;
    default:
        break;
    }
}

static void take_puback_for_delivery(struct sim_world *w)
{
    struct ol_agent *a = &w->agent;
    uint8_t in_flight = ol_mqtt_client_get_in_flight(&a->mqtt);

    for (size_t i = 0; w->in_flight > in_flight && i < OL_ONENET_PENDING_MAX; i++) {
        const struct ol_onenet_device_event reply = {
            .kind = OL_ONENET_DEVICE_REPLY,
            .topic = {.kind = OL_ONENET_TOPIC_PROPERTY_POST_REPLY},
            .post_id = a->posts[i].id,
            .reply = {.code = 200}};
        if (a->state == OL_AGENT_ONLINE && a->posts[i].sent && a->posts[i].id != 0) {
            (void)ol_agent_post_reply(a, &reply);
            break;
        }
    }
    w->in_flight = in_flight;
}

void sim_bug_after(struct sim_world *w)
{
    struct ol_agent *a = &w->agent;
    bool is_down = a->state == OL_AGENT_BACKOFF;

    if (w->bug == SIM_BUG_PUBACK) {
        take_puback_for_delivery(w);
    } else if (w->bug == SIM_BUG_FORGET && is_down) {
        change_records(a, OL_QUEUE_POSTED, OL_QUEUE_DEAD, 0);
        for (size_t i = 0; i < OL_ONENET_PENDING_MAX; i++) {
            a->posts[i].id = 0;
        }
    } else if (w->bug == SIM_BUG_NEW_TIMES && is_down) {
        change_records(a, OL_QUEUE_POSTED, OL_QUEUE_POSTED, 4);
    }
}
