/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

#include <string.h>

#include "onelink/base/buf.h"

#define TTL_MAX_S 86400u /* a day: a name that moved is found again */

/* ---- Candidates, docs/protocol.md §1.1 ---- */

enum { HOST_SMART, HOST_FIXED, HOST_AUTO_COUNT };

static bool is_auto(const struct ol_agent *a)
{
    return a->config->host.len == 0 || ol_str_equal(a->config->host, OL_STR("auto"));
}

uint8_t ol_agent_host_count(const struct ol_agent *a)
{
    return is_auto(a) ? HOST_AUTO_COUNT : 1;
}

struct ol_str ol_agent_host_get(const struct ol_agent *a, char buf[OL_AGENT_HOST_MAX])
{
    if (!is_auto(a)) {
        return a->config->host;
    }
    if (a->host == HOST_FIXED) {
        return OL_STR(OL_AGENT_HOST_FIXED);
    }
    struct ol_writer w = ol_writer_make(buf, OL_AGENT_HOST_MAX);
    ol_writer_str(&w, a->config->product_id);
    ol_writer_str(&w, OL_STR(OL_AGENT_HOST_SMART));
    return ol_str_make(buf, w.len);
}

uint8_t ol_agent_host_find(struct ol_agent *a, struct ol_str name)
{
    char *buf = a->config->scratch->work.text;

    for (a->host = 0; a->host < ol_agent_host_count(a); a->host++) {
        if (ol_str_equal(ol_agent_host_get(a, buf), name)) {
            return a->host;
        }
    }
    return UINT8_MAX;
}

/* ---- Lookups ---- */

void ol_agent_lookup_close(struct ol_agent *a)
{
    if (a->dns_running) {
        ol_dns_close(&a->dns);
        a->config->datagram.ops->close(a->config->datagram.ctx);
        a->dns_running = false;
    }
}

/* Names that need no server. */
static bool find_locally(const struct ol_agent *a, struct ol_str name,
                         struct ol_dns_answer *out)
{
    const struct ol_netif *netif = &a->config->netif;

    memset(out, 0, sizeof *out);
    out->addr_count = 1;
    if (ol_addr_decode(name, 0, &out->addrs[0]) == OL_OK) {
        return true;
    }
    return netif->ops->find_host != NULL &&
           netif->ops->find_host(netif->ctx, name, &out->addrs[0]) == OL_OK;
}

OL_AGENT_NOINLINE void ol_agent_network_servers(const struct ol_agent *a,
                                                enum ol_agent_server kind,
                                                struct ol_addr out[OL_NETIF_SERVERS_MAX])
{
    struct ol_netif_config net;

    a->config->netif.ops->get_config(a->config->netif.ctx, &net);
    memcpy(out, kind == OL_AGENT_SERVER_DNS ? net.dns : net.ntp, sizeof net.dns);
}

_Static_assert(OL_NETIF_SERVERS_MAX <= OL_DNS_SERVERS_MAX, "a server would be left out");

/* The servers may change with every lease, so the engine is set up for each lookup. */
static OL_AGENT_NOINLINE int32_t dns_prepare(struct ol_agent *a)
{
    struct ol_dns_config config = {0};

    ol_agent_network_servers(a, OL_AGENT_SERVER_DNS, config.servers);
    return ol_dns_init(&a->dns, &config) == OL_OK ? OL_OK : OL_E_TIMEOUT;
}

static int32_t dns_start(struct ol_agent *a, struct ol_str name)
{
    const struct ol_datagram *udp = &a->config->datagram;
    uint32_t random;

    if (udp->ops == NULL) {
        return OL_E_TIMEOUT;
    }
    int32_t rc = dns_prepare(a);
    if (rc != OL_OK) {
        return rc;
    }
    if (ol_agent_random(a, &random) != OL_OK) {
        return OL_E_IO;
    }
    if (ol_dns_open(&a->dns, name, random, a->now) != OL_OK) {
        return OL_E_NOENT;
    }
    /* A port of its own for each lookup, RFC 5452 9.2. */
    ol_agent_clock_pause(a);
    rc = udp->ops->open(udp->ctx, 0);
    if (rc != OL_OK) {
        ol_dns_close(&a->dns);
        /* The socket is still closing after its last use. */
        ol_agent_poll_in(a, OL_AGENT_REOPEN_MS);
        return rc == OL_E_AGAIN ? rc : OL_E_IO;
    }
    a->dns_running = true;
    return OL_OK;
}

