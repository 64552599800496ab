/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_CORE_PARTS_H
#define PLATFORM_CORE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/onenet/topic.h"
#include "platform/core/node.h"
#include "platform/core/reason.h"

/* What the parts of the access node share; nothing outside platform/core includes it.
 * Every `now` is the one of the call that came in. */

/* Unix ms at now. */
int64_t ol_node_wall(const struct ol_node *node, ol_ms now);

/* ---- msglog.c ---- */

/* Whether anybody reads such a line; what makes one looks first. */
bool ol_node_logs(const struct ol_node *node, enum ol_msglog_verdict verdict,
                  uint8_t packet);

/* Adds a line to the message log: fills in the session's device (s may be NULL), the time
 * and, of a line about what came, the packet that is being handled; hides what is secret.
 * Nothing happens when nobody reads it. */
void ol_node_log(struct ol_node *node, const struct ol_session *s, struct ol_msglog *line,
                 ol_ms now);

/* A line of the platform's own about a session: a verdict with its words. */
void ol_node_log_note(struct ol_node *node, const struct ol_session *s,
                      enum ol_msglog_verdict verdict, int32_t code, struct ol_str reason,
                      ol_ms now);

/* A line about the packet that is being handled, if it has none yet. */
void ol_node_log_packet(struct ol_node *node, const struct ol_session *s,
                        enum ol_msglog_verdict verdict, struct ol_str reason, ol_ms now);

/* The packet in w is written: ol_session_write_done(), and a line about it. */
void ol_node_sent(struct ol_node *node, struct ol_session *s, const struct ol_writer *w,
                  ol_ms now);

/* The address of a connection, in text; empty: not known. */
struct ol_str ol_node_peer(const struct ol_node *node, const struct ol_session *s,
                           char text[OL_NODE_PEER_CAP]);

/* What a line about a PUBLISH that was received says of it; the rest is the caller's. */
struct ol_msglog ol_node_publish_line(const struct ol_mqtt_publish *publish,
                                      enum ol_msglog_verdict verdict);

/* A line about a PUBLISH that was received. */
void ol_node_log_publish(struct ol_node *node, const struct ol_session *s,
                         const struct ol_mqtt_publish *publish,
                         enum ol_msglog_verdict verdict, int32_t code,
                         struct ol_str reason, ol_ms now);

/* ---- node.c ---- */

/* Ends a session: out of the online table, presence, open calls, log; then what the owner
 * sees. flush: what is written is still sent. No effect on one that closes already,
 * except that without flush its output is thrown away. */
void ol_node_drop(struct ol_node *node, struct ol_session *s, enum ol_reason reason,
                  bool flush, ol_ms now);

/* Everything that the session writes from now on waits for the commit. */
void ol_node_hold(struct ol_node *node, struct ol_session *s);

/* The owner must look at the session if there is anything to see. */
void ol_node_touch(struct ol_node *node, struct ol_session *s);

/* Room for a packet of at most cap bytes; false: the session is dropped (slow, no
 * memory). */
bool ol_node_write(struct ol_node *node, struct ol_session *s, size_t cap,
                   struct ol_writer *w, ol_ms now);

/* ---- login.c ---- */

/* A CONNECT: CONNACK 0 and the session is online, or CONNACK 4 and it closes. */
void ol_node_login(struct ol_node *node, struct ol_session *s,
                   const struct ol_session_packet *p, ol_ms now);

/* ---- publish.c ---- */

/* A PUBLISH of a session that is online. */
void ol_node_publish(struct ol_node *node, struct ol_session *s,
                     const struct ol_mqtt_publish *publish, ol_ms now);

/* The PUBACK for it, at QoS 1. */
void ol_node_puback(struct ol_node *node, struct ol_session *s,
                    const struct ol_mqtt_publish *publish, ol_ms now);

/* ---- send.c ---- */

/* A message to a device. */
struct ol_message {
    enum ol_onenet_topic_kind kind;
    struct ol_str tail; /* the topic behind `$sys/{pid}/{device}/` */
    struct ol_str payload;
};

/* Sends a message to a session, QoS 0. false: without a matching subscription it is
 * dropped (logged with code 1022), or the session is dropped because it is too slow. */
bool ol_node_send(struct ol_node *node, struct ol_session *s, const struct ol_message *m,
                  ol_ms now);

/* ---- subscribe.c ---- */

/* A SUBSCRIBE; refuse: a limit is exceeded, every filter gets 0x80. */
void ol_node_subscribe(struct ol_node *node, struct ol_session *s,
                       const struct ol_session_packet *p, bool refuse, ol_ms now);

/* An UNSUBSCRIBE. */
void ol_node_unsubscribe(struct ol_node *node, struct ol_session *s,
                         const struct ol_session_packet *p, ol_ms now);

/* Which rule of docs/protocol.md §1.4 a topic or filter breaks that is not legal. */
enum ol_reason ol_node_topic_reason(struct ol_str topic);

/* ---- post.c ---- */

/* A property post: checked, stored, answered. */
void ol_node_post(struct ol_node *node, struct ol_session *s,
                  const struct ol_mqtt_publish *publish, ol_ms now);

/* ---- calls.c ---- */

/* An answer of the device on set_reply or get_reply. */
void ol_node_call_reply(struct ol_node *node, struct ol_session *s,
                        const struct ol_mqtt_publish *publish,
                        enum ol_onenet_topic_kind kind, ol_ms now);

/* The session ends: its open calls end with it. */
void ol_node_calls_offline(struct ol_node *node, struct ol_session *s);

/* Ends the calls whose time is over. */
void ol_node_calls_step(struct ol_node *node, ol_ms now);

/* When the oldest call ends; OL_NEVER. */
ol_ms ol_node_calls_deadline(const struct ol_node *node);

/* Forgets all calls. */
void ol_node_calls_reset(struct ol_node *node);

#endif
