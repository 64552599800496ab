/* SPDX-License-Identifier: MIT */
#include "platform/core/node.h"

#include <string.h>

#include "platform/core/codes.h"
#include "platform/core/limits.h"
#include "platform/core/online.h"
#include "platform/core/parts.h"
#include "platform/core/pending.h"
#include "platform/core/timers.h"

#define DEFAULT_SET_TIMEOUT_MS   5000
#define DEFAULT_LOGIN_TIMEOUT_MS 5000
#define DEFAULT_CONNECTIONS_MAX  20000
#define DEFAULT_PENDING_MAX      2048
#define DEFAULT_MEMORY_MAX       (UINT64_C(128) << 20)
/* Sessions that the node has given up still count for the owner until its turn ends. */
#define ENDING_MAX         32
#define DEFAULT_OUTPUT_MAX (256u * 1024)
#define DEFAULT_CALLS_MAX  1000

#define CLOCK_BACK_MS 1000 /* more than this: the wall clock was set back */

#define REASON_CAP 192 /* words and an address */

static uint32_t or_default(uint32_t value, uint32_t standard)
{
    return value == 0 ? standard : value;
}

static uint32_t at_most(uint32_t value, uint32_t max)
{
    return value < max ? value : max;
}

static void set_defaults(struct ol_node_config *c)
{
    c->set_timeout_ms = or_default(c->set_timeout_ms, DEFAULT_SET_TIMEOUT_MS);
    c->login_timeout_ms = or_default(c->login_timeout_ms, DEFAULT_LOGIN_TIMEOUT_MS);
    c->connections_max = or_default(c->connections_max, DEFAULT_CONNECTIONS_MAX);
    c->pending_max = or_default(c->pending_max, DEFAULT_PENDING_MAX);
    c->pending_max = at_most(c->pending_max, (c->connections_max + 1) / 2);
    c->pending_address_max =
        at_most(or_default(c->pending_address_max, DEFAULT_PENDING_MAX / 2),
                (c->pending_max + 1) / 2);
    c->memory_max = c->memory_max == 0 ? DEFAULT_MEMORY_MAX : c->memory_max;
    c->output_max = or_default(c->output_max, DEFAULT_OUTPUT_MAX);
    c->calls_max = or_default(c->calls_max, DEFAULT_CALLS_MAX);
}

int32_t ol_node_init(struct ol_node *node, const struct ol_node_config *config)
{
    memset(node, 0, sizeof *node);
    node->config = *config;
    if (config->alloc.resize == NULL || config->store.ops == NULL) {
        return OL_E_ARG;
    }
    set_defaults(&node->config);
    node->mem = ol_mem_make(config->alloc);
    ol_list_init(&node->ready);
    ol_list_init(&node->held);
    ol_list_init(&node->calls);
    ol_list_init(&node->done);
    node->next_call = 1;
    node->logins = ol_mem_get(&node->mem, sizeof *node->logins);
    if (node->logins == NULL || ol_online_init(node) != OL_OK ||
        ol_pending_init(node) != OL_OK) {
        ol_node_reset(node);
        return OL_E_NOSPC;
    }
    memset(node->logins, 0, sizeof *node->logins);
    return OL_OK;
}

void ol_node_reset(struct ol_node *node)
{
    ol_node_calls_reset(node);
    ol_mem_free(&node->mem, node->heap, node->heap_cap * sizeof *node->heap);
    ol_mem_free(&node->mem, node->logins, sizeof *node->logins);
    ol_online_reset(node);
    ol_pending_reset(node);
    ol_mem_reset(&node->mem);
    node->heap = NULL;
    node->heap_cap = 0;
    node->logins = NULL;
}

/* Arrival times go on from the last of their session; not from where a clock that was
 * wrong had left them. */
static void forget_stamps(struct ol_node *node)
{
    for (uint32_t i = 0; i < node->stats.connections; i++) {
        node->heap[i]->stamp_ms = 0;
    }
}