static void dns_pump(struct ol_agent *a)
{
    const struct ol_datagram *udp = &a->config->datagram;
    struct ol_addr peer;
    size_t len;

    ol_dns_step(&a->dns, a->now);
    const uint8_t *data = ol_dns_output(&a->dns, &peer, &len);
    if (ol_agent_send(udp, &peer, data, len)) {
        ol_dns_output_done(&a->dns, a->now);
    }
    for (unsigned i = 0; i < OL_AGENT_TURNS_MAX; i++) {
        int32_t got = ol_agent_receive(a, udp, &peer);
        if (got < 0) {
            return;
        }
        (void)ol_dns_input(&a->dns, &peer, a->config->scratch->work.datagram, (size_t)got,
                           a->now);
    }
}

int32_t ol_agent_lookup(struct ol_agent *a, struct ol_str name, struct ol_dns_answer *out)
{
    if (!a->dns_running) {
        if (find_locally(a, name, out)) {
            return OL_OK;
        }
        int32_t rc = dns_start(a, name);
        if (rc != OL_OK) {
            return rc;
        }
    }
    dns_pump(a);
    int32_t rc = ol_dns_get_answer(&a->dns, out);
    if (rc != OL_E_AGAIN) {
        ol_agent_lookup_close(a);
    }
    return rc;
}

static OL_NOINLINE void connect_to_addresses(struct ol_agent *a, enum ol_agent_cause cause)
{
    a->addr = 0;
    ol_agent_enter(a, OL_AGENT_CONNECT, cause, 0);
}

/* Name servers that do not answer need not keep a device from a platform that it knows: the last
 * addresses of this host are better than none. */
static bool use_last_addresses(struct ol_agent *a)
{
    if (a->addrs_host != a->host) {
        return false;
    }
    connect_to_addresses(a, OL_AGENT_CAUSE_DNS);
    return true;
}

/* While their time to live runs, addresses that led to a login are not asked for again, RFC 1034
 * 5.3.3. What did not help is forgotten, see agent.c. */
static void keep_addresses(struct ol_agent *a, const struct ol_dns_answer *answer)
{
    uint32_t ttl_s = answer->ttl_s < TTL_MAX_S ? answer->ttl_s : TTL_MAX_S;

    a->addrs = *answer;
    a->addrs_host = a->host;
    a->addrs_until = ol_agent_after(a, ttl_s * 1000);
}

static enum ol_agent_cause lookup_cause(int32_t status)
{
    switch (status) {
    case OL_E_NOENT:
        return OL_AGENT_CAUSE_NO_HOST;
    case OL_E_IO:
        return OL_AGENT_CAUSE_LOCAL;
    default:
        return OL_AGENT_CAUSE_DNS;
    }
}

bool ol_agent_resolve_run(struct ol_agent *a)
{
    char buf[OL_AGENT_HOST_MAX];
    struct ol_dns_answer answer;

    if (!a->dns_running && a->addrs_host == a->host && a->now < a->addrs_until) {
        connect_to_addresses(a, OL_AGENT_CAUSE_NONE);
        return true;
    }
    int32_t rc = ol_agent_lookup(a, ol_agent_host_get(a, buf), &answer);

    if (rc == OL_E_AGAIN && a->now < a->state_until) {
        return false;
    }
    if (rc == OL_E_AGAIN) {
        ol_agent_lookup_close(a);
        rc = OL_E_TIMEOUT;
    }
    if (rc == OL_OK) {
        keep_addresses(a, &answer);
        connect_to_addresses(a, OL_AGENT_CAUSE_NONE);
        return true;
    }
    if (rc != OL_E_TIMEOUT || !use_last_addresses(a)) {
        ol_agent_fail(a, lookup_cause(rc));
    }
    return true;
}
