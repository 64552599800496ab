/* SPDX-License-Identifier: MIT */
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/onenet/refusal.h"

#define TRUE_UNIX_MS INT64_C(1760000000000) /* the true date when a run begins */
#define RESTS_MAX    400                    /* turns at one instant */
#define RETURN_MS    900000 /* all is well again at the latest so long after the faults */

enum { P_INT, P_FLOAT, P_TEXT, P_NARROW, P_LED, P_CMD };

#define FIELD(name_, type_, writable_)                                                   \
    {                                                                                    \
        .identifier = OL_STR_INIT(name_), .type = (type_), .writable = (writable_)       \
    }

static const struct ol_onenet_field device_fields[SIM_PROPERTIES] = {
    FIELD("count", OL_ONENET_INT32, false), FIELD("temp", OL_ONENET_FLOAT, false),
    FIELD("text", OL_ONENET_STRING, false), FIELD("narrow", OL_ONENET_INT64, false),
    FIELD("led", OL_ONENET_INT32, true),    FIELD("cmd", OL_ONENET_INT32, true)};

static const struct ol_onenet_model device_model = {.fields = device_fields,
                                                    .field_count = SIM_PROPERTIES,
                                                    .property_count = SIM_PROPERTIES};

static struct ol_onenet_field cloud_fields[SIM_PROPERTIES];
static struct ol_onenet_model cloud_model;

static const char right_key[] = "MDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlNUVVY=";

void sim_fail(struct sim_world *w, const char *format, ...)
{
    va_list args;

    if (w->failure[0] != '\0') {
        return;
    }
    int n = snprintf(w->failure, sizeof w->failure,
                     "at %.3f s: ", (double)(w->clock.now - w->began_at) / 1000.0);
    va_start(args, format);
    (void)vsnprintf(w->failure + n, sizeof w->failure - (size_t)n, format, args);
    va_end(args);
}

