/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_dhcp.h"
#include "onelink/agent/agent_private.h"

#include <string.h>

#define BIT(state) (1u << (state))

#define LOGIN_DOUBTS 3 /* rejections that are not believed */
#define LEAVE        (BIT(OL_AGENT_BACKOFF) | BIT(OL_AGENT_CLOSING) | BIT(OL_AGENT_CLOSED))

/* Where each state may lead. Every state from LINK on may fail and be closed. */
static const uint16_t next_states[] = {
    [OL_AGENT_CLOSED] = BIT(OL_AGENT_LINK),
    [OL_AGENT_LINK] = BIT(OL_AGENT_ADDRESS) | LEAVE,
    [OL_AGENT_ADDRESS] = BIT(OL_AGENT_CLOCK) | LEAVE,
    [OL_AGENT_CLOCK] = BIT(OL_AGENT_RESOLVE) | LEAVE,
    /* To itself: the next host. */
    [OL_AGENT_RESOLVE] = BIT(OL_AGENT_CONNECT) | BIT(OL_AGENT_RESOLVE) | LEAVE,
    /* To itself: the next address of the host. */
    [OL_AGENT_CONNECT] =
        BIT(OL_AGENT_LOGIN) | BIT(OL_AGENT_CONNECT) | BIT(OL_AGENT_RESOLVE) | LEAVE,
    [OL_AGENT_LOGIN] = BIT(OL_AGENT_SUBSCRIBE) | BIT(OL_AGENT_RESOLVE) |
                       BIT(OL_AGENT_BACKOFF) | BIT(OL_AGENT_CLOSING),
    [OL_AGENT_SUBSCRIBE] =
        BIT(OL_AGENT_ONLINE) | BIT(OL_AGENT_BACKOFF) | BIT(OL_AGENT_CLOSING),
    [OL_AGENT_ONLINE] = BIT(OL_AGENT_BACKOFF) | BIT(OL_AGENT_CLOSING),
    [OL_AGENT_BACKOFF] =
        BIT(OL_AGENT_LINK) | BIT(OL_AGENT_CLOSING) | BIT(OL_AGENT_CLOSED),
    [OL_AGENT_CLOSING] = BIT(OL_AGENT_CLOSED),
};

bool ol_agent_may_enter(enum ol_agent_state from, enum ol_agent_state to)
{
    return (next_states[from] & BIT(to)) != 0;
}

const char *ol_agent_state_str(enum ol_agent_state state)
{
    switch (state) {
    case OL_AGENT_CLOSED:
        return "closed";
    case OL_AGENT_LINK:
        return "link";
    case OL_AGENT_ADDRESS:
        return "address";
    case OL_AGENT_CLOCK:
        return "clock";
    case OL_AGENT_RESOLVE:
        return "resolve";
    case OL_AGENT_CONNECT:
        return "connect";
    case OL_AGENT_LOGIN:
        return "login";
    case OL_AGENT_SUBSCRIBE:
        return "subscribe";
    case OL_AGENT_ONLINE:
        return "online";
    case OL_AGENT_BACKOFF:
        return "back off";
    case OL_AGENT_CLOSING:
        return "closing";
    }
    return "unknown";
}

struct ol_agent_event *ol_agent_emit(struct ol_agent *a, enum ol_agent_event_kind kind)
{
    memset(&a->event, 0, sizeof a->event);
    a->event.kind = kind;
    a->has_event = true;
    return &a->event;
}

/* How long a state may last. The others wait for something that needs no deadline. */
static ol_ms state_limit(const struct ol_agent *a, enum ol_agent_state state,
                         uint32_t wait_ms)
{
    uint32_t connect_ms = a->config->connect_timeout_ms;
    uint32_t ms = 0;

    switch (state) {
    case OL_AGENT_RESOLVE:
        ms = OL_AGENT_RESOLVE_MS;
        break;
    case OL_AGENT_CONNECT:
        /* The stream keeps its own limit; this one is for a stream that does not. */
        ms = (connect_ms != 0 ? connect_ms : OL_AGENT_CONNECT_MS) +
             2 * OL_AGENT_LOGIN_SPACE_MS;
        break;
    case OL_AGENT_SUBSCRIBE:
        ms = OL_AGENT_SUBSCRIBE_MS;
        break;
    case OL_AGENT_BACKOFF:
        ms = wait_ms;
        break;
    case OL_AGENT_CLOSING:
        ms = OL_AGENT_GOODBYE_MS;
        break;
    default:
        return OL_NEVER;
    }
    return ol_agent_after(a, ms);
}

