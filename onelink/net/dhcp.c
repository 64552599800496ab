/* SPDX-License-Identifier: MIT */
#include "onelink/net/dhcp.h"

#include <string.h>

#define TRY_MS       4000U /* doubling to 64 s, RFC 2131 4.1 */
#define DOUBLINGS    4
#define ROUND_TRIES  4 /* REQUESTs for one offer, then from the beginning */
#define REBOOT_TRIES 2
#define LINGER_MS    300U   /* for the interface to find the server and send */
#define DECLINE_MS   10000U /* RFC 2131 3.1 5 */
#define AGAIN_MS     60000U /* least distance while renewing, RFC 2131 4.4.5 */

static uint32_t dice(struct ol_dhcp *d)
{
    /* Marsaglia's xorshift: jitter needs no more. */
    d->random ^= d->random << 13;
    d->random ^= d->random >> 17;
    d->random ^= d->random << 5;
    return d->random;
}

/* A second shorter to a second longer. */
static uint32_t jittered(struct ol_dhcp *d, uint32_t ms)
{
    return ms - 1000 + dice(d) % 2001;
}

static uint32_t try_ms(struct ol_dhcp *d, unsigned tries)
{
    return jittered(d, TRY_MS << (tries < DOUBLINGS ? tries : DOUBLINGS));
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
}

static void send(struct ol_dhcp *d, ol_ms now, uint32_t wait_ms)
{
    d->has_output = true;
    d->asked_at = now;
    d->deadline_ms = ol_ms_add(now, wait_ms);
    if (d->tries < UINT8_MAX) {
        d->tries++;
    }
}

/* A transaction of its own, so that a late answer to the last one is none to this. */
static void begin(struct ol_dhcp *d, enum ol_dhcp_state state)
{
    enter(d, state);
    d->xid = dice(d);
}

static void discover(struct ol_dhcp *d, ol_ms now)
{
    d->began_at = now;
    begin(d, OL_DHCP_SELECTING);
    send(d, now, try_ms(d, 0));
}

static void lose(struct ol_dhcp *d)
{
    if (d->in_force) {
        d->in_force = false;
        tell(d, OL_DHCP_EVENT_LOST);
    }
    d->end_at = 0;
}

/* From the beginning, without the address; refusals in a row make it wait. */
static void begin_anew(struct ol_dhcp *d, ol_ms now, uint32_t wait_ms)
{
    lose(d);
    d->has_output = false;
    if (d->naks < UINT8_MAX) {
        d->naks++;
    }
    if (d->naks > 1) {
        uint32_t more = try_ms(d, d->naks - 2U);
        wait_ms = more > wait_ms ? more : wait_ms;
    }
    enter(d, OL_DHCP_INIT);
    d->deadline_ms = ol_ms_add(now, wait_ms);
    ol_dhcp_step(d, now);
}

void ol_dhcp_open(struct ol_dhcp *d, uint32_t random, ol_ms now)
{
    bool has_lease = d->end_at > now;

    d->random = random != 0 ? random : 1;
    d->naks = 0;
    d->events = 0;
    d->in_force = false;
    d->declining = false;
    d->is_silent = false;
    d->wanted = has_lease ? d->lease.address : d->config.last;
    if (d->wanted.family != OL_ADDR_IPV4) {
        discover(d, now);
        return;
    }
    d->began_at = now;
    begin(d, OL_DHCP_REBOOTING);
    send(d, now, try_ms(d, 0));
}

void ol_dhcp_close(struct ol_dhcp *d)
{
    enter(d, OL_DHCP_CLOSED);
    d->has_output = false;
    d->in_force = false;
    d->events = 0;
    d->deadline_ms = OL_NEVER;
}

void ol_dhcp_release(struct ol_dhcp *d, ol_ms now)
{
    bool has_address = d->in_force;

    ol_dhcp_close(d);
    if (has_address) {
        d->began_at = now;
        begin(d, OL_DHCP_RELEASING);
        send(d, now, TRY_MS);
    }
    d->end_at = 0;
}

/* ---- A granted address ---- */

static void probe(struct ol_dhcp *d)
{
    enter(d, OL_DHCP_PROBING);
    d->has_output = false;
    d->deadline_ms = d->in_force ? d->end_at : OL_NEVER;
    tell(d, OL_DHCP_EVENT_PROBE);
}

static ol_ms after(ol_ms at, uint32_t seconds)
{
    return seconds == OL_DHCP_FOREVER ? OL_NEVER : ol_ms_add(at, (ol_ms)seconds * 1000);
}

