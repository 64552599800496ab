/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_NODE_H
#define PLATFORM_CORE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"
#include "platform/core/alloc.h"
#include "platform/core/list.h"
#include "platform/core/mem.h"
#include "platform/core/session.h"
#include "platform/core/store.h"

/* The access node: all MQTT sessions, who is online, login, what may be published and
 * subscribed, thing-model rules and their answers, calls from applications to devices. An
 * engine: no I/O, no clock, one thread. What it decides is in docs/protocol.md §1 to §4;
 * where that leaves a gap the choice is marked "ours" in platform/core/codes.h and
 * docs/fidelity.md.
 *
 * The owner's loop, one turn:
 *
 *     ol_node_set_wall(&node, now, wall_ms);         when it likes, at best each turn
 *     for each new connection:  s = zeroed memory; ol_node_open(&node, s, user, now)
 *     for each readable one:    n = read(...); ol_node_input(&node, s, data, n, now)
 *     for each that ended:      ol_node_close(&node, s, now); free s
 *     ol_node_step(&node, now);
 *     rc = ol_node_commit(&node, now);
 *     while ((s = ol_node_next_ready(&node)) != NULL)
 *         data = ol_session_output(s, &len); n = write(...)
 *         ol_node_output_done(&node, s, n, now)
 *         if (ol_session_is_closed(s)) close; ol_node_close(&node, s, now); free s
 *         reading on or off by ol_session_is_reading(s)
 *     while (ol_node_next_event(&node, &ev)) answer the application
 *     sleep until something is readable or ol_node_deadline(&node)
 *
 * Closing order: a session that the node gives up shows in ol_node_next_ready(); the
 * owner sends what ol_session_output() still gives until ol_session_is_closed(). */

/* The two sets of limits of docs/protocol.md §1.7. */
enum ol_limit_table {
    OL_LIMIT_TABLE_STUDIO, /* the default: of today's thing model */
    OL_LIMIT_TABLE_SUITE   /* of the older MQTT suite's access node */
};

/* How they are kept. */
enum ol_limits {
    OL_LIMITS_WARN, /* the default: only a line in the message log, once a second and
                       kind */
    OL_LIMITS_OFF,
    OL_LIMITS_ENFORCE /* delayed, refused or closed as the documents say */
};

#define OL_NODE_PEER_CAP 64 /* an address and a port in text, with the NUL */

struct ol_node_config {
    struct ol_alloc alloc;
    struct ol_store store;
    enum ol_limits limits;
    enum ol_limit_table limit_table;
    uint32_t set_timeout_ms;      /* for an answer to a set or get; 0: 5000 */
    uint32_t login_timeout_ms;    /* from open to CONNECT, and for the last bytes of a
                                  session that closes; 0: 5000 */
    uint32_t connections_max;     /* 0: 20000 */
    uint32_t pending_max;         /* connections that have not logged in; 0: 2048, at most
                                  half of connections_max */
    uint32_t pending_address_max; /* of these from one address; 0: 1024, at most half of
                                     pending_max */
    uint64_t memory_max; /* bytes the node takes from alloc in all; above, the connections
                            that hold most are closed; 0: 128 MiB */
    uint32_t output_max; /* bytes waiting for one connection; 0: 256 KiB */
    uint32_t calls_max;  /* open sets and gets over all devices; 0: 1000 */
    bool log_off;        /* no message log */
    bool log_brief;      /* no lines about what is accepted, but for logins */

    /* Writes the address of a connection, by the user of ol_node_open(), for the message
     * log and for why a device went offline. NULL: addresses are not told. */
    void (*peer_str)(void *user, char text[OL_NODE_PEER_CAP]);
};

/* What the node counts, since init. */
struct ol_node_stats {
    uint64_t posts;   /* property posts answered 200 */
    uint64_t refused; /* property posts answered with another code */
    uint64_t logins;
    uint64_t logins_refused;
    uint64_t closed;      /* connections closed for a broken rule */
    uint32_t connections; /* now */
    uint32_t online;      /* now */
    uint32_t ending;      /* now: closed by the node, not yet by the owner */
};