void ol_agent_enter(struct ol_agent *a, enum ol_agent_state to, enum ol_agent_cause cause,
                    uint32_t wait_ms)
{
    enum ol_agent_state from = (enum ol_agent_state)a->state;

    if (!ol_agent_may_enter(from, to)) {
        /* Our bug. Starting over is the way that is always there. */
        to = OL_AGENT_BACKOFF;
        cause = OL_AGENT_CAUSE_LOCAL;
        wait_ms = OL_BACKOFF_TOP_MS;
    }
    a->state = (uint8_t)to;
    a->state_until = state_limit(a, to, wait_ms);
    a->stream_opened = false;
    if (to == OL_AGENT_CLOCK) {
        ol_agent_clock_begin(a);
    } else if (to == OL_AGENT_ADDRESS && a->config->dhcp != NULL) {
        a->config->dhcp->ops->begin(a);
    }

    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_STATE);
    ev->state.from = from;
    ev->state.to = to;
    ev->state.cause = cause;
    ev->state.wait_ms = wait_ms;
}

void ol_agent_fail(struct ol_agent *a, enum ol_agent_cause cause)
{
    if (a->fail == OL_AGENT_CAUSE_NONE) {
        a->fail = (uint8_t)cause;
    }
}

int32_t ol_agent_random(struct ol_agent *a, uint32_t *out)
{
    return a->config->entropy.fill(a->config->entropy.ctx, out, sizeof *out);
}

uint32_t ol_agent_jitter(struct ol_agent *a)
{
    uint32_t random;

    if (ol_agent_random(a, &random) != OL_OK) {
        random = (uint32_t)a->now * 2654435761u; /* Knuth's multiplicative hash */
    }
    return random;
}

/* ---- Failing and coming back ---- */

/* The stream at once, and everything that lived in the connection. */
static void drop_connection(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;

    ol_agent_lookup_close(a);
    stream->ops->close(stream->ctx, a->now, a->now);
    ol_agent_online_end(a);
}

/* Closed soon after login, and not for the first time? Then somebody else may be logging in
 * under this name, docs/protocol.md §9. */
static enum ol_agent_cause judge_life(struct ol_agent *a, enum ol_agent_cause cause)
{
    if (a->state == OL_AGENT_CONNECT) {
        a->short_lives = 0; /* the platform is down: that explains the last end, too */
    }
    if (a->state != OL_AGENT_SUBSCRIBE && a->state != OL_AGENT_ONLINE) {
        return cause;
    }
    if ((cause != OL_AGENT_CAUSE_CLOSED && cause != OL_AGENT_CAUSE_RESET) ||
        a->now - a->login_done_at >= OL_AGENT_SHORT_LIFE_MS) {
        a->short_lives = 0;
        return cause;
    }
    if (a->short_lives < UINT8_MAX) {
        a->short_lives++;
    }
    return a->short_lives >= 2 ? OL_AGENT_CAUSE_TWIN : cause;
}

/* The candidate in use did not lead to a login. true: another one is tried at once. */
static bool try_next_candidate(struct ol_agent *a, enum ol_agent_cause cause)
{
    bool unreachable = a->state == OL_AGENT_CONNECT;

    if (unreachable && a->addr + 1 < a->addrs.addr_count) {
        a->addr++;
        ol_agent_enter(a, OL_AGENT_CONNECT, cause, 0);
        return true;
    }
    if (cause == OL_AGENT_CAUSE_REJECTED) {
        a->rejected++;
    } else if (cause != OL_AGENT_CAUSE_NO_HOST) {
        a->transient++;
    }
    a->host_tried++;
    if (a->host_tried >= ol_agent_host_count(a)) {
        return false;
    }
    if (++a->host >= ol_agent_host_count(a)) {
        a->host = 0;
    }
    ol_agent_enter(a, OL_AGENT_RESOLVE, cause, 0);
    return true;
}

/* DNS or login says no, or the way there is blocked: another host may do better. */
static bool is_about_host(const struct ol_agent *a, enum ol_agent_cause cause)
{
    return cause != OL_AGENT_CAUSE_LINK && cause != OL_AGENT_CAUSE_LOCAL &&
           (a->state == OL_AGENT_RESOLVE || a->state == OL_AGENT_CONNECT ||
            a->state == OL_AGENT_LOGIN);
}

