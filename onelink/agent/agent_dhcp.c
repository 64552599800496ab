/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_dhcp.h"

#include <string.h>

#include "onelink/agent/agent_private.h"

static struct ol_agent_dhcp *dhcp_of(const struct ol_agent *a)
{
    return a->config->dhcp;
}

/* ---- The interface ---- */

static OL_AGENT_NOINLINE int32_t configure(struct ol_agent *a,
                                           const struct ol_dhcp_lease *lease)
{
    const struct ol_netif *netif = &a->config->netif;
    struct ol_netif_config net = {0};

    dhcp_of(a)->is_configured = lease != NULL;
    if (lease != NULL) {
        net.address = lease->address;
        net.gateway = lease->gateway;
        net.prefix_len = lease->prefix_len;
        memcpy(net.dns, lease->dns, sizeof net.dns);
        memcpy(net.ntp, lease->ntp, sizeof net.ntp);
    }
    return netif->ops->set_config(netif->ctx, &net);
}

_Static_assert(OL_NETIF_SERVERS_MAX == OL_DHCP_SERVERS_MAX, "lists are copied whole");

static OL_AGENT_NOINLINE bool is_address(const struct ol_agent *a,
                                         const struct ol_addr *addr)
{
    struct ol_netif_config net;

    a->config->netif.ops->get_config(a->config->netif.ctx, &net);
    return ol_addr_same_host(&net.address, addr);
}

static void close_socket(struct ol_agent_dhcp *dhcp)
{
    if (dhcp->is_socket_open) {
        dhcp->socket.ops->close(dhcp->socket.ctx);
        dhcp->is_socket_open = false;
    }
}

/* ---- The course of things ---- */

static bool prepare(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);
    struct ol_dhcp_config config = {.hostname = dhcp->hostname};

    if (!dhcp->is_ready) {
        a->config->netif.ops->get_mac(a->config->netif.ctx, config.mac);
        dhcp->is_ready = ol_dhcp_init(&dhcp->engine, &config) == OL_OK;
    }
    return dhcp->is_ready;
}

static void begin(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);
    uint32_t random;

    if (!prepare(a) || ol_agent_random(a, &random) != OL_OK) {
        ol_agent_fail(a, OL_AGENT_CAUSE_LOCAL);
        return;
    }
    if (ol_dhcp_get_state(&dhcp->engine) != OL_DHCP_CLOSED) {
        return; /* it went on through the pause between two attempts */
    }
    if (configure(a, NULL) != OL_OK) {
        ol_agent_fail(a, OL_AGENT_CAUSE_LOCAL);
        return;
    }
    dhcp->is_probing = false;
    ol_dhcp_open(&dhcp->engine, random, a->now);
}

static void pause(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);

    if (dhcp->is_ready) {
        ol_dhcp_close(&dhcp->engine);
        close_socket(dhcp);
    }
    if (dhcp->is_configured) {
        (void)configure(a, NULL); /* a chip that does not answer has no address anyway */
    }
}

static void end(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);

    if (dhcp->is_ready && ol_dhcp_get_lease(&dhcp->engine, NULL) != NULL) {
        ol_dhcp_release(&dhcp->engine, a->now);
    } else if (dhcp->is_ready && ol_dhcp_get_state(&dhcp->engine) != OL_DHCP_RELEASING) {
        ol_dhcp_close(&dhcp->engine);
    }
}

static bool is_done(const struct ol_agent *a)
{
    const struct ol_agent_dhcp *dhcp = dhcp_of(a);

    return !dhcp->is_ready ||
           (ol_dhcp_get_state(&dhcp->engine) == OL_DHCP_CLOSED && !dhcp->is_socket_open);
}

/* ---- Events ---- */

/* true: progress. */
static bool begin_probe(struct ol_agent *a, const struct ol_addr *addr)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);
    const struct ol_netif *netif = &a->config->netif;

    dhcp->probe_at = a->now;
    if (netif->ops->probe == NULL) {
        ol_dhcp_probe_done(&dhcp->engine, false, a->now);
        return true;
    }
    int32_t rc = netif->ops->probe(netif->ctx, addr, a->now);
    if (rc == OL_E_AGAIN) {
        dhcp->probe_at = ol_agent_after(a, OL_AGENT_PROBE_POLL_MS);
        return false;
    }
    dhcp->is_probing = true;
    dhcp->probe_until = ol_agent_after(a, rc == OL_OK ? OL_AGENT_PROBE_MS : 0);
    return true;
}

static bool probe_run(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);
    const struct ol_netif *netif = &a->config->netif;

    if (ol_dhcp_get_state(&dhcp->engine) != OL_DHCP_PROBING || a->now < dhcp->probe_at) {
        return false;
    }
    if (!dhcp->is_probing) {
        return begin_probe(a, &dhcp->engine.next.address);
    }
    enum ol_probe result = netif->ops->probe_result(netif->ctx, a->now);
    if (result == OL_PROBE_BUSY && a->now < dhcp->probe_until) {
        dhcp->probe_at = ol_agent_after(a, OL_AGENT_PROBE_POLL_MS);
        return false;
    }
    dhcp->is_probing = false;
    ol_dhcp_probe_done(&dhcp->engine, result == OL_PROBE_TAKEN, a->now);
    return true;
}