void sim_say(const struct sim_world *w, const char *format, ...)
{
    va_list args;

    if (!w->verbose) {
        return;
    }
    printf("%10.3f ", (double)(w->clock.now - w->began_at) / 1000.0);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

struct ol_wall_time sim_wall(const struct sim_world *w)
{
    return (struct ol_wall_time){.unix_ms = w->clock.true_offset_ms +
                                            (int64_t)w->clock.now + w->wall_error_ms,
                                 .quality = w->wall_quality};
}

static int32_t fill_entropy(void *ctx, void *buf, size_t len)
{
    struct sim_world *w = ctx;

    ol_rng_fill(&w->rng, buf, len);
    return OL_OK;
}

uint64_t sim_roll(struct sim_world *w, uint64_t bound)
{
    return ol_rng_below(&w->rng, bound);
}

void sim_jump_wall(struct sim_world *w)
{
    int64_t jump = (int64_t)sim_roll(w, 7200000);

    if (sim_roll(w, 2) == 0 && w->set_backs < 3) {
        w->set_backs++;
        jump = -jump;
    }
    w->wall_error_ms += jump;
}

/* ---- What the device is like ---- */

static void choose_clock(struct sim_world *w)
{
    w->wall_error_ms = 0;
    switch (w->is_fixed ? 0 : sim_roll(w, 8)) {
    case 0:
        w->wall_quality = OL_CLOCK_NONE; /* and a time server */
        break;
    case 1:
        w->wall_quality = OL_CLOCK_COARSE;
        w->wall_error_ms = -(int64_t)sim_roll(w, INT64_C(86400000) * 3000);
        break;
    case 2:
        w->wall_quality = OL_CLOCK_COARSE;
        w->wall_error_ms = (int64_t)sim_roll(w, 7200000);
        break;
    case 3:
        w->wall_quality = OL_CLOCK_NONE; /* and no server at all */
        break;
    default:
        w->wall_quality = OL_CLOCK_SYNCED;
        break;
    }
}

static void choose_models(struct sim_world *w)
{
    memcpy(cloud_fields, device_fields, sizeof cloud_fields);
    cloud_model = device_model;
    cloud_model.fields = cloud_fields;
    if (w->is_fixed) {
        return;
    }
    if (sim_roll(w, 4) == 0) {
        cloud_fields[P_NARROW].has_max = true;
        cloud_fields[P_NARROW].max = (struct ol_dec){5, 0};
    }
    if (sim_roll(w, 8) == 0) {
        cloud_fields[P_FLOAT].identifier = OL_STR("temperature");
    }
}

static void make_device(struct sim_world *w)
{
    static const struct ol_onenet_method *const methods[] = {
        &ol_onenet_md5, &ol_onenet_sha1, &ol_onenet_sha256};
    struct ol_agent_config *c = &w->config;

    memset(c, 0, sizeof *c);
    w->site->choose_host(w);
    choose_clock(w);
    c->product_id = OL_STR("Sim0Product");
    c->device_name = OL_STR("device-1");
    c->key = ol_str_from(right_key);
    c->method = methods[sim_roll(w, 3)];
    c->keepalive_s = (uint16_t)(10 + sim_roll(w, 50));
    c->model = &device_model;
    c->slots = w->slots;
    c->slot_count = SIM_PROPERTIES;
    w->site->equip(w);
    if (w->cloud.is_stacked) {
        ol_stacked_init(&w->stacked, c->stream, 0x5EED, (uint32_t)ol_rng_u64(&w->rng));
        c->stream = ol_stacked_link(&w->stacked);
    }
    c->entropy = (struct ol_entropy){.ctx = w, .fill = fill_entropy};
    c->rx = w->rx;
    c->rx_cap = 512 + sim_roll(w, sizeof w->rx - 511);
    c->tx = w->tx;
    c->tx_cap = 512 + sim_roll(w, sizeof w->tx - 511);
    c->queue = w->queue;
    c->queue_cap = 300 + sim_roll(w, sizeof w->queue - 299);
    c->scratch = &w->scratch;
    c->posts = (uint8_t)sim_roll(w, 5);
    if (ol_agent_init(&w->agent, c, NULL) != OL_OK ||
        ol_agent_set_policy(&w->agent, P_LED, OL_AGENT_KEEP) != OL_OK) {
        abort();
    }
}

static void make_world(struct sim_world *w, uint64_t seed)
{
    ol_ms start = sim_roll(w, 4) == 0 ? (ol_ms)UINT32_MAX - sim_roll(w, 60000)
                                      : sim_roll(w, 100000);

    w->began_at = start;
    w->clock =
        (struct sim_clock){.now = start, .true_offset_ms = TRUE_UNIX_MS - (int64_t)start};
    w->site->make(w, seed);
    choose_models(w);
    w->cloud.history.product =
        (struct ol_store_product){.id = 1,
                                  .product_id = OL_STR("Sim0Product"),
                                  .access_key = OL_STR(""),
                                  .model = &cloud_model};
    w->cloud.history.device_name = OL_STR("device-1");
    w->cloud.history.device_key = ol_str_from(right_key);
    w->cloud.is_stacked = !w->is_fixed && sim_roll(w, 8) == 0;
    make_device(w);
    sim_cloud_start(&w->cloud);

    w->sample_every_ms = 300 + sim_roll(w, 4000);
    w->sample_at = start + sim_roll(w, 2000);
    w->set_at = start + 3000 + sim_roll(w, 20000);
    w->calm_at = start + 15000 + sim_roll(w, 60000);
    w->end_at = w->calm_at + RETURN_MS;
    w->fault_at = start + sim_roll(w, 12000);
}

/* ---- The application on the device ---- */

static struct ol_onenet_value make_value(uint16_t property, int64_t number, char *text,
                                         size_t cap)
{
    if (property != P_TEXT) {
        return ol_onenet_value_int(number);
    }
    int n = snprintf(text, cap, "%lld and %.*s", (long long)number, (int)(number % 60),
                     "some words that make this sample longer than the others are");
    return ol_onenet_value_str(ol_str_make(text, (size_t)n));
}

static void take_sample(struct sim_world *w, uint16_t property)
{
    int64_t number = w->next_value[property];
    char text[96];

    if (number >= SIM_VALUES_MAX) {
        return;
    }
    struct ol_onenet_value value = make_value(property, number, text, sizeof text);
    if (w->bug == SIM_BUG_ONE_TIME) {
        memset(&w->slots[property], 0, offsetof(struct ol_agent_slot, newest));
    }
    int32_t rc = ol_agent_sample(&w->agent, property, &value, 0, NULL);
    w->next_value[property]++;
    if (rc == OL_OK) {
        w->fate[property][number] = SIM_FATE_ACCEPTED;
    }
    sim_say(w, "app      sample %.*s = %lld: %s",
            (int)device_fields[property].identifier.len,
            device_fields[property].identifier.ptr, (long long)number, ol_status_str(rc));
}

static void answer_command(struct sim_world *w, int32_t code)
{
    int32_t rc = ol_agent_set_reply(&w->agent, w->open_handle, code, OL_STR(""));

    sim_say(w, "app      answers command %u with %d: %s", w->open_handle, code,
            ol_status_str(rc));
    if (rc == OL_OK && code == 200) {
        w->fate[w->open_property][w->open_value] = SIM_FATE_ACCEPTED;
    }
    w->open_handle = 0;
}

static void on_set(struct sim_world *w, const struct ol_agent_event *ev)
{
    struct ol_onenet_params params = ev->set.params;
    struct ol_onenet_set_item item;

    while (ol_agent_set_next(&w->agent, &params, &item)) {
        int64_t value = item.value.as.i;
        sim_say(w, "app      command %u: %.*s = %lld", ev->set.handle,
                (int)item.name.text.len, item.name.text.ptr, (long long)value);
        if (value < 1 || value >= SIM_VALUES_MAX) {
            continue; /* garbled */
        }
        if (ev->set.handle == 0) {
            w->fate[item.field][value] = SIM_FATE_ACCEPTED;
            continue;
        }
        if (w->bug == SIM_BUG_DEAF) {
            continue;
        }
        if (w->open_handle != 0) {
            answer_command(w, 400);
        }
        w->open_handle = ev->set.handle;
        w->open_property = (uint16_t)item.field;
        w->open_value = value;
        w->open_until = w->clock.now + (sim_roll(w, 2) == 0 ? 0 : sim_roll(w, 6000));
    }
}

static void run_application(struct sim_world *w)
{
    ol_ms now = w->clock.now;

    if (w->open_handle != 0 && now >= w->open_until) {
        answer_command(w, sim_roll(w, 8) == 0 ? 400 : 200);
    }
    if (now >= w->sample_at && now < w->calm_at) {
        unsigned burst = sim_roll(w, 6) == 0 ? 3 : 1;
        for (unsigned i = 0; i < burst; i++) {
            take_sample(w, (uint16_t)sim_roll(w, P_LED));
        }
        w->sample_at = now + 1 + sim_roll(w, 2 * w->sample_every_ms);
    }
}

static void run_operator(struct sim_world *w)
{
    if (w->clock.now < w->set_at || w->clock.now >= w->calm_at) {
        return;
    }
    uint16_t property = sim_roll(w, 2) == 0 ? P_LED : P_CMD;
    w->set_at = w->clock.now + 1100 + sim_roll(w, 15000);
    if (ol_agent_get_state(&w->agent) != OL_AGENT_ONLINE) {
        return;
    }
    /* Only a device that has subscribed can answer. */
    bool is_calm = !sim_fault_is_any(w) && w->site->is_connected(w) &&
                   (!w->site->is_strict || w->delivered_at > w->cloud.disturbed_at);
    if (sim_roll(w, 4) == 0) {
        (void)sim_cloud_get(&w->cloud, is_calm);
    } else if (w->next_value[property] < SIM_VALUES_MAX &&
               sim_cloud_set(&w->cloud, property, w->next_value[property], is_calm)) {
        sim_say(w, "operator sets %s to %lld", property == P_LED ? "led" : "cmd",
                (long long)w->next_value[property]);
        w->fate[property][w->next_value[property]] = SIM_FATE_ASKED;
        w->next_value[property]++;
    }
}

/* ---- The device ---- */

static unsigned count_text(struct ol_str s, const char *word)
{
    size_t len = strlen(word);
    unsigned n = 0;

    for (size_t i = 0; i + len <= s.len; i++) {
        n += memcmp(s.ptr + i, word, len) == 0;
    }
    return n;
}

static void on_posted(struct sim_world *w, const struct ol_agent_event *ev)
{
    ol_ms now = w->clock.now;

    sim_say(w, "agent    posts%s %.*s", ev->posted.again ? " again" : "",
            (int)ev->posted.body.len, ev->posted.body.ptr);
    if (w->posted_at != 0 && now - w->posted_at < OL_AGENT_POST_SPACE_MS) {
        sim_fail(w, "two posts within %llu ms", (unsigned long long)(now - w->posted_at));
    }
    w->posted_at = now;
    if (w->posted_count < sizeof w->posted / sizeof w->posted[0]) {
        w->posted[w->posted_count++] = ev->posted.id;
    }
    if (count_text(ev->posted.body, "\"time\":") < ev->posted.count) {
        w->has_dateless_posts = true;
    }
}

void sim_await(struct sim_world *w)
{
    w->posted_count = 0;
    w->answered_at = 0;
}

static void on_delivered(struct sim_world *w, const struct ol_agent_event *ev)
{
    w->delivered_at = w->clock.now;
    for (size_t i = 0; i < w->posted_count; i++) {
        if (w->posted[i] == ev->delivered.id && w->answered_at == 0) {
            w->answered_at = w->clock.now;
        }
    }
    sim_say(w, "agent    event %d", ev->kind);
}

static void on_event(struct sim_world *w, const struct ol_agent_event *ev)
{
    switch (ev->kind) {
    case OL_AGENT_EVENT_STATE:
        sim_say(w, "agent    %s -> %s (%s)", ol_agent_state_str(ev->state.from),
                ol_agent_state_str(ev->state.to), ol_agent_cause_str(ev->state.cause));
        break;
    case OL_AGENT_EVENT_POSTED:
        on_posted(w, ev);
        break;
    case OL_AGENT_EVENT_DELIVERED:
        on_delivered(w, ev);
        break;
    case OL_AGENT_EVENT_SET:
        on_set(w, ev);
        break;
    case OL_AGENT_EVENT_REFUSED:
        sim_say(w, "agent    post refused: %d %.*s", ev->refused.code,
                (int)ev->refused.msg.len, ev->refused.msg.ptr);
        break;
    default:
        sim_say(w, "agent    event %d", ev->kind);
        break;
    }
}

static void watch_logins(struct sim_world *w)
{
    uint32_t logins = ol_agent_get_stats(&w->agent)->logins;

    if (logins == w->logins_seen) {
        return;
    }
    ol_ms *slot = &w->login_at[logins % 4];
    if (w->logins_seen + 1 != logins) {
        sim_fail(w, "two logins at one instant");
    }
    /* The slot holds the login four before: the fourth within 5 s is one too many. */
    ol_ms third = w->login_at[(logins + 1) % 4];
    if (logins > 3 && w->clock.now - third < 5000) {
        sim_fail(w, "four logins within %llu ms",
                 (unsigned long long)(w->clock.now - third));
    }
    *slot = w->clock.now;
    w->logins_seen = logins;
}

static bool device_is_ready(struct sim_world *w)
{
    bool wants_send = ol_agent_has_output(&w->agent) ||
                      (w->cloud.is_stacked && w->stacked.tx_len > w->stacked.tx_pos);

    return w->site->is_ready(w, wants_send);
}

static ol_ms device_deadline(const struct sim_world *w)
{
    return ol_ms_min(ol_agent_deadline(&w->agent), w->site->deadline(w));
}

/* true: the device had something to do. */
static bool run_device(struct sim_world *w, bool acted)
{
    struct ol_agent_event ev;
    bool is_due = device_deadline(w) <= w->clock.now;

    if (w->clock.now < w->busy_until || (!acted && !is_due && !device_is_ready(w))) {
        return false;
    }
    if (sim_roll(w, w->site->is_strict ? 2048 : 256) == 0 && !w->is_fixed) {
        w->busy_until = w->clock.now + sim_roll(w, 3000);
        sim_cloud_disturb(&w->cloud);
        return false;
    }
    w->steps += is_due;
    sim_bug_before(w);
    w->site->step(w);
    ol_agent_step(&w->agent, w->clock.now, sim_wall(w));
    while (ol_agent_next_event(&w->agent, &ev)) {
        on_event(w, &ev);
    }
    sim_bug_after(w);
    watch_logins(w);
    return true;
}

/* ---- The course of a run ---- */

static void run_instant(struct sim_world *w)
{
    sim_fault_expire(w);
    if (w->clock.now >= w->calm_at) {
        sim_fault_end_all(w);
    } else if (w->clock.now >= w->fault_at) {
        sim_fault_begin(w);
        w->fault_at = w->clock.now + 500 + sim_roll(w, 15000);
    }
    run_operator(w);
    run_application(w);
    bool acted = !w->site->is_strict;
    for (unsigned i = 0; i < RESTS_MAX; i++) {
        bool device = run_device(w, acted);
        bool cloud = sim_cloud_turn(&w->cloud);
        acted = false;
        if (w->open_handle != 0 && w->clock.now >= w->open_until) {
            answer_command(w, 200);
            acted = true;
        }
        if (!device && !cloud && !acted) {
            return;
        }
    }
    sim_fail(w, "the device finds no rest");
}

static ol_ms next_instant(const struct sim_world *w)
{
    ol_ms now = w->clock.now;
    ol_ms next = device_deadline(w);

    if (next < w->busy_until) {
        next = w->busy_until;
    }
    if (now < w->busy_until) {
        next = ol_ms_min(next, w->busy_until); /* for what the network has brought */
    }
    next = ol_ms_min(next, w->site->next(w));
    next = ol_ms_min(next, sim_cloud_next(&w->cloud));
    next = ol_ms_min(next, sim_fault_next(w));
    next = ol_ms_min(next, w->end_at);
    if (w->open_handle != 0 && w->open_until > now) {
        next = ol_ms_min(next, w->open_until);
    }
    if (now < w->calm_at) {
        next = ol_ms_min(next, w->sample_at);
        next = ol_ms_min(next, w->set_at);
        next = ol_ms_min(next, w->fault_at);
        next = ol_ms_min(next, w->calm_at);
    }
    return next > now ? next : now + 1;
}

/* Everything is delivered, and device and platform agree that they are connected. */
static bool is_settled(const struct sim_world *w)
{
    return w->clock.now >= w->calm_at && ol_agent_get_waiting(&w->agent) == 0 &&
           ol_agent_get_state(&w->agent) == OL_AGENT_ONLINE && w->open_handle == 0 &&
           ol_node_is_online(&w->cloud.node, 1) && !w->cloud.has_twin &&
           w->site->is_connected(w);
}

/* A post without times gets the time of its arrival from the platform: sent twice it may be there
 * twice, and it may meet the time of a sample that has one. */
static unsigned excused_losses(const struct sim_world *w)
{
    return w->has_dateless_posts ? w->cloud.history.overwritten : 0;
}

static void check_values(struct sim_world *w)
{
    const struct ol_agent_stats *stats = ol_agent_get_stats(&w->agent);
    uint32_t lost = excused_losses(w);
    uint32_t found = 0;
    uint32_t accepted = 0;

    for (uint16_t p = 0; p < SIM_PROPERTIES; p++) {
        for (int64_t v = 1; v < w->next_value[p]; v++) {
            unsigned n = sim_history_count(&w->cloud.history, p, v);
            if (w->fate[p][v] != SIM_FATE_ACCEPTED) {
                continue;
            }
            accepted++;
            found += n > 0;
            if (n > 1 && !w->has_dateless_posts) {
                sim_fail(w, "%s %lld is in the history %u times",
                         device_fields[p].identifier.ptr, (long long)v, n);
            }
            if (n == 0 && stats->dropped_aside + lost == 0) {
                sim_fail(w, "%s %lld is not in the history",
                         device_fields[p].identifier.ptr, (long long)v);
            }
        }
    }
    if (found + stats->dropped_aside > accepted ||
        found + stats->dropped_aside + lost < accepted || accepted != stats->accepted) {
        sim_fail(w, "%u accepted (%u by the agent's count), %u stored, %u dropped",
                 accepted, stats->accepted, found, stats->dropped_aside);
    }
}

static void check_end(struct sim_world *w)
{
    const struct sim_cloud *c = &w->cloud;
    ol_ms lasted_s = (w->clock.now - w->began_at) / 1000 + 1;

    if (!is_settled(w)) {
        sim_fail(w, "not back: agent in state %s, %u samples wait",
                 ol_agent_state_str(ol_agent_get_state(&w->agent)),
                 ol_agent_get_waiting(&w->agent));
        return;
    }
    w->site->check_end(w);
    if (w->is_garbled) {
        return;
    }
    check_values(w);
    if (c->history.overwritten > excused_losses(w)) {
        sim_fail(w, "%u samples share property and time with another one",
                 c->history.overwritten);
    }
    if (c->history.overflow > 0) {
        sim_fail(w, "the run is too long for the simulator's history");
    }
    if (c->illegal > 0) {
        sim_fail(w, "the platform closed a connection: %s",
                 ol_reason_str(c->illegal_reason));
    }
    if (c->unanswered > 0) {
        sim_fail(w, "%u commands without an answer", c->unanswered);
    }
    if (w->steps > 200 + w->site->wakes_a_second(w) * lasted_s) {
        sim_fail(w, "woke %u times in %llu s", w->steps, (unsigned long long)lasted_s);
    }
}

static void check_close(struct sim_world *w)
{
    struct ol_agent_event ev;
    ol_ms until = w->clock.now + OL_AGENT_LOGIN_SPACE_MS + 100;

    w->site->hinder(w);
    ol_agent_close(&w->agent, w->clock.now);
    while (ol_agent_get_state(&w->agent) != OL_AGENT_CLOSED && w->clock.now < until) {
        w->site->step(w);
        ol_agent_step(&w->agent, w->clock.now, sim_wall(w));
        while (ol_agent_next_event(&w->agent, &ev)) {
            on_event(w, &ev);
        }
        if (ol_agent_deadline(&w->agent) <= w->clock.now) {
            sim_fail(w, "the device finds no rest while it closes");
        }
        (void)sim_cloud_turn(&w->cloud);
        w->site->advance(w, w->clock.now + 10);
    }
    if (ol_agent_get_state(&w->agent) != OL_AGENT_CLOSED) {
        sim_fail(w, "does not close");
    }
}

static void reset_watch(struct sim_world *w)
{
    for (size_t p = 0; p < SIM_PROPERTIES; p++) {
        memset(w->fate[p], 0, sizeof w->fate[p]);
        w->next_value[p] = 1;
    }
    memset(w->until, 0, sizeof w->until);
    memset(w->login_at, 0, sizeof w->login_at);
    w->open_handle = 0;
    w->has_dateless_posts = false;
    w->logins_seen = 0;
    w->posted_at = 0;
    w->delivered_at = 0;
    sim_await(w);
    w->steps = 0;
    w->faults = 0;
    w->set_backs = 0;
    w->busy_until = 0;
    w->in_flight = 0;
    w->is_garbled = false;
    w->has_last_sample = false;
    w->failure[0] = '\0';
}

static void count_run(struct sim_world *w)
{
    const struct ol_agent_stats *stats = ol_agent_get_stats(&w->agent);
    struct sim_totals *t = &w->totals;

    t->faults += w->faults;
    t->virtual_s += (w->clock.now - w->began_at) / 1000;
    t->logins += stats->logins;
    t->online += stats->online;
    t->posts += stats->posts;
    t->reposts += stats->reposts;
    t->delivered += stats->delivered;
    t->refused_full += stats->refused_full;
    t->dropped_aside += stats->dropped_aside;
    t->commands += stats->commands;
    t->late += stats->late;
    t->dateless += w->has_dateless_posts;
}

void sim_begin(struct sim_world *w, uint64_t seed, enum sim_bug bug, bool verbose)
{
    w->seed = seed;
    w->bug = bug;
    w->verbose = verbose;
    w->rng = ol_rng_make(seed);
    reset_watch(w);
    make_world(w, seed);
    ol_agent_open(&w->agent, w->clock.now);
}

/* The connection may have broken without anybody knowing: a last sample proves it. */
static bool is_proved(struct sim_world *w)
{
    if (w->site->is_strict && !w->has_last_sample) {
        w->has_last_sample = true;
        sim_await(w);
        take_sample(w, P_INT);
        return ol_agent_get_waiting(&w->agent) == 0; /* garbled values set it aside */
    }
    return true;
}

bool sim_go_on(struct sim_world *w)
{
    run_instant(w);
    w->site->watch(w);
    if (w->failure[0] != '\0' || (is_settled(w) && is_proved(w))) {
        return false;
    }
    w->site->advance(w, next_instant(w));
    return w->clock.now < w->end_at;
}

bool sim_finish(struct sim_world *w)
{
    check_end(w);
    if (w->failure[0] == '\0') {
        check_close(w);
    }
    count_run(w);
    sim_cloud_free(&w->cloud);
    if (w->cloud.allocated != 0) {
        sim_fail(w, "the platform leaks %zu bytes", w->cloud.allocated);
    }
    return w->failure[0] == '\0';
}

bool sim_run(struct sim_world *w, uint64_t seed, enum sim_bug bug, bool verbose)
{
    w->is_fixed = false;
    sim_begin(w, seed, bug, verbose);
    while (sim_go_on(w)) {
    }
    return sim_finish(w);
}