/* The connection proved itself: the next one is not to be waited for long. A twin also lets
 * posts through, so delivering is no proof against it. */
static bool was_good(const struct ol_agent *a, enum ol_agent_cause cause)
{
    return a->state == OL_AGENT_ONLINE &&
           (a->now - a->online_at >= OL_AGENT_GOOD_LIFE_MS ||
            (a->has_delivered && cause != OL_AGENT_CAUSE_TWIN));
}

/* Every host that could be asked said no: waiting a minute will not change its mind. A cable that
 * was pulled between two hosts says nothing about the second; and a login may have been damaged
 * on its way, which is seen by trying again. */
static bool believes_rejection(struct ol_agent *a)
{
    if (a->rejected == 0 || a->transient > 0) {
        return false;
    }
    if (a->login_doubts == LOGIN_DOUBTS) {
        return true;
    }
    a->login_doubts++;
    return false;
}

static void recover(struct ol_agent *a)
{
    enum ol_agent_cause cause = judge_life(a, (enum ol_agent_cause)a->fail);

    bool about_host = is_about_host(a, cause);

    a->fail = OL_AGENT_CAUSE_NONE;
    drop_connection(a);
    if (cause == OL_AGENT_CAUSE_LINK && a->config->dhcp != NULL) {
        a->config->dhcp->ops->pause(a); /* the next cable may lead elsewhere */
    }
    if (about_host || cause == OL_AGENT_CAUSE_LINK || cause == OL_AGENT_CAUSE_ADDRESS) {
        a->addrs_until = 0; /* they did not help, or the network may be another */
    }
    if (about_host && try_next_candidate(a, cause)) {
        return;
    }
    /* A cable is waited for in LINK, and says nothing of a platform that was not asked. */
    if (was_good(a, cause) || cause == OL_AGENT_CAUSE_LINK) {
        ol_backoff_reset(&a->backoff);
    }
    uint32_t wait_ms = about_host && believes_rejection(a)
                           ? ol_backoff_rejected_ms(ol_agent_jitter(a))
                           : ol_backoff_next_ms(&a->backoff, ol_agent_jitter(a));
    ol_agent_enter(a, OL_AGENT_BACKOFF, cause, wait_ms);
}

/* ---- The states before there is a network ---- */

static bool link_is_up(const struct ol_agent *a)
{
    return a->config->netif.ops->is_link_up(a->config->netif.ctx);
}

static OL_AGENT_NOINLINE bool has_address(const struct ol_agent *a)
{
    struct ol_netif_config net;

    a->config->netif.ops->get_config(a->config->netif.ctx, &net);
    return net.address.family != OL_ADDR_NONE;
}

static bool link_run(struct ol_agent *a)
{
    if (a->now < a->poll_at) {
        return false;
    }
    if (!link_is_up(a)) {
        /* A switch that comes back brings many devices at once: spread them. */
        uint32_t spread = ol_backoff_scale(ol_agent_jitter(a), OL_AGENT_LOGIN_SPACE_MS);
        a->poll_at = ol_agent_after(a, OL_AGENT_POLL_MS);
        a->login_at = ol_agent_after(a, OL_AGENT_POLL_MS + spread);
        return false;
    }
    a->poll_at = a->now;
    ol_agent_enter(a, OL_AGENT_ADDRESS, OL_AGENT_CAUSE_NONE, 0);
    return true;
}

static bool address_run(struct ol_agent *a)
{
    if (a->now < a->poll_at) {
        return false;
    }
    if (!link_is_up(a)) {
        ol_agent_fail(a, OL_AGENT_CAUSE_LINK);
        return true;
    }
    /* From the system, the application or the DHCP client, which is pumped with the rest. */
    if (!has_address(a)) {
        a->poll_at = ol_agent_after(a, OL_AGENT_POLL_MS);
        return false;
    }
    a->poll_at = ol_agent_after(a, OL_AGENT_LINK_MS);
    ol_agent_enter(a, OL_AGENT_CLOCK, OL_AGENT_CAUSE_NONE, 0);
    return true;
}

/* In the states after ADDRESS: is the cable still in? */
static bool watch_link(struct ol_agent *a)
{
    if (a->now < a->poll_at) {
        return false;
    }
    a->poll_at = ol_agent_after(a, OL_AGENT_LINK_MS);
    if (link_is_up(a)) {
        return false;
    }
    ol_agent_fail(a, OL_AGENT_CAUSE_LINK);
    return true;
}

