/* SPDX-License-Identifier: MIT */
#include "onelink/net/dhcp.h"

#include <string.h>

#include "onelink/net/dice.h"

#define TRY_MS       4000U /* doubling to 64 s, RFC 2131 4.1 */
#define DOUBLINGS    4
#define ROUND_TRIES  4 /* REQUESTs for one offer, then from the beginning */
#define REBOOT_TRIES 2
#define LINGER_MS    300U   /* for the interface to find the server and send */
#define DECLINE_MS   10000U /* RFC 2131 3.1 5 */
#define AGAIN_MS     60000U /* least distance while renewing, RFC 2131 4.4.5 */

/* Every function that is told the time keeps it in d->now for all that follows from it. */

/* How long to wait for an answer, a second shorter to a second longer. */
static OL_NOINLINE uint32_t try_ms(struct ol_dhcp *d, unsigned tries)
{
    uint32_t ms = TRY_MS << (tries < DOUBLINGS ? tries : DOUBLINGS);

    return ms - 1000 + ((ol_net_dice(&d->random) >> 16) * 2001 >> 16);
}

static void tell(struct ol_dhcp *d, enum ol_dhcp_event_kind kind)
{
    d->events |= (uint8_t)(1U << kind);
}

int32_t ol_dhcp_init(struct ol_dhcp *d, const struct ol_dhcp_config *config)
{
    static const uint8_t zero[6];

    memset(d, 0, sizeof *d);
    if ((config->mac[0] & 1U) != 0 || memcmp(config->mac, zero, sizeof zero) == 0 ||
        config->hostname.len > 63) {
        return OL_E_ARG;
    }
    d->config = *config;
    d->deadline_ms = OL_NEVER;
    return OL_OK;
}

/* ---- Asking ---- */

static void enter(struct ol_dhcp *d, enum ol_dhcp_state state)
{
    d->state = (uint8_t)state;
    d->tries = 0;
    d->has_output = false;
}

static void wait_for(struct ol_dhcp *d, uint32_t ms)
{
    d->deadline_ms = ol_ms_add(d->now, ms);
}

/* Sends, the first time in this state or again. */
static void ask(struct ol_dhcp *d)
{
    d->has_output = true;
    d->asked_at = d->now;
    wait_for(d, try_ms(d, d->tries));
    if (d->tries < UINT8_MAX) {
        d->tries++;
    }
}

/* A transaction of its own, so that a late answer to the last one is none to this. */
static void begin(struct ol_dhcp *d, enum ol_dhcp_state state)
{
    if (state != OL_DHCP_REBINDING) { /* which goes on with what RENEWING began */
        d->began_at = d->now;
    }
    enter(d, state);
    d->xid = ol_net_dice(&d->random);
    ask(d);
}

static void discover(struct ol_dhcp *d)
{
    begin(d, OL_DHCP_SELECTING);
}

static OL_NOINLINE void lose(struct ol_dhcp *d)
{
    if (d->in_force) {
        d->in_force = false;
        tell(d, OL_DHCP_EVENT_LOST);
    }
    d->end_at = 0;
}

/* From the beginning, without the address; refusals in a row make it wait. */
static void begin_anew(struct ol_dhcp *d, uint32_t wait_ms)
{
    lose(d);
    enter(d, OL_DHCP_INIT);
    if (d->naks > 0) {
        uint32_t more = try_ms(d, d->naks - 1U);
        wait_ms = more > wait_ms ? more : wait_ms;
    }
    if (d->naks < UINT8_MAX) {
        d->naks++;
    }
    wait_for(d, wait_ms);
    if (wait_ms == 0) {
        discover(d);
    }
}

void ol_dhcp_open(struct ol_dhcp *d, uint32_t random, ol_ms now)
{
    d->now = now;
    d->random = random;
    d->naks = 0;
    d->events = 0;
    d->in_force = false;
    d->declining = false;
    d->is_silent = false;
    d->wanted = d->end_at > now ? d->lease.address : d->config.last;
    begin(d, d->wanted.family == OL_ADDR_IPV4 ? OL_DHCP_REBOOTING : OL_DHCP_SELECTING);
}