/* d->next is the lease from now on. */
static void bind(struct ol_dhcp *d, ol_ms now)
{
    d->lease = d->next;
    d->lease_at = d->asked_at;
    d->end_at = after(d->lease_at, d->lease.lease_s);
    d->rebind_at = after(d->lease_at, d->lease.rebind_s);
    d->in_force = true;
    d->naks = 0;
    d->is_silent = false;
    d->has_output = false;
    enter(d, OL_DHCP_BOUND);
    d->deadline_ms = after(d->lease_at, d->lease.renew_s);
    if (d->deadline_ms <= now) {
        d->deadline_ms =
            ol_ms_add(now, TRY_MS); /* nobody confirmed it, and it is past T1 */
    }
    d->deadline_ms = ol_ms_min(d->deadline_ms, d->end_at);
    tell(d, OL_DHCP_EVENT_BOUND);
}

void ol_dhcp_probe_done(struct ol_dhcp *d, bool is_taken, ol_ms now)
{
    if (d->state != OL_DHCP_PROBING) {
        return;
    }
    if (!is_taken && after(d->asked_at, d->next.lease_s) > now) {
        bind(d, now);
        return;
    }
    begin_anew(d, now, DECLINE_MS);
    if (is_taken) {
        tell(d, OL_DHCP_EVENT_TAKEN);
        d->wanted = d->next.address;
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

static void take_ack(struct ol_dhcp *d, ol_ms now)
{
    set_times(&d->next);
    if (d->in_force && ol_addr_same_host(&d->lease.address, &d->next.address)) {
        bind(d, now);
    } else {
        probe(d);
    }
}

/* ---- Answers ---- */

static void take_offer(struct ol_dhcp *d, ol_ms now)
{
    d->wanted = d->next.address;
    d->server = d->next.server;
    enter(d, OL_DHCP_REQUESTING);
    send(d, now, try_ms(d, 0)); /* the same transaction, RFC 2131 4.4.1 */
}

static void take_nak(struct ol_dhcp *d, ol_ms now)
{
    tell(d, OL_DHCP_EVENT_REFUSED);
    d->config.last.family = OL_ADDR_NONE;
    begin_anew(d, now, 0);
}

static bool is_awaiting_ack(const struct ol_dhcp *d)
{
    return d->state == OL_DHCP_REQUESTING || d->state == OL_DHCP_REBOOTING ||
           d->state == OL_DHCP_RENEWING || d->state == OL_DHCP_REBINDING;
}

/* The server that we speak to; every server where we ask all. */
static bool is_expected(const struct ol_dhcp *d, const struct ol_addr *server)
{
    return (d->state != OL_DHCP_REQUESTING && d->state != OL_DHCP_RENEWING) ||
           ol_addr_same_host(server, &d->server);
}

bool ol_dhcp_input(struct ol_dhcp *d, const struct ol_addr *from, const void *data,
                   size_t len, ol_ms now)
{
    bool is_selecting = d->state == OL_DHCP_SELECTING;

    if (from->port != OL_DHCP_SERVER_PORT || d->has_output ||
        (!is_selecting && !is_awaiting_ack(d))) {
        return false;
    }
    int32_t type = ol_dhcp_answer_decode(data, len, d->xid, d->config.mac, &d->next);
    if (type < 0 || is_selecting != (type == OL_DHCP_OFFER) ||
        !is_expected(d, &d->next.server)) {
        return false;
    }
    if (is_selecting) {
        take_offer(d, now);
    } else if (type == OL_DHCP_NAK) {
        take_nak(d, now);
    } else {
        take_ack(d, now);
    }
    return true;
}

/* ---- Time ---- */

static void be_silent(struct ol_dhcp *d)
{
    if (!d->is_silent) {
        d->is_silent = true;
        tell(d, OL_DHCP_EVENT_SILENT);
    }
}

static void again(struct ol_dhcp *d, ol_ms now)
{
    send(d, now, try_ms(d, d->tries));
}

/* Nobody knows our address any more, or nobody is there. A lease that runs is still ours,
 * RFC 2131 3.2 4. */
static void give_up_reboot(struct ol_dhcp *d, ol_ms now)
{
    be_silent(d);
    d->config.last.family = OL_ADDR_NONE;
    if (d->end_at > now) {
        d->next = d->lease;
        d->asked_at = d->lease_at;
        probe(d);
        return;
    }
    discover(d, now);
}

/* Half of what is left, but not more often than once a minute, RFC 2131 4.4.5. */
static void renew(struct ol_dhcp *d, ol_ms until, ol_ms now)
{
    ol_ms half = (until - now) / 2;

    send(d, now, 0);
    d->deadline_ms = until - now <= AGAIN_MS
                         ? until
                         : ol_ms_add(now, half > AGAIN_MS ? half : AGAIN_MS);
}

/* BOUND, RENEWING and REBINDING, at their deadline. */
static void keep(struct ol_dhcp *d, ol_ms now)
{
    if (now >= d->end_at) {
        lose(d);
        discover(d, now);
    } else if (now >= d->rebind_at) {
        if (d->state != OL_DHCP_REBINDING) {
            begin(d, OL_DHCP_REBINDING);
        }
        renew(d, d->end_at, now);
    } else {
        if (d->state != OL_DHCP_RENEWING) {
            d->began_at = now;
            d->server = d->lease.server;
            begin(d, OL_DHCP_RENEWING);
        }
        renew(d, d->rebind_at, now);
    }
    if (d->tries > 1) {
        be_silent(d);
    }
}

void ol_dhcp_step(struct ol_dhcp *d, ol_ms now)
{
    if (now < d->deadline_ms) {
        return;
    }
    switch ((enum ol_dhcp_state)d->state) {
    case OL_DHCP_INIT:
        d->declining = false;
        discover(d, now);
        break;
    case OL_DHCP_SELECTING:
        be_silent(d);
        again(d, now);
        break;
    case OL_DHCP_REQUESTING:
        if (d->tries >= ROUND_TRIES) {
            be_silent(d);
            discover(d, now);
        } else {
            again(d, now);
        }
        break;
    case OL_DHCP_REBOOTING:
        if (d->tries >= REBOOT_TRIES) {
            give_up_reboot(d, now);
        } else {
            again(d, now);
        }
        break;
    case OL_DHCP_BOUND:
    case OL_DHCP_RENEWING:
    case OL_DHCP_REBINDING:
        keep(d, now);
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
    /* What is over comes before what begins. */
    static const uint8_t order[] = {OL_DHCP_EVENT_LOST,    OL_DHCP_EVENT_TAKEN,
                                    OL_DHCP_EVENT_REFUSED, OL_DHCP_EVENT_SILENT,
                                    OL_DHCP_EVENT_PROBE,   OL_DHCP_EVENT_BOUND};

    for (size_t i = 0; i < sizeof order; i++) {
        unsigned bit = 1U << order[i];
        if ((d->events & bit) != 0) {
            d->events &= (uint8_t)~bit;
            ev->kind = (enum ol_dhcp_event_kind)order[i];
            ev->lease = ev->kind == OL_DHCP_EVENT_BOUND ? &d->lease : &d->next;
            return true;
        }
    }
    return false;
}

bool ol_dhcp_is_busy(const struct ol_dhcp *d)
{
    return d->has_output || d->state == OL_DHCP_SELECTING ||
           d->state == OL_DHCP_RELEASING || is_awaiting_ack(d);
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
        r->requested = d->wanted;
        r->server = d->next.server;
        return;
    }
    switch ((enum ol_dhcp_state)d->state) {
    case OL_DHCP_SELECTING:
        r->type = OL_DHCP_DISCOVER;
        break;
    case OL_DHCP_REQUESTING:
        r->server = d->server;
        r->requested = d->wanted;
        break;
    case OL_DHCP_REBOOTING:
        r->requested = d->wanted;
        break;
    case OL_DHCP_RELEASING:
        r->type = OL_DHCP_RELEASE;
        r->client = d->lease.address;
        r->server = d->lease.server;
        break;
    default:
        r->client = d->lease.address;
        break;
    }
}

static uint16_t seconds_since(ol_ms at, ol_ms now)
{
    ol_ms ms = now - at;

    /* In 32 bits: a small machine divides 64 by a long routine. */
    return ms >= UINT16_MAX * 1000U ? UINT16_MAX : (uint16_t)((uint32_t)ms / 1000U);
}

static struct ol_addr destination(const struct ol_dhcp *d)
{
    bool is_unicast = d->state == OL_DHCP_RENEWING || d->state == OL_DHCP_RELEASING;

    return is_unicast ? d->lease.server
                      : ol_addr_ipv4(255, 255, 255, 255, OL_DHCP_SERVER_PORT);
}

int32_t ol_dhcp_output(const struct ol_dhcp *d, void *buf, size_t cap, struct ol_addr *to,
                       ol_ms now)
{
    struct ol_dhcp_request request = {.xid = d->xid, .hostname = d->config.hostname};

    if (!d->has_output) {
        return 0;
    }
    request.secs = seconds_since(d->began_at, now);
    memcpy(request.mac, d->config.mac, sizeof request.mac);
    fill(d, &request);
    *to = destination(d);
    return ol_dhcp_request_encode(&request, buf, cap);
}

void ol_dhcp_output_done(struct ol_dhcp *d, ol_ms now)
{
    d->has_output = false;
    d->declining = false;
    if (d->state == OL_DHCP_RELEASING) {
        d->deadline_ms = ol_ms_add(now, LINGER_MS);
    } else if (is_awaiting_ack(d) || d->state == OL_DHCP_SELECTING) {
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