void ol_node_set_wall(struct ol_node *node, ol_ms now, int64_t wall_ms)
{
    int64_t offset_ms = wall_ms - (int64_t)now;
    if (offset_ms < node->wall_offset_ms - CLOCK_BACK_MS) {
        forget_stamps(node);
    }
    node->wall_offset_ms = offset_ms;
}

int64_t ol_node_wall(const struct ol_node *node, ol_ms now)
{
    return node->wall_offset_ms + (int64_t)now;
}

struct ol_node_stats ol_node_stats(const struct ol_node *node)
{
    return node->stats;
}

/* ---- what is due when ---- */

/* Keep alive: one and a half times, docs/protocol.md §1.3. */
static ol_ms silence_max_ms(const struct ol_session *s)
{
    return (ol_ms)s->keep_alive_s * 1500;
}

static ol_ms session_deadline(const struct ol_node *node, const struct ol_session *s)
{
    switch (s->state) {
    case OL_SESSION_ONLINE:
        return s->pause_until_ms != 0 ? s->pause_until_ms
                                      : ol_ms_add(s->uplink_at_ms, silence_max_ms(s));
    case OL_SESSION_CLOSED:
        return OL_NEVER;
    default: /* CONNECTING since it was opened, CLOSING since it was dropped */
        return ol_ms_add(s->uplink_at_ms, node->config.login_timeout_ms);
    }
}

ol_ms ol_node_deadline(const struct ol_node *node)
{
    const struct ol_session *s = ol_timers_first(node);
    ol_ms calls = ol_node_calls_deadline(node);
    return s == NULL ? calls : ol_ms_min(s->timer_at_ms, calls);
}

/* ---- what the owner sees ---- */

void ol_node_touch(struct ol_node *node, struct ol_session *s)
{
    if (s->out_released > s->out_pos || s->state == OL_SESSION_CLOSED) {
        ol_list_add(&node->ready, &s->ready);
    }
}

struct ol_session *ol_node_next_ready(struct ol_node *node)
{
    if (ol_list_is_empty(&node->ready)) {
        return NULL;
    }
    struct ol_session *s = OL_LIST_ENTRY(node->ready.next, struct ol_session, ready);
    ol_list_remove(&s->ready);
    return s;
}

void ol_node_hold(struct ol_node *node, struct ol_session *s)
{
    ol_list_add(&node->held, &s->held);
}

bool ol_node_write(struct ol_node *node, struct ol_session *s, size_t cap,
                   struct ol_writer *w, ol_ms now)
{
    if (ol_session_write(s, &node->mem, cap, w)) {
        return true;
    }
    bool slow = s->out.len - s->out_pos + cap > s->out_max;
    ol_node_drop(node, s, slow ? OL_REASON_SLOW : OL_REASON_NO_MEMORY, false, now);
    return false;
}

/* ---- the end of a session ---- */

/* The words, and of a twin from where it came. */
static struct ol_str offline_reason(const struct ol_node *node, enum ol_reason reason,
                                    char text[REASON_CAP])
{
    char peer[OL_NODE_PEER_CAP];
    struct ol_writer w = ol_writer_make(text, REASON_CAP);
    ol_writer_str(&w, ol_str_from(ol_reason_str((uint8_t)reason)));
    struct ol_str from = ol_node_peer(node, node->newcomer, peer);
    if (reason == OL_REASON_TWIN && from.len > 0) {
        ol_writer_str(&w, OL_STR(", from "));
        ol_writer_str(&w, from);
    }
    return ol_str_make(text, w.len);
}

static void go_offline(struct ol_node *node, struct ol_session *s, enum ol_reason reason,
                       ol_ms now)
{
    char text[REASON_CAP];
    ol_online_remove(node, s);
    ol_node_calls_offline(node, s);
    const struct ol_store_presence presence = {
        .device = s->device,
        .product = s->product,
        .state = OL_PRESENCE_OFFLINE,
        .time_ms = ol_node_wall(node, now),
        .last_seen_ms = ol_node_wall(node, s->uplink_at_ms),
        .reason = offline_reason(node, reason, text)};
    /* A presence that cannot be stored is no reason to keep the connection. */
    (void)node->config.store.ops->put_presence(node->config.store.ctx, &presence);
    node->dirty = true;
}

