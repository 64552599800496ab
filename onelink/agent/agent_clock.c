/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

/* Where the date comes from: the machine, when something disciplines its clock; else the
 * time servers of the configuration and of the network, through the SNTP engine, which then
 * runs beside everything else; else a web server, agent_date.c; else the machine as it is. */

struct ol_wall_time ol_agent_get_wall(const struct ol_agent *a)
{
    if (a->wall.quality == OL_CLOCK_SYNCED || a->told_quality == OL_CLOCK_NONE) {
        return a->wall;
    }
    return (struct ol_wall_time){.unix_ms = a->told_offset_ms + (int64_t)a->now,
                                 .quality = (enum ol_clock_quality)a->told_quality};
}

static bool has_datagram(const struct ol_agent *a)
{
    return a->config->datagram.ops != NULL;
}

static bool is_clock_needed(const struct ol_agent *a)
{
    return a->clock_doubted || ol_agent_get_wall(a).quality == OL_CLOCK_NONE;
}

static uint32_t clock_limit(const struct ol_agent *a)
{
    if (!is_clock_needed(a)) {
        return OL_AGENT_CLOCK_GLANCE_MS;
    }
    return a->config->clock_wait_ms != 0 ? a->config->clock_wait_ms
                                         : OL_AGENT_CLOCK_WAIT_MS;
}

static bool sntp_start(struct ol_agent *a)
{
    uint8_t random[OL_SNTP_RANDOM_LEN];

    if (a->config->entropy.fill(a->config->entropy.ctx, random, sizeof random) != OL_OK) {
        return false;
    }
    ol_agent_clock_pause(a);
    ol_sntp_open(&a->sntp, random, a->now);
    a->sntp_ready = true;
    return true;
}

void ol_agent_clock_begin(struct ol_agent *a)
{
    a->state_until = ol_agent_after(a, clock_limit(a));
    ol_agent_date_reset(a);
    if (!a->sntp_ready) {
        a->ntp_index = 0;
        a->ntp_count = 0;
    } else if (a->clock_doubted && !sntp_start(a)) {
        a->sntp_ready = false; /* no entropy now: from the beginning, next time */
    }
}

static void add_server(struct ol_agent *a, struct ol_addr addr)
{
    if (addr.family != OL_ADDR_NONE && a->ntp_count < OL_AGENT_NTP_MAX) {
        a->ntp[a->ntp_count++] = addr;
    }
}

/* Servers that the network told come after those of the configuration. */
static OL_AGENT_NOINLINE void add_network_servers(struct ol_agent *a)
{
    struct ol_addr servers[OL_NETIF_SERVERS_MAX];

    ol_agent_network_servers(a, OL_AGENT_SERVER_NTP, servers);
    for (size_t i = 0; i < OL_NETIF_SERVERS_MAX; i++) {
        add_server(a, servers[i]);
    }
}

/* ntp_index: the configured names, then the network, then the names to fall back to. */
#define NETWORK_INDEX OL_AGENT_NTP_MAX
#define INDEX_END     (2 * OL_AGENT_NTP_MAX + 1)

static OL_NOINLINE struct ol_str server_name(const struct ol_agent *a)
{
    return a->ntp_index < NETWORK_INDEX
               ? a->config->ntp[a->ntp_index]
               : a->config->ntp_fallback[a->ntp_index - NETWORK_INDEX - 1];
}

/* Looks for servers one after the other. false: a lookup is under way. */
static OL_AGENT_NOINLINE bool find_servers(struct ol_agent *a)
{
    for (; a->ntp_index < INDEX_END; a->ntp_index++) {
        if (a->ntp_index == NETWORK_INDEX) {
            add_network_servers(a);
            if (a->ntp_count > 0) {
                break;
            }
            continue;
        }
        struct ol_str name = server_name(a);
        struct ol_dns_answer answer;
        int32_t rc = name.len > 0 ? ol_agent_lookup(a, name, &answer) : OL_E_NOENT;

        if (rc == OL_E_AGAIN) {
            return false;
        }
        if (rc == OL_OK) {
            add_server(a, answer.addrs[0]);
        }
    }
    return true;
}

static OL_AGENT_NOINLINE bool sntp_prepare(struct ol_agent *a)
{
    struct ol_sntp_config config = {0};

    for (size_t i = 0; i < a->ntp_count; i++) {
        config.servers[i] = a->ntp[i];
    }
    return a->ntp_count > 0 && ol_sntp_init(&a->sntp, &config) == OL_OK && sntp_start(a);
}

