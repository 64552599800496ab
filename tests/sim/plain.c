/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

/* The device at a made-up network that speaks the contracts themselves: no chip, no frames. */

enum fault {
    FAULT_RESET,     /* the connection is reset */
    FAULT_FINISH,    /* a box between ends it in order */
    FAULT_SILENCE,   /* half-open */
    FAULT_REFUSE,    /* connections are refused for a while */
    FAULT_BLACKHOLE, /* connections are not answered for a while */
    FAULT_CRASH,     /* kill -9 of the platform, down for a while */
    FAULT_POWER,     /* the platform's machine vanishes without a word */
    FAULT_COMMIT,    /* the platform cannot store for a while */
    FAULT_TWIN,      /* another client with our name */
    FAULT_WALL,      /* the device's wall clock jumps */
    FAULT_DNS,       /* names are not resolved for a while */
    FAULT_NTP,       /* time servers are silent for a while */
    FAULT_UNPLUG,    /* no cable for a while */
    FAULT_ADDRESS,   /* no address for a while */
    FAULT_SLOW,      /* long delays for a while */
    FAULT_STALL,     /* nothing is taken for a while */
    FAULT_SPLIT,     /* tiny pieces for a while */
    FAULT_KEY,       /* logins are rejected for a while */
    FAULT_COUNT
};

static const char wrong_key[] = "d3JvbmcgMDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1A=";

static const char *fault_str(unsigned fault)
{
    static const char *const names[FAULT_COUNT] = {
        "reset",  "finish",  "silence", "refuse", "blackhole", "crash",
        "power",  "commit",  "twin",    "wall",   "dns",       "ntp",
        "unplug", "address", "slow",    "stall",  "split",     "key"};

    return names[fault];
}

static void crash(struct sim_world *w, bool silent)
{
    sim_cloud_crash(&w->cloud, silent);
    if (silent) {
        w->net.weather.is_blackhole = true;
    } else {
        w->net.weather.is_refusing = true;
    }
}

static bool fault_start(struct sim_world *w, unsigned fault)
{
    struct sim_weather *weather = &w->net.weather;

    switch ((enum fault)fault) {
    case FAULT_RESET:
        sim_net_reset(&w->net);
        break;
    case FAULT_FINISH:
        sim_net_finish(&w->net);
        break;
    case FAULT_SILENCE:
        sim_net_silence(&w->net);
        break;
    case FAULT_REFUSE:
        weather->is_refusing = true;
        break;
    case FAULT_BLACKHOLE:
        weather->is_blackhole = true;
        break;
    case FAULT_CRASH:
        crash(w, false);
        break;
    case FAULT_POWER:
        crash(w, true);
        break;
    case FAULT_COMMIT:
        w->cloud.history.fail_commits = 1 + (unsigned)sim_roll(w, 4);
        break;
    case FAULT_TWIN:
        sim_cloud_twin(&w->cloud);
        break;
    case FAULT_WALL:
        sim_jump_wall(w);
        break;
    case FAULT_DNS:
        weather->dns_silent = sim_roll(w, 3) == 0;
        weather->dns_failing = !weather->dns_silent && sim_roll(w, 2) == 0;
        weather->dns_lost = !weather->dns_silent && !weather->dns_failing;
        sim_net_reset(&w->net);
        break;
    case FAULT_NTP:
        weather->ntp_silent = true;
        break;
    case FAULT_UNPLUG:
        weather->is_unplugged = true;
        sim_net_silence(&w->net);
        break;
    case FAULT_ADDRESS:
        weather->has_no_address = true;
        sim_net_silence(&w->net);
        break;
    case FAULT_SLOW:
        weather->delay_min_ms = 50 + sim_roll(w, 300);
        weather->delay_max_ms = weather->delay_min_ms + sim_roll(w, 2000);
        break;
    case FAULT_STALL:
        weather->is_stalled = true;
        break;
    case FAULT_SPLIT:
        weather->chunk_max = 1 + (uint32_t)sim_roll(w, 30);
        break;
    case FAULT_KEY:
        if (sim_roll(w, 4) != 0) {
            return false; /* costs five minutes each time */
        }
        w->cloud.history.device_key = ol_str_from(wrong_key);
        sim_net_reset(&w->net);
        break;
    case FAULT_COUNT:
        break;
    }
    return true;
}