/* Ends that no rule of the protocol asked for. */
static bool is_orderly(enum ol_reason reason)
{
    return reason <= OL_REASON_REMOVED && reason != OL_REASON_PEER;
}

static void log_end(struct ol_node *node, const struct ol_session *s,
                    enum ol_reason reason, ol_ms now)
{
    if (reason == OL_REASON_LOGIN_REFUSED) {
        return; /* logged with its code already */
    }
    char peer[OL_NODE_PEER_CAP];
    bool abnormal = s->device != 0 && !is_orderly(reason);
    struct ol_msglog line = {
        .direction = OL_MSGLOG_NODE,
        .verdict = OL_MSGLOG_CLOSED,
        .length = s->pings,
        .code = abnormal ? OL_CODE_OFFLINE : OL_CODE_NONE,
        .reason = ol_str_from(ol_reason_str((uint8_t)reason)),
    };
    if (reason == OL_REASON_TWIN) {
        line.peer = ol_node_peer(node, node->newcomer, peer);
    }
    ol_node_log(node, s, &line, now);
    if (reason > OL_REASON_REMOVED) {
        node->stats.closed++;
    }
}

void ol_node_drop(struct ol_node *node, struct ol_session *s, enum ol_reason reason,
                  bool flush, ol_ms now)
{
    if (s->state <= OL_SESSION_ONLINE) {
        /* First the log: who reads it may still ask who this was. */
        log_end(node, s, reason, now);
        if (s->state == OL_SESSION_ONLINE) {
            go_offline(node, s, reason, now);
        }
        ol_pending_remove(node, s);
        node->stats.ending++;
        s->uplink_at_ms = now;
    }
    ol_session_close(s, &node->mem, reason, flush);
    if (node->pumped != s) {
        ol_session_drop_input(s, &node->mem);
    }
    ol_timers_set(node, s, session_deadline(node, s));
    ol_node_touch(node, s);
}

void ol_node_close(struct ol_node *node, struct ol_session *s, ol_ms now)
{
    ol_node_drop(node, s, OL_REASON_PEER, false, now);
    ol_list_remove(&s->ready);
    ol_list_remove(&s->held);
    ol_timers_remove(node, s);
    node->stats.ending--;
    ol_session_reset(s, &node->mem);
}

void ol_node_close_all(struct ol_node *node, ol_ms now)
{
    /* Dropping moves sessions within the heap, so one pass may miss some. */
    bool again = true;
    while (again) {
        again = false;
        for (uint32_t i = 0; i < node->stats.connections; i++) {
            if (node->heap[i]->state <= OL_SESSION_ONLINE) {
                ol_node_drop(node, node->heap[i], OL_REASON_SHUTDOWN, true, now);
                again = true;
            }
        }
    }
}

void ol_node_kick(struct ol_node *node, int64_t device, ol_ms now)
{
    struct ol_session *s = ol_online_find(node, device);
    if (s != NULL) {
        ol_node_drop(node, s, OL_REASON_REMOVED, true, now);
    }
}

const struct ol_session *ol_node_find(const struct ol_node *node, int64_t device)
{
    return ol_online_find(node, device);
}

const struct ol_session *ol_node_find_pending(const struct ol_node *node)
{
    return ol_list_is_empty(&node->pending->all)
               ? NULL
               : OL_LIST_ENTRY(node->pending->all.next, struct ol_session, pending);
}

int64_t ol_node_last_seen(const struct ol_node *node, int64_t device)
{
    const struct ol_session *s = ol_online_find(node, device);
    return s == NULL ? 0 : ol_node_wall(node, s->uplink_at_ms);
}