static OL_NOINLINE bool leave(struct ol_agent *a)
{
    ol_agent_date_end(a);
    ol_agent_lookup_close(a);
    ol_agent_enter(a, OL_AGENT_RESOLVE, OL_AGENT_CAUSE_NONE, 0);
    return true;
}

/* No time server helped, or none needs to. */
static bool go_on(struct ol_agent *a)
{
    return (is_clock_needed(a) && ol_agent_date_begin(a)) || leave(a);
}

bool ol_agent_clock_run(struct ol_agent *a)
{
    struct ol_sntp_sample sample;

    if (a->wall.quality == OL_CLOCK_SYNCED) {
        return leave(a);
    }
    if (ol_agent_date_is_running(a) && is_clock_needed(a)) {
        return ol_agent_date_run(a);
    }
    if (!has_datagram(a) || a->now >= a->state_until) {
        return go_on(a);
    }
    if (!a->sntp_ready) {
        if (!find_servers(a)) {
            return false;
        }
        if (!sntp_prepare(a)) {
            return go_on(a);
        }
        return true;
    }
    if (is_clock_needed(a) && ol_sntp_get_sample(&a->sntp, &sample) == OL_E_AGAIN) {
        return false;
    }
    return go_on(a);
}

static bool is_pumping(const struct ol_agent *a)
{
    return a->sntp_ready && !a->dns_running && a->state != OL_AGENT_CLOSED &&
           a->state != OL_AGENT_CLOSING;
}

void ol_agent_clock_pause(struct ol_agent *a)
{
    if (a->sntp_socket) {
        a->config->datagram.ops->close(a->config->datagram.ctx);
        a->sntp_socket = false;
    }
}

static void sntp_send(struct ol_agent *a)
{
    const struct ol_datagram *udp = &a->config->datagram;
    struct ol_addr to;
    size_t len;
    const uint8_t *data = ol_sntp_output(&a->sntp, &to, &len);

    if (ol_agent_send(udp, &to, data, len)) {
        ol_sntp_output_done(&a->sntp, a->now);
    }
}

/* A new time: tells it, and ends a wait that a wrong clock had brought about. */
static void take_sample(struct ol_agent *a)
{
    struct ol_sntp_sample sample;
    int64_t before = ol_agent_get_wall(a).unix_ms;

    if (ol_sntp_get_sample(&a->sntp, &sample) != OL_OK) {
        return;
    }
    a->told_offset_ms = sample.wall.unix_ms - (int64_t)sample.at_ms;
    a->told_quality = OL_CLOCK_SYNCED;
    int64_t off = ol_agent_get_wall(a).unix_ms - before;
    if (a->clock_doubted && a->state == OL_AGENT_BACKOFF &&
        (off > OL_AGENT_CLOCK_WRONG_MS || off < -OL_AGENT_CLOCK_WRONG_MS)) {
        a->state_until = ol_ms_min(a->state_until, a->login_at);
    }
    a->clock_doubted = false;
    ol_agent_sample_clock(a);
    struct ol_agent_event *ev = ol_agent_emit(a, OL_AGENT_EVENT_CLOCK);
    ev->clock.wall = (struct ol_wall_time){.unix_ms = a->told_offset_ms + (int64_t)a->now,
                                           .quality = OL_CLOCK_SYNCED};
    ev->clock.server = a->ntp[sample.server];
}

static bool sntp_receive(struct ol_agent *a)
{
    struct ol_addr from;
    int32_t len = ol_agent_receive(a, &a->config->datagram, &from);

    if (len < 0) {
        return false;
    }
    if (ol_sntp_input(&a->sntp, &from, a->config->scratch->work.datagram, (size_t)len,
                      a->now)) {
        take_sample(a);
    }
    return true;
}

bool ol_agent_clock_pump(struct ol_agent *a)
{
    const struct ol_datagram *udp = &a->config->datagram;

    if (!is_pumping(a)) {
        return false;
    }
    ol_sntp_step(&a->sntp, a->now);
    if (!ol_sntp_is_busy(&a->sntp)) {
        ol_agent_clock_pause(a);
        /* After a long sleep the end of one round and the next may both be overdue. */
        return ol_sntp_deadline(&a->sntp) <= a->now;
    }
    if (!a->sntp_socket) {
        if (udp->ops->open(udp->ctx, 0) != OL_OK) {
            return false; /* the engine's own time limit moves it on */
        }
        a->sntp_socket = true;
    }
    sntp_send(a);
    return sntp_receive(a);
}

ol_ms ol_agent_clock_deadline(const struct ol_agent *a)
{
    return is_pumping(a) ? ol_sntp_deadline(&a->sntp) : OL_NEVER;
}