static void fault_stop(struct sim_world *w, unsigned fault)
{
    struct sim_weather *weather = &w->net.weather;

    switch ((enum fault)fault) {
    case FAULT_REFUSE:
        weather->is_refusing = false;
        break;
    case FAULT_BLACKHOLE:
        weather->is_blackhole = false;
        break;
    case FAULT_CRASH:
        weather->is_refusing = false;
        sim_cloud_start(&w->cloud);
        break;
    case FAULT_POWER:
        weather->is_blackhole = false;
        sim_cloud_start(&w->cloud);
        break;
    case FAULT_COMMIT:
        w->cloud.history.fail_commits = 0;
        break;
    case FAULT_DNS:
        weather->dns_silent = false;
        weather->dns_failing = false;
        weather->dns_lost = false;
        break;
    case FAULT_NTP:
        weather->ntp_silent = false;
        break;
    case FAULT_UNPLUG:
        weather->is_unplugged = false;
        break;
    case FAULT_ADDRESS:
        weather->has_no_address = false;
        break;
    case FAULT_SLOW:
        weather->delay_min_ms = 1;
        weather->delay_max_ms = 40;
        break;
    case FAULT_STALL:
        weather->is_stalled = false;
        break;
    case FAULT_SPLIT:
        weather->chunk_max = SIM_WAY_CAP;
        break;
    case FAULT_KEY:
        w->cloud.history.device_key = w->config.key;
        break;
    default:
        break;
    }
}

/* ---- The network ---- */

static bool accept_one(void *ctx, struct ol_stream *out)
{
    struct sim_conn *conn = sim_net_accept(ctx);

    if (conn != NULL) {
        *out = sim_conn_stream(conn);
    }
    return conn != NULL;
}

static void crash_all(void *ctx, bool silent)
{
    sim_net_crash(ctx, silent);
}

static void make(struct sim_world *w, uint64_t seed)
{
    const struct sim_front front = {
        .ctx = &w->net, .accept = accept_one, .crash = crash_all};

    sim_net_init(&w->net, seed ^ 0xA5A5A5A5, &w->clock);
    sim_cloud_init(&w->cloud, &w->clock, front, &w->net.rng);
}

/* Where the names lead. The listener is the only address where somebody is. */
static void choose_host(struct sim_world *w)
{
    struct sim_net *n = &w->net;

    n->listener = ol_addr_ipv4(192, 0, 2, 80, 1883);
    n->smart = ol_addr_ipv4(192, 0, 2, 80, 0);
    n->fixed = ol_addr_ipv4(192, 0, 2, 80, 0);
    w->config.host = OL_STR("auto");
    switch (sim_roll(w, 8)) {
    case 0:
        n->smart.family = OL_ADDR_NONE;
        break;
    case 1:
        n->smart = ol_addr_ipv4(192, 0, 2, 81, 0); /* refuses */
        break;
    case 2:
        w->config.host = OL_STR("192.0.2.80");
        break;
    case 3:
        w->config.host = OL_STR("mqtts.heclouds.com");
        break;
    default:
        break;
    }
}

static void equip(struct sim_world *w)
{
    struct ol_agent_config *c = &w->config;

    if (w->wall_quality != OL_CLOCK_NONE || sim_roll(w, 2) == 0) {
        c->ntp[0] = OL_STR("192.0.2.1");
    }
    /* Nobody is there: asking it must cost no more than time. */
    c->date_host = OL_STR("192.0.2.99");
    c->stream = sim_net_stream(&w->net);
    c->datagram = sim_net_datagram(&w->net);
    c->netif = sim_net_netif(&w->net);
}

/* ---- Time ---- */

static bool is_ready(const struct sim_world *w, bool wants_send)
{
    return sim_net_device_ready(&w->net, wants_send);
}

static void step(struct sim_world *w)
{
    (void)w;
}

static ol_ms deadline(const struct sim_world *w)
{
    (void)w;
    return OL_NEVER;
}

static ol_ms next(const struct sim_world *w)
{
    return sim_net_next(&w->net);
}

static void advance(struct sim_world *w, ol_ms to)
{
    w->clock.now = to;
}

static bool is_connected(const struct sim_world *w)
{
    return w->net.client.conn != NULL && !w->net.client.conn->is_silent;
}

static void hinder(struct sim_world *w)
{
    w->net.weather.is_stalled = sim_roll(w, 4) == 0;
}

static unsigned wakes_a_second(const struct sim_world *w)
{
    (void)w;
    return 40;
}

const struct sim_site sim_plain_site = {.fault_count = FAULT_COUNT,
                                        .fault_str = fault_str,
                                        .fault_start = fault_start,
                                        .fault_stop = fault_stop,
                                        .make = make,
                                        .choose_host = choose_host,
                                        .equip = equip,
                                        .is_ready = is_ready,
                                        .step = step,
                                        .deadline = deadline,
                                        .next = next,
                                        .advance = advance,
                                        .is_connected = is_connected,
                                        .hinder = hinder,
                                        .wakes_a_second = wakes_a_second,
                                        .watch = step,
                                        .check_end = step};