bool ol_node_is_online(const struct ol_node *node, int64_t device)
{
    return ol_online_find(node, device) != NULL;
}

/* ---- input ---- */

int32_t ol_node_open(struct ol_node *node, struct ol_session *s, void *user, ol_ms now)
{
    uint32_t max = node->config.connections_max;
    bool full = node->stats.connections - node->stats.ending >= max;
    struct ol_session *oldest = ol_pending_excess(node, s->peer, full);
    if (node->stats.connections >= max + ENDING_MAX || (full && oldest == NULL)) {
        return OL_E_NOSPC;
    }
    if (oldest != NULL) {
        ol_node_drop(node, oldest, OL_REASON_CROWDED, false, now);
    }
    s->user = user;
    ol_session_init(s, node->config.output_max, now);
    s->filters_max = ol_limit_rules(node->config.limit_table)->filters_max;
    int32_t rc = ol_timers_add(node, s, session_deadline(node, s));
    if (rc == OL_OK) {
        ol_pending_add(node, s);
    }
    return rc;
}

/* ---- memory ---- */

static size_t holds(const struct ol_session *s)
{
    return (size_t)s->in.cap + s->out.cap;
}

/* Drops who holds at least so much, until an eighth of the memory is free again. */
static void drop_holders(struct ol_node *node, size_t least, ol_ms now)
{
    for (uint32_t i = 0; i < node->stats.connections; i++) {
        /* Dropping moves a session within the heap: the same place has another now. */
        while (holds(node->heap[i]) >= least &&
               node->mem.used > node->config.memory_max / 8 * 7 &&
               node->heap[i]->state != OL_SESSION_CLOSED) {
            ol_node_drop(node, node->heap[i], OL_REASON_HOARDS, false, now);
        }
    }
}

/* Too much memory is held in all: those that hold most lose their connections. */
static void relieve(struct ol_node *node, ol_ms now)
{
    size_t most = 0;
    if (node->mem.used <= node->config.memory_max) {
        return;
    }
    for (uint32_t i = 0; i < node->stats.connections; i++) {
        most = holds(node->heap[i]) > most ? holds(node->heap[i]) : most;
    }
    if (most > OL_MEM_BLOCK) {
        drop_holders(node, most / 2, now);
    }
}

static void pause(struct ol_node *node, struct ol_session *s, ol_ms until)
{
    s->pause_until_ms = until;
    ol_timers_set(node, s, until);
}

/* Counts a packet against a limit and tells what has to become of it. With a ban the
 * session is closed already. */
static enum ol_excess count(struct ol_node *node, struct ol_session *s,
                            enum ol_limit limit, uint32_t n, ol_ms now)
{
    bool first;
    const struct ol_limit_rules *rules = ol_limit_rules(node->config.limit_table);
    if (node->config.limits == OL_LIMITS_OFF ||
        ol_limit_count(rules, s, limit, n, now, &first)) {
        return OL_EXCESS_NONE;
    }
    if (first) {
        ol_node_log_note(node, s, OL_MSGLOG_LIMIT, OL_CODE_NONE,
                         ol_str_from(rules->row[limit].words), now);
    }
    if (node->config.limits == OL_LIMITS_WARN) {
        return OL_EXCESS_NONE;
    }
    if (rules->row[limit].excess == OL_EXCESS_BAN) {
        ol_limit_ban(node->logins, s->device, now);
        ol_node_drop(node, s, OL_REASON_BANNED, true, now);
    }
    return rules->row[limit].excess;
}

static void pause_for(struct ol_node *node, struct ol_session *s, enum ol_excess excess,
                      ol_ms now)
{
    if (excess == OL_EXCESS_PAUSE && s->state == OL_SESSION_ONLINE) {
        pause(node, s, ol_ms_add(now, OL_LIMIT_PAUSE_MS));
    }
}