struct ol_login_times;
struct ol_pending;
struct ol_call;

/* Where the message log hides what is secret. */
struct ol_node_log_room {
    char raw[OL_MSGLOG_RAW_MAX];
    char body[OL_MSGLOG_RAW_MAX];
    char topic[1024];
    char reason[1024];
    char product[128];
    char device[128];
};

/* Memory of the owner; the fields are the node's. */
struct ol_node {
    struct ol_node_config config;
    struct ol_mem mem;
    int64_t wall_offset_ms;
    struct ol_session **heap; /* of all sessions by timer_at_ms */
    uint32_t heap_cap;
    uint32_t bucket_count;       /* a power of two */
    struct ol_session **buckets; /* of online sessions by device */
    struct ol_login_times *logins;
    struct ol_pending *pending;
    struct ol_link ready;
    struct ol_link held;
    struct ol_link calls; /* waiting for the device, oldest first */
    struct ol_link done;  /* for next_event */
    struct ol_call *told; /* what the last event points into */
    uint32_t call_count;
    uint32_t next_call;
    struct ol_session *pumped; /* its packets are being handled: its input stays */
    bool dirty;                /* something was put since the last commit */
    struct ol_str packet;      /* that is being handled, until a line of the log has it */
    const struct ol_session *newcomer; /* for which a twin goes, while it does */
    struct ol_node_log_room log_room;
    struct ol_node_stats stats;
};

/* Sets up the node with a copy of *config. OL_OK; OL_E_ARG: no allocator or store;
 * OL_E_NOSPC: no memory for its tables. */
OL_MUST int32_t ol_node_init(struct ol_node *node, const struct ol_node_config *config);

/* Gives back all memory. The owner has closed every session before. Open calls are
 * forgotten. */
void ol_node_reset(struct ol_node *node);

/* Ties the wall clock (Unix ms, for token expiry and arrival times) to monotonic time.
 * Until the first call the wall clock stands at 1970 and every token that has an expiry
 * is good. */
void ol_node_set_wall(struct ol_node *node, ol_ms now, int64_t wall_ms);

/* ---- connections ---- */

/* A new TCP connection. *s is zeroed memory, but for s->peer, that stays where it is until
 * ol_node_close(); user is the owner's, found in s->user. One that waits for its login may
 * have to go for it. OL_OK; OL_E_NOSPC: too many connections or no memory: close the TCP
 * connection, s is not the node's. */
OL_MUST int32_t ol_node_open(struct ol_node *node, struct ol_session *s, void *user,
                             ol_ms now);

/* Bytes that arrived, len may be 0. All are taken, data is not kept. Call it only while
 * ol_session_is_reading(s), with at most 64 KB a call (what a limit holds back is
 * copied). */
void ol_node_input(struct ol_node *node, struct ol_session *s, const void *data,
                   size_t len, ol_ms now);

/* The connection took the first n bytes of what ol_session_output() gave. */
void ol_node_output_done(struct ol_node *node, struct ol_session *s, size_t n, ol_ms now);

/* The TCP connection is gone, or is given up by the owner. Exactly once for each
 * ol_node_open() that gave OL_OK; afterwards s is the owner's to free. */
void ol_node_close(struct ol_node *node, struct ol_session *s, ol_ms now);

/* Ends every session in order (for a platform that is told to end): they come up in
 * ol_node_next_ready() as closed. */
void ol_node_close_all(struct ol_node *node, ol_ms now);

/* Looks at what is due: logins and keep alives that ran out, delayed packets, calls
 * without an answer. Cheap when nothing is. */
void ol_node_step(struct ol_node *node, ol_ms now);

/* When ol_node_step() must be called at the latest; OL_NEVER: not before input. */
ol_ms ol_node_deadline(const struct ol_node *node);