void ol_dhcp_close(struct ol_dhcp *d)
{
    enter(d, OL_DHCP_CLOSED);
    d->in_force = false;
    d->events = 0;
    d->deadline_ms = OL_NEVER;
}

void ol_dhcp_release(struct ol_dhcp *d, ol_ms now)
{
    bool has_address = d->in_force;

    d->now = now;
    ol_dhcp_close(d);
    if (has_address) {
        d->server = d->lease.server;
        begin(d, OL_DHCP_RELEASING);
    }
    d->end_at = 0;
}

/* ---- A granted address ---- */

static OL_NOINLINE void probe(struct ol_dhcp *d)
{
    enter(d, OL_DHCP_PROBING);
    d->deadline_ms = d->in_force ? d->end_at : OL_NEVER;
    tell(d, OL_DHCP_EVENT_PROBE);
}

static ol_ms after(ol_ms at, uint32_t seconds)
{
    return seconds == OL_DHCP_FOREVER ? OL_NEVER : ol_ms_add(at, ol_ms_from_s(seconds));
}

/* d->next is the lease from now on. */
static void bind(struct ol_dhcp *d)
{
    d->lease = d->next;
    d->lease_at = d->asked_at;
    d->end_at = after(d->lease_at, d->lease.lease_s);
    d->in_force = true;
    d->naks = 0;
    d->is_silent = false;
    enter(d, OL_DHCP_BOUND);
    d->deadline_ms = after(d->lease_at, d->lease.renew_s);
    if (d->deadline_ms <= d->now) {
        wait_for(d, TRY_MS); /* nobody confirmed it, and it is past T1 */
    }
    d->deadline_ms = ol_ms_min(d->deadline_ms, d->end_at);
    tell(d, OL_DHCP_EVENT_BOUND);
}

void ol_dhcp_probe_done(struct ol_dhcp *d, bool is_taken, ol_ms now)
{
    d->now = now;
    if (d->state != OL_DHCP_PROBING) {
        return;
    }
    if (!is_taken && after(d->asked_at, d->next.lease_s) > now) {
        bind(d);
        return;
    }
    begin_anew(d, DECLINE_MS);
    if (is_taken) {
        tell(d, OL_DHCP_EVENT_TAKEN);
        d->wanted = d->next.address;
        d->server = d->next.server;
        d->declining = true;
        d->has_output = true;
    }
}

/* RFC 2131 4.4.5: half and seven eighths where the server does not say otherwise, or says
 * what cannot be. */
static void set_times(struct ol_dhcp_lease *lease)
{
    uint32_t end = lease->lease_s;

    if (end == OL_DHCP_FOREVER) {
        lease->renew_s = OL_DHCP_FOREVER;
        lease->rebind_s = OL_DHCP_FOREVER;
        return;
    }
    if (lease->rebind_s == 0 || lease->rebind_s >= end) {
        lease->rebind_s = end - end / 8;
    }
    if (lease->renew_s == 0 || lease->renew_s >= lease->rebind_s) {
        lease->renew_s =
            lease->rebind_s > end / 2 ? end / 2 : lease->rebind_s - lease->rebind_s / 2;
    }
}

static void take_ack(struct ol_dhcp *d)
{
    set_times(&d->next);
    if (d->in_force && ol_addr_same_host(&d->lease.address, &d->next.address)) {
        bind(d);
    } else {
        probe(d);
    }
}

/* ---- Answers ---- */

static void take_offer(struct ol_dhcp *d)
{
    d->wanted = d->next.address;
    d->server = d->next.server;
    enter(d, OL_DHCP_REQUESTING);
    ask(d); /* the same transaction, RFC 2131 4.4.1 */
}

static void take_nak(struct ol_dhcp *d)
{
    tell(d, OL_DHCP_EVENT_REFUSED);
    d->config.last.family = OL_ADDR_NONE;
    begin_anew(d, 0);
}