static void take_ping(struct ol_node *node, struct ol_session *s, ol_ms now)
{
    struct ol_writer w;
    enum ol_excess excess = count(node, s, OL_LIMIT_PINGS, 1, now);
    if (excess == OL_EXCESS_BAN || !ol_node_write(node, s, 2, &w, now)) {
        return;
    }
    s->pings++; /* counted, not logged: nothing but noise */
    node->packet.len = 0;
    if (ol_mqtt_empty_encode(&w, OL_MQTT_PINGRESP) == OL_OK) {
        ol_session_write_done(s, &w);
    }
    pause_for(node, s, excess, now);
}

static enum ol_limit publish_limit(const struct ol_node *node, uint8_t qos)
{
    return node->config.limit_table == OL_LIMIT_TABLE_SUITE && qos == 1
               ? OL_LIMIT_PUBLISHES_QOS1
               : OL_LIMIT_PUBLISHES;
}

/* An excess publish is put back and taken again in the next window. */
static void take_publish(struct ol_node *node, struct ol_session *s,
                         const struct ol_session_packet *p, struct ol_session_feed *feed,
                         ol_ms now)
{
    enum ol_limit limit = publish_limit(node, p->publish.qos);
    enum ol_excess excess = count(node, s, limit, 1, now);
    if (excess == OL_EXCESS_BAN) {
        return;
    }
    enum ol_excess bytes = count(node, s, OL_LIMIT_BYTES, p->publish.payload_len, now);
    if (excess == OL_EXCESS_DELAY || bytes == OL_EXCESS_DELAY) {
        ol_session_unread(s, feed, p);
        pause(node, s, ol_limit_window_end(ol_limit_rules(node->config.limit_table), s));
        return;
    }
    ol_node_publish(node, s, &p->publish, now);
}

static void take_subscribe(struct ol_node *node, struct ol_session *s,
                           const struct ol_session_packet *p, ol_ms now)
{
    uint32_t filters = (uint32_t)p->subscribe.count;
    enum ol_excess excess = count(node, s, OL_LIMIT_FILTERS, filters, now);
    ol_node_subscribe(node, s, p, excess != OL_EXCESS_NONE, now);
    pause_for(node, s, excess, now);
}

static void take_unsubscribe(struct ol_node *node, struct ol_session *s,
                             const struct ol_session_packet *p, ol_ms now)
{
    uint32_t filters = (uint32_t)p->subscribe.count;
    enum ol_excess excess = count(node, s, OL_LIMIT_UNFILTERS, filters, now);
    if (excess == OL_EXCESS_BAN) {
        return;
    }
    ol_node_unsubscribe(node, s, p, now);
    pause_for(node, s, excess, now);
}

static void take(struct ol_node *node, struct ol_session *s,
                 const struct ol_session_packet *p, struct ol_session_feed *feed,
                 ol_ms now)
{
    switch (p->header.type) {
    case OL_MQTT_CONNECT:
        ol_node_login(node, s, p, now);
        if (s->state == OL_SESSION_ONLINE) {
            ol_timers_set(node, s, session_deadline(node, s));
        }
        break;
    case OL_MQTT_PUBLISH:
        take_publish(node, s, p, feed, now);
        break;
    case OL_MQTT_SUBSCRIBE:
        take_subscribe(node, s, p, now);
        break;
    case OL_MQTT_UNSUBSCRIBE:
        take_unsubscribe(node, s, p, now);
        break;
    case OL_MQTT_PINGREQ:
        take_ping(node, s, now);
        break;
    default: /* DISCONNECT: the session lets nothing else through */
        ol_node_log_packet(node, s, OL_MSGLOG_ACCEPTED, OL_STR(""), now);
        ol_node_drop(node, s, OL_REASON_DISCONNECT, true, now);
        break;
    }
}

/* What arrived ends the connection; NULL: there was no memory for it. */
static void end_for(struct ol_node *node, struct ol_session *s,
                    const struct ol_session_packet *p, ol_ms now)
{
    if (p == NULL) {
        ol_node_drop(node, s, OL_REASON_NO_MEMORY, true, now);
        return;
    }
    node->packet = p->raw;
    ol_node_log_packet(node, s, OL_MSGLOG_CLOSED,
                       ol_str_from(ol_reason_str((uint8_t)p->reason)), now);
    ol_node_drop(node, s, p->reason, true, now);
}