/* From the cable on, and with the candidate that is the best as far as is known. */
static void begin_round(struct ol_agent *a)
{
    a->host = a->host_first;
    a->host_tried = 0;
    a->rejected = 0;
    a->transient = 0;
    a->addr = 0;
    a->poll_at = a->now;
    ol_agent_enter(a, OL_AGENT_LINK, OL_AGENT_CAUSE_NONE, 0);
}

static bool backoff_run(struct ol_agent *a)
{
    if (a->now < a->state_until) {
        return false;
    }
    begin_round(a);
    return true;
}

/* ---- Goodbye ---- */

/* After the connection, which needs the address. true: nothing is left to give back. */
static bool leave_network(struct ol_agent *a)
{
    const struct ol_agent_dhcp *dhcp = a->config->dhcp;

    if (dhcp == NULL) {
        return true;
    }
    dhcp->ops->end(a);
    if (!dhcp->ops->is_done(a) && a->now < a->state_until) {
        return false;
    }
    dhcp->ops->pause(a);
    return true;
}

static bool closing_run(struct ol_agent *a)
{
    const struct ol_stream *stream = &a->config->stream;
    size_t left = 0;

    stream->ops->step(stream->ctx, a->now);
    if (ol_agent_flush(a)) {
        return true;
    }
    (void)ol_mqtt_client_output(&a->mqtt, &left);
    int32_t status = stream->ops->state(stream->ctx);
    bool over = a->now >= a->state_until;
    if (status == OL_OK && left == 0 && !a->stream_opened) {
        a->stream_opened = true; /* here: its closing has begun */
        stream->ops->close(stream->ctx, a->now, a->state_until);
        status = stream->ops->state(stream->ctx);
    }
    if (!over && (status == OL_OK || status == OL_E_AGAIN)) {
        return false;
    }
    drop_connection(a);
    if (!leave_network(a)) {
        return false;
    }
    ol_agent_enter(a, OL_AGENT_CLOSED, OL_AGENT_CAUSE_NONE, 0);
    return true;
}

/* ---- The loop ---- */

/* The clients that run beside whatever the state does. */
static bool pump_clients(struct ol_agent *a)
{
    bool has_moved = a->config->dhcp != NULL && a->config->dhcp->ops->pump(a);

    return (!a->has_event && ol_agent_clock_pump(a)) || has_moved;
}

static bool run_state(struct ol_agent *a)
{
    if (a->state > OL_AGENT_ADDRESS && a->state < OL_AGENT_BACKOFF && watch_link(a)) {
        return true;
    }
    switch ((enum ol_agent_state)a->state) {
    case OL_AGENT_LINK:
        return link_run(a);
    case OL_AGENT_ADDRESS:
        return address_run(a);
    case OL_AGENT_CLOCK:
        return ol_agent_clock_run(a);
    case OL_AGENT_RESOLVE:
        return ol_agent_resolve_run(a);
    case OL_AGENT_CONNECT:
        return ol_agent_connect_run(a);
    case OL_AGENT_LOGIN:
    case OL_AGENT_SUBSCRIBE:
    case OL_AGENT_ONLINE:
        return ol_agent_online_run(a);
    case OL_AGENT_BACKOFF:
        return backoff_run(a);
    case OL_AGENT_CLOSING:
        return closing_run(a);
    case OL_AGENT_CLOSED:
        break;
    }
    return false;
}

/* Works until there is an event or nothing to do. A peer that sends without end does not
 * keep the caller in here. */
static void advance(struct ol_agent *a)
{
    a->is_busy = false;
    for (unsigned turn = 0; !a->has_event; turn++) {
        if (turn == OL_AGENT_TURNS_MAX) {
            a->is_busy = true;
            return;
        }
        if (a->full_event) {
            a->full_event = false;
            (void)ol_agent_emit(a, OL_AGENT_EVENT_FULL);
            continue;
        }
        if (a->fail != OL_AGENT_CAUSE_NONE) {
            recover(a);
            continue;
        }
        bool has_moved = pump_clients(a);
        if (!a->has_event && !run_state(a) && !has_moved) {
            return;
        }
    }
}