/* Commits the store and releases the answers that waited for it. Once a turn, after all
 * input. OL_OK, also when there was nothing to commit. Otherwise the store's error: every
 * connection that waited for an answer is closed without one; nothing else is to be done.
 */
OL_MUST int32_t ol_node_commit(struct ol_node *node, ol_ms now);

/* The next session that the owner must look at: it has something to send, closes, or
 * reads again. NULL: none. Each comes up once per change. */
struct ol_session *ol_node_next_ready(struct ol_node *node);

/* ---- for applications ---- */

/* The device has a logged-in connection. */
bool ol_node_is_online(const struct ol_node *node, int64_t device);

/* The session on which the device is logged in, or NULL. */
const struct ol_session *ol_node_find(const struct ol_node *node, int64_t device);

/* The session that waits longest for its login, or NULL. */
const struct ol_session *ol_node_find_pending(const struct ol_node *node);

/* When the device that is online sent its last packet, Unix ms; 0: it is not online. */
int64_t ol_node_last_seen(const struct ol_node *node, int64_t device);

/* Closes the device's connection, if there is one (device deleted, key reset). */
void ol_node_kick(struct ol_node *node, int64_t device, ol_ms now);

#define OL_CALL_MSG_CAP 256

/* The first answer to a call. */
struct ol_call_start {
    uint32_t handle; /* not 0: an event with this handle will tell the end */
    int32_t code;    /* 0, or a code of docs/protocol.md §8.3 */
    uint16_t msg_len;
    char msg[OL_CALL_MSG_CAP]; /* the words to the code, UTF-8 */
};

/* Sends property/set to a device (docs/protocol.md §4.3). params is the JSON object of
 * bare values, checked whole against the model: every identifier exists and is rw, every
 * value is of its type, range and step; else 10411 with the text of docs/protocol.md §8.3
 * and nothing is sent. A device that is not online: 10421. A device that did not
 * subscribe to property/set gets nothing and the call ends by timeout. user comes back in
 * the event. OL_OK: under way, out->handle is set. OL_E_ARG: refused, out->code and
 * out->msg say why. OL_E_NOSPC: too many open calls, or no memory; out->code is 10500. */
OL_MUST int32_t ol_node_set_begin(struct ol_node *node, int64_t device,
                                  struct ol_str params, void *user, ol_ms now,
                                  struct ol_call_start *out);

/* Sends property/get; params is a JSON array of identifiers, each of the model. As above.
 */
OL_MUST int32_t ol_node_get_begin(struct ol_node *node, int64_t device,
                                  struct ol_str params, void *user, ol_ms now,
                                  struct ol_call_start *out);

/* The application lost interest: no event will come for handle. Unknown handles are fine.
 */
void ol_node_call_cancel(struct ol_node *node, uint32_t handle);

enum ol_node_event_kind {
    OL_NODE_CALL_DONE, /* the device answered; code may be a failure of the device's own
                        */
    OL_NODE_CALL_TIMEOUT, /* no answer in time */
    OL_NODE_CALL_OFFLINE  /* the device's connection ended before it answered */
};

struct ol_node_event {
    enum ol_node_event_kind kind;
    uint32_t handle;
    void *user;
    int64_t device;
    int32_t api_code;      /* docs/protocol.md §8.3: 0, 10411 or 10421 */
    struct ol_str api_msg; /* the words to api_code, UTF-8; "succ" with 0 */
    /* DONE: the device's own answer; otherwise empty. */
    struct ol_str id;  /* of the message, digits */
    int32_t code;      /* as the device gave it, 200: success */
    struct ol_str msg; /* JSON string between its quotes (still escaped), perhaps empty */
    struct ol_str data; /* JSON text; empty when the device gave none */
};

/* The next event, or false. Its spans live until the next call of this function. */
OL_MUST bool ol_node_next_event(struct ol_node *node, struct ol_node_event *ev);

/* The counters. */
struct ol_node_stats ol_node_stats(const struct ol_node *node);

#endif