/* Handles packets until there is no whole one left, the session closes or a limit delays
 * it. */
static void pump(struct ol_node *node, struct ol_session *s, struct ol_session_feed *feed,
                 ol_ms now)
{
    node->pumped = s;
    while (ol_session_is_reading(s)) {
        struct ol_session_packet p;
        int32_t rc = ol_session_next(s, &node->mem, feed, &p);
        if (rc == OL_E_AGAIN) {
            break;
        }
        if (rc != OL_OK) {
            end_for(node, s, rc == OL_E_PROTO ? &p : NULL, now);
            break;
        }
        s->uplink_at_ms = now;
        node->packet = p.raw;
        take(node, s, &p, feed, now);
    }
    node->packet.len = 0;
    if (s->pause_until_ms != 0 && ol_session_keep(s, &node->mem, feed) != OL_OK) {
        ol_node_drop(node, s, OL_REASON_NO_MEMORY, true, now);
    }
    node->pumped = NULL;
    if (s->state > OL_SESSION_ONLINE) {
        ol_session_drop_input(s, &node->mem);
    }
    ol_node_touch(node, s);
    relieve(node, now);
}

void ol_node_input(struct ol_node *node, struct ol_session *s, const void *data,
                   size_t len, ol_ms now)
{
    struct ol_session_feed feed = {data, len};
    pump(node, s, &feed, now);
}

void ol_node_output_done(struct ol_node *node, struct ol_session *s, size_t n, ol_ms now)
{
    ol_session_output_done(s, &node->mem, n);
    if (s->state == OL_SESSION_CLOSED) {
        ol_timers_set(node, s, session_deadline(node, s));
        ol_node_touch(node, s);
    }
    (void)now;
}

/* ---- time ---- */

static void resume(struct ol_node *node, struct ol_session *s, ol_ms now)
{
    struct ol_session_feed feed = {NULL, 0};
    s->pause_until_ms = 0;
    ol_timers_set(node, s, session_deadline(node, s));
    pump(node, s, &feed, now);
    ol_list_add(&node->ready, &s->ready);
}

static void session_due(struct ol_node *node, struct ol_session *s, ol_ms now)
{
    ol_ms at = session_deadline(node, s);
    if (at > now) {
        ol_timers_set(node, s, at);
    } else if (s->pause_until_ms != 0) {
        resume(node, s, now);
    } else if (s->state == OL_SESSION_CONNECTING) {
        ol_node_drop(node, s, OL_REASON_LOGIN_TIMEOUT, true, now);
    } else {
        ol_node_drop(node, s, OL_REASON_KEEP_ALIVE_OVER, false, now);
    }
}

void ol_node_step(struct ol_node *node, ol_ms now)
{
    struct ol_session *s;
    while ((s = ol_timers_first(node)) != NULL && s->timer_at_ms <= now) {
        session_due(node, s, now);
    }
    relieve(node, now);
    ol_node_calls_step(node, now);
}

/* ---- commit ---- */

static void commit_failed(struct ol_node *node, struct ol_session *s, ol_ms now)
{
    ol_node_drop(node, s, OL_REASON_STORE, false, now);
}

int32_t ol_node_commit(struct ol_node *node, ol_ms now)
{
    int32_t rc = OL_OK;
    if (node->dirty) {
        node->dirty = false;
        rc = node->config.store.ops->commit(node->config.store.ctx);
    }
    while (!ol_list_is_empty(&node->held)) {
        struct ol_session *s = OL_LIST_ENTRY(node->held.next, struct ol_session, held);
        ol_list_remove(&s->held);
        if (rc != OL_OK) {
            commit_failed(node, s, now);
        } else {
            ol_session_release(s);
            ol_node_touch(node, s);
        }
    }
    return rc;
}