/* The state is one of a set, each 1 << enum ol_dhcp_state. */
static bool is_in(const struct ol_dhcp *d, unsigned states)
{
    return (states >> d->state & 1U) != 0;
}

#define AWAITING_ACK                                                                     \
    (1U << OL_DHCP_REQUESTING | 1U << OL_DHCP_REBOOTING | 1U << OL_DHCP_RENEWING |       \
     1U << OL_DHCP_REBINDING)
#define AWAITING (AWAITING_ACK | 1U << OL_DHCP_SELECTING)

bool ol_dhcp_input(struct ol_dhcp *d, const struct ol_addr *from, const void *data,
                   size_t len, ol_ms now)
{
    d->now = now;
    if (from->port != OL_DHCP_SERVER_PORT || d->has_output || !is_in(d, AWAITING)) {
        return false;
    }
    int32_t type = ol_dhcp_answer_decode(data, len, d->xid, d->config.mac, &d->next);
    bool is_offer = type == OL_DHCP_OFFER;
    if (type < 0 || is_offer != (d->state == OL_DHCP_SELECTING)) {
        return false;
    }
    /* Of the server that we speak to; of any one where all were asked. */
    if (is_in(d, 1U << OL_DHCP_REQUESTING | 1U << OL_DHCP_RENEWING) &&
        !ol_addr_same_host(&d->next.server, &d->server)) {
        return false;
    }
    if (is_offer) {
        take_offer(d);
    } else if (type == OL_DHCP_NAK) {
        take_nak(d);
    } else {
        take_ack(d);
    }
    return true;
}

/* ---- Time ---- */

static OL_NOINLINE void be_silent(struct ol_dhcp *d)
{
    if (!d->is_silent) {
        d->is_silent = true;
        tell(d, OL_DHCP_EVENT_SILENT);
    }
}

/* Nobody knows our address any more, or nobody is there. A lease that runs is still ours,
 * RFC 2131 3.2 4. */
static void give_up(struct ol_dhcp *d)
{
    be_silent(d);
    if (d->state == OL_DHCP_REBOOTING) {
        d->config.last.family = OL_ADDR_NONE;
        if (d->end_at > d->now) {
            d->next = d->lease;
            d->asked_at = d->lease_at;
            probe(d);
            return;
        }
    }
    discover(d);
}

/* BOUND, RENEWING and REBINDING, at their deadline. The next one is after half of what is left,
 * but not more often than once a minute, RFC 2131 4.4.5. */
static void keep(struct ol_dhcp *d)
{
    ol_ms until = after(d->lease_at, d->lease.rebind_s);
    enum ol_dhcp_state state = OL_DHCP_RENEWING;

    if (d->now >= d->end_at) {
        lose(d);
        discover(d);
        return;
    }
    if (d->now >= until) {
        until = d->end_at;
        state = OL_DHCP_REBINDING;
    }
    if (d->state != state) {
        d->server = d->lease.server;
        begin(d, state);
    } else {
        ask(d);
        be_silent(d);
    }
    ol_ms half = (until - d->now) / 2;
    ol_ms wait_ms = half > AGAIN_MS ? half : AGAIN_MS;
    d->deadline_ms = ol_ms_min(ol_ms_add(d->now, wait_ms), until);
}

void ol_dhcp_step(struct ol_dhcp *d, ol_ms now)
{
    d->now = now;
    if (now < d->deadline_ms) {
        return;
    }
    switch ((enum ol_dhcp_state)d->state) {
    case OL_DHCP_INIT:
        d->declining = false;
        discover(d);
        break;
    case OL_DHCP_SELECTING:
        be_silent(d);
        ask(d);
        break;
    case OL_DHCP_REQUESTING:
    case OL_DHCP_REBOOTING:
        if (d->tries < (d->state == OL_DHCP_REBOOTING ? REBOOT_TRIES : ROUND_TRIES)) {
            ask(d);
        } else {
            give_up(d);
        }
        break;
    case OL_DHCP_BOUND:
    case OL_DHCP_RENEWING:
    case OL_DHCP_REBINDING:
        keep(d);
        break;
    case OL_DHCP_RELEASING:
        ol_dhcp_close(d);
        break;
    case OL_DHCP_PROBING: /* another address, and the one in force ends */
        lose(d);
        d->deadline_ms = OL_NEVER;
        break;
    case OL_DHCP_CLOSED:
        break;
    }
}