static void take_event(struct ol_agent *a, const struct ol_dhcp_event *ev)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);

    if (ev->kind == OL_DHCP_EVENT_PROBE) {
        dhcp->is_probing = false;
        dhcp->probe_at = a->now;
        return;
    }
    bool is_connected = a->state > OL_AGENT_ADDRESS && a->state < OL_AGENT_BACKOFF;
    if (ev->kind == OL_DHCP_EVENT_BOUND) {
        is_connected = is_connected && !is_address(a, &ev->lease->address);
        if (configure(a, ev->lease) != OL_OK) {
            ol_dhcp_close(&dhcp->engine);
            ol_agent_fail(a, OL_AGENT_CAUSE_LOCAL);
        }
    } else if (ev->kind == OL_DHCP_EVENT_LOST) {
        (void)configure(a, NULL);
    } else {
        is_connected = false;
    }
    if (is_connected) {
        ol_agent_fail(a, OL_AGENT_CAUSE_ADDRESS);
    }
    ol_agent_poll_in(a, 0);
    struct ol_agent_event *out = ol_agent_emit(a, OL_AGENT_EVENT_DHCP);
    out->dhcp.kind = ev->kind;
    out->dhcp.lease = ev->lease;
}

/* ---- Datagrams ---- */

static bool open_socket(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);

    if (!ol_dhcp_is_busy(&dhcp->engine)) {
        close_socket(dhcp);
        return false;
    }
    if (!dhcp->is_socket_open) {
        dhcp->is_socket_open =
            dhcp->socket.ops->open(dhcp->socket.ctx, OL_DHCP_CLIENT_PORT) == OL_OK;
    }
    return dhcp->is_socket_open;
}

static void send_out(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);
    uint8_t *buf = a->config->scratch->work.datagram;
    struct ol_addr to;
    int32_t len = ol_dhcp_output(&dhcp->engine, buf, OL_DHCP_REQUEST_MAX, &to, a->now);

    if (len <= 0) {
        return;
    }
    if (ol_agent_send(&dhcp->socket, &to, buf, (size_t)len)) {
        ol_dhcp_output_done(&dhcp->engine, a->now);
    }
}

static bool receive(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);
    struct ol_addr from;
    int32_t len = ol_agent_receive(a, &dhcp->socket, &from);

    if (len < 0) {
        return false;
    }
    (void)ol_dhcp_input(&dhcp->engine, &from, a->config->scratch->work.datagram,
                        (size_t)len, a->now);
    return true;
}

/* In the other states the agent looks at the cable itself. */
static bool is_idle(const struct ol_agent *a)
{
    return a->state == OL_AGENT_LINK || a->state == OL_AGENT_BACKOFF;
}

static bool pump(struct ol_agent *a)
{
    struct ol_agent_dhcp *dhcp = dhcp_of(a);
    struct ol_dhcp_event ev;

    if (!dhcp->is_ready) {
        return false;
    }
    if (is_idle(a) && !a->config->netif.ops->is_link_up(a->config->netif.ctx)) {
        pause(a); /* the next cable may lead elsewhere */
        return false;
    }
    ol_dhcp_step(&dhcp->engine, a->now);
    if (ol_dhcp_next_event(&dhcp->engine, &ev)) {
        take_event(a, &ev);
        return true;
    }
    if (!open_socket(a)) {
        return probe_run(a);
    }
    send_out(a);
    return receive(a) || probe_run(a);
}

static ol_ms deadline(const struct ol_agent *a)
{
    const struct ol_agent_dhcp *dhcp = dhcp_of(a);

    if (!dhcp->is_ready) {
        return OL_NEVER;
    }
    ol_ms at = ol_dhcp_deadline(&dhcp->engine);
    if (is_idle(a)) {
        at = ol_ms_min(at, ol_agent_after(a, OL_AGENT_LINK_MS));
    }
    if (ol_dhcp_get_state(&dhcp->engine) == OL_DHCP_PROBING) {
        at = ol_ms_min(at, dhcp->probe_at);
    }
    /* The socket is still closing, or busy: a moment later. */
    bool is_waiting = ol_dhcp_has_output(&dhcp->engine) ||
                      (dhcp->is_socket_open && !ol_dhcp_is_busy(&dhcp->engine));
    return is_waiting ? ol_ms_min(at, ol_agent_after(a, OL_AGENT_REOPEN_MS)) : at;
}

void ol_agent_dhcp_init(struct ol_agent_dhcp *dhcp, struct ol_datagram socket,
                        struct ol_str hostname)
{
    static const struct ol_agent_dhcp_ops ops = {.begin = begin,
                                                 .pause = pause,
                                                 .end = end,
                                                 .pump = pump,
                                                 .deadline = deadline,
                                                 .is_done = is_done};

    memset(dhcp, 0, sizeof *dhcp);
    dhcp->ops = &ops;
    dhcp->socket = socket;
    dhcp->hostname = hostname;
}

enum ol_dhcp_state ol_agent_dhcp_get_state(const struct ol_agent_dhcp *dhcp)
{
    return ol_dhcp_get_state(&dhcp->engine);
}

const struct ol_dhcp_lease *ol_agent_dhcp_get_lease(const struct ol_agent_dhcp *dhcp,
                                                    ol_ms *end_at)
{
    return ol_dhcp_get_lease(&dhcp->engine, end_at);
}