void ol_agent_open(struct ol_agent *a, ol_ms now)
{
    if (a->state != OL_AGENT_CLOSED) {
        return;
    }
    a->now = now;
    a->fail = OL_AGENT_CAUSE_NONE;
    if (ol_onenet_device_pending_count(&a->device) == 0) {
        /* A start that differs from run to run: a reply to the last run's posts is no reply
         * to one of this run. 13 digits are 4.3e9 * 2048 and some. */
        a->device.next_id = (uint64_t)ol_agent_jitter(a) * 2048 + 1;
    }
    begin_round(a);
}

void ol_agent_close(struct ol_agent *a, ol_ms now)
{
    a->now = now;
    if (a->state == OL_AGENT_CLOSED || a->state == OL_AGENT_CLOSING) {
        return;
    }
    a->fail = OL_AGENT_CAUSE_NONE;
    ol_agent_clock_pause(a);
    if (a->state >= OL_AGENT_LOGIN && a->state <= OL_AGENT_ONLINE) {
        (void)(ol_mqtt_client_disconnect(&a->mqtt) == OL_OK);
        ol_agent_enter(a, OL_AGENT_CLOSING, OL_AGENT_CAUSE_NONE, 0);
        return;
    }
    drop_connection(a);
    ol_agent_enter(a, a->config->dhcp != NULL ? OL_AGENT_CLOSING : OL_AGENT_CLOSED,
                   OL_AGENT_CAUSE_NONE, 0);
}

void ol_agent_step(struct ol_agent *a, ol_ms now, struct ol_wall_time wall)
{
    a->now = now;
    a->wall = wall;
    ol_agent_sample_clock(a);
    advance(a);
}

bool ol_agent_next_event(struct ol_agent *a, struct ol_agent_event *ev)
{
    if (!a->has_event) {
        advance(a);
    }
    if (!a->has_event) {
        return false;
    }
    *ev = a->event;
    a->has_event = false;
    return true;
}

static void lower(ol_ms *at, ol_ms other)
{
    *at = ol_ms_min(*at, other);
}

/* The connection's. In CLOSING the client's time does not pass any more. */
static void lower_by_connection(const struct ol_agent *a, ol_ms *at)
{
    const struct ol_stream *stream = &a->config->stream;

    lower(at, stream->ops->deadline(stream->ctx));
    if (a->state != OL_AGENT_CLOSING) {
        lower(at, ol_mqtt_client_deadline(&a->mqtt));
    }
    if (a->state == OL_AGENT_CONNECT && !a->stream_opened) {
        lower(at, a->login_at);
    }
    if (a->state == OL_AGENT_ONLINE) {
        lower(at, ol_onenet_device_deadline(&a->device));
        lower(at, ol_agent_post_deadline(a));
        lower(at, ol_agent_command_deadline(a));
    }
}

ol_ms ol_agent_deadline(const struct ol_agent *a)
{
    if (a->has_event || a->full_event || a->is_busy || a->fail != OL_AGENT_CAUSE_NONE) {
        return a->now;
    }
    if (a->state == OL_AGENT_CLOSED) {
        return OL_NEVER;
    }
    ol_ms at = a->state_until;
    lower(&at, ol_agent_clock_deadline(a));
    if (a->config->dhcp != NULL) {
        lower(&at, a->config->dhcp->ops->deadline(a));
    }
    if (a->state < OL_AGENT_BACKOFF) { /* the last two do not look at the cable */
        lower(&at, a->poll_at);
    }
    if (a->state == OL_AGENT_CLOCK || a->state == OL_AGENT_RESOLVE) {
        lower(&at, ol_agent_date_deadline(a));
        if (a->dns_running) {
            lower(&at, ol_dns_deadline(&a->dns));
        }
    }
    if (a->state >= OL_AGENT_CONNECT && a->state != OL_AGENT_BACKOFF) {
        lower_by_connection(a, &at);
    }
    return at;
}

bool ol_agent_has_output(struct ol_agent *a)
{
    size_t len = 0;

    (void)ol_mqtt_client_output(&a->mqtt, &len);
    return len > 0 || ol_agent_date_has_output(a);
}

enum ol_agent_state ol_agent_get_state(const struct ol_agent *a)
{
    return (enum ol_agent_state)a->state;
}

const struct ol_agent_stats *ol_agent_get_stats(const struct ol_agent *a)
{
    return &a->stats;
}

uint32_t ol_agent_get_waiting(const struct ol_agent *a)
{
    return ol_queue_pending(&a->queue);
}