/* ---- To the caller ---- */

bool ol_dhcp_next_event(struct ol_dhcp *d, struct ol_dhcp_event *ev)
{
    for (unsigned kind = 0; kind < OL_DHCP_EVENT_COUNT; kind++) {
        unsigned bit = 1U << kind;
        if ((d->events & bit) != 0) {
            d->events &= (uint8_t)~bit;
            ev->kind = (enum ol_dhcp_event_kind)kind;
            ev->lease = kind == OL_DHCP_EVENT_BOUND ? &d->lease : &d->next;
            return true;
        }
    }
    return false;
}

bool ol_dhcp_is_busy(const struct ol_dhcp *d)
{
    return d->has_output || is_in(d, AWAITING | 1U << OL_DHCP_RELEASING);
}

bool ol_dhcp_has_output(const struct ol_dhcp *d)
{
    return d->has_output;
}

/* RFC 2131 4.3.6, table 4, and 4.4.4, table 5. */
static void fill(const struct ol_dhcp *d, struct ol_dhcp_request *r)
{
    r->type = OL_DHCP_REQUEST;
    if (d->declining) {
        r->type = OL_DHCP_DECLINE;
    } else if (d->state == OL_DHCP_SELECTING) {
        r->type = OL_DHCP_DISCOVER;
        return;
    } else if (d->state == OL_DHCP_RELEASING) {
        r->type = OL_DHCP_RELEASE;
    }
    if (d->state > OL_DHCP_BOUND) {
        r->client = &d->lease.address;
    } else {
        r->requested = &d->wanted;
    }
    if (d->declining || is_in(d, 1U << OL_DHCP_REQUESTING | 1U << OL_DHCP_RELEASING)) {
        r->server = &d->server;
    }
}

/* Whole seconds, to a thousandth, in 32 bits and without a division. */
static uint16_t seconds_since(ol_ms at, ol_ms now)
{
    ol_ms ms = now - at;

    return ms >= UINT16_MAX * 1000U ? UINT16_MAX
                                    : (uint16_t)(((uint32_t)ms >> 4) * 1048 >> 16);
}

int32_t ol_dhcp_output(const struct ol_dhcp *d, void *buf, size_t cap, struct ol_addr *to,
                       ol_ms now)
{
    static const uint8_t broadcast[4] = {255, 255, 255, 255};
    struct ol_dhcp_request request = {.xid = d->xid,
                                      .secs = seconds_since(d->began_at, now),
                                      .mac = d->config.mac,
                                      .hostname = d->config.hostname};

    if (!d->has_output) {
        return 0;
    }
    fill(d, &request);
    bool is_unicast = is_in(d, 1U << OL_DHCP_RENEWING | 1U << OL_DHCP_RELEASING);
    ol_addr_set_ipv4(to, is_unicast ? d->server.bytes : broadcast, OL_DHCP_SERVER_PORT);
    return ol_dhcp_request_encode(&request, buf, cap);
}

void ol_dhcp_output_done(struct ol_dhcp *d, ol_ms now)
{
    d->now = now;
    d->has_output = false;
    d->declining = false;
    if (d->state == OL_DHCP_RELEASING) {
        wait_for(d, LINGER_MS);
    } else if (is_in(d, AWAITING)) {
        d->asked_at = now;
    }
}

ol_ms ol_dhcp_deadline(const struct ol_dhcp *d)
{
    return d->deadline_ms;
}

enum ol_dhcp_state ol_dhcp_get_state(const struct ol_dhcp *d)
{
    return (enum ol_dhcp_state)d->state;
}

const struct ol_dhcp_lease *ol_dhcp_get_lease(const struct ol_dhcp *d, ol_ms *end_at)
{
    if (end_at != NULL) {
        *end_at = d->end_at;
    }
    return d->in_force ? &d->lease : NULL;
}
